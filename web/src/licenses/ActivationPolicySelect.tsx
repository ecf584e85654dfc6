import { useApiMutation } from "../api/useApiMutation";
import { Problems } from "../components/Problems";
import { graphql, readFragment, type FragmentType } from "../gql";
import type { ActivationPolicy } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { usePermission } from "../session/viewer";

const ActivationPolicySelectFields = graphql(`
  fragment ActivationPolicySelect on Vendor {
    id
    name
    activationPolicy
  }
`);

const UpdateVendor = graphql(`
  mutation UpdateVendor($input: UpdateVendorInput!) {
    updateVendor(input: $input) {
      vendor {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

/** A select for which of a vendor's new licenses are activated automatically. */
export function ActivationPolicySelect({ vendor }: { vendor: FragmentType<typeof ActivationPolicySelectFields> }) {
  const t = useTranslations();
  const hasPermission = usePermission();
  const { id, name, activationPolicy } = readFragment(ActivationPolicySelectFields, vendor);
  const { mutate, isBusy, problems } = useApiMutation();

  return (
    <>
      <select
        aria-label={t.activationPolicyFor(name)}
        value={activationPolicy}
        disabled={isBusy || !hasPermission("LICENSES_WRITE")}
        onChange={(event) =>
          void mutate(UpdateVendor, { vendorId: id, activationPolicy: event.target.value as ActivationPolicy })
        }
      >
        {Object.entries(t.policies).map(([policy, label]) => (
          <option key={policy} value={policy}>
            {label}
          </option>
        ))}
      </select>
      <Problems problems={problems} />
    </>
  );
}
