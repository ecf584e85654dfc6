import { useQuery } from "urql";
import type { Problem } from "../api/userErrors";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { Field } from "./Field";

const VendorsToBindTo = graphql(`
  query VendorsToBindTo {
    vendors {
      id
      name
    }
  }
`);

/** A select named `vendorId` that limits a resource to one vendor, or allows all. */
export function VendorField({ problems }: { problems: Problem[] }) {
  const t = useTranslations();
  const [{ data }] = useQuery({ query: VendorsToBindTo });
  return (
    <Field label={t.limitToVendor} problems={problems}>
      <select name="vendorId">
        <option value="">{t.allVendors}</option>
        {data?.vendors?.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </Field>
  );
}
