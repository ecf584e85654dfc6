import { useQuery } from "urql";
import { graphql } from "../gql";

const AllUserLicenses = graphql(`
  query AllUserLicenses {
    licenses(filter: { scope: USER }, first: 100) {
      nodes {
        id
        key
        name
        vendor {
          key
          name
        }
      }
    }
  }
`);

interface Props {
  label: string;
  /** A license's key, or a key of `others`. */
  value: string;
  onChoose: (value: string) => void;
  /** Choices besides the licenses, on top. */
  others: Record<string, string>;
  required?: boolean;
}

/** All vendors' user licenses. */
export function useUserLicenses() {
  const [{ data }] = useQuery({ query: AllUserLicenses });
  return data?.licenses?.nodes ?? [];
}

/** A choice of one of them. */
export function LicenseChoice({ label, value, onChoose, others, required }: Props) {
  const licenses = useUserLicenses();
  const vendors = [...new Map(licenses.map(({ vendor }) => [vendor.key, vendor])).values()];
  return (
    <select aria-label={label} value={value} required={required} onChange={(event) => onChoose(event.target.value)}>
      {Object.entries(others).map(([key, name]) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
      {vendors.map((vendor) => (
        <optgroup key={vendor.key} label={vendor.name}>
          {licenses
            .filter((license) => license.vendor.key === vendor.key)
            .map(({ key, name }) => (
              <option key={key} value={key}>
                {name}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}
