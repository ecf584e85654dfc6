import { useQuery } from "urql";
import type { Problem } from "../api/userErrors";
import { graphql } from "../gql";
import { useWords } from "../words/WordsProvider";
import { Field } from "./Field";

const VendorsToBindTo = graphql(`
  query VendorsToBindTo {
    vendors {
      id
      name
    }
  }
`);

/** The only vendor that something is for, or all: `vendorId` of its form. */
export function VendorField({ problems }: { problems: Problem[] }) {
  const words = useWords();
  const [{ data }] = useQuery({ query: VendorsToBindTo });
  return (
    <Field label={words.onlyVendor} problems={problems}>
      <select name="vendorId">
        <option value="">{words.allVendors}</option>
        {data?.vendors?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}
