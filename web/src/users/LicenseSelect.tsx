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
  /** A license key, or a key of `extraOptions`. */
  value: string;
  onChange: (value: string) => void;
  /** Options before the licenses, by key. */
  extraOptions: Record<string, string>;
  required?: boolean;
}

/** Return the user licenses of all vendors. */
export function useUserLicenses() {
  const [{ data }] = useQuery({ query: AllUserLicenses });
  return data?.licenses?.nodes ?? [];
}

/** A select with the user licenses of all vendors, grouped by vendor. */
export function LicenseSelect({ label, value, onChange, extraOptions, required }: Props) {
  const licenses = useUserLicenses();
  const vendors = [...new Map(licenses.map(({ vendor }) => [vendor.key, vendor])).values()];
  return (
    <select aria-label={label} value={value} required={required} onChange={(event) => onChange(event.target.value)}>
      {Object.entries(extraOptions).map(([key, name]) => (
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
