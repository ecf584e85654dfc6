import { useAction } from "../api/useAction";
import { graphql, readFragment, type FragmentType } from "../gql";
import type { ActivationPolicy } from "../gql/graphql";
import { Problems } from "../parts/Problems";
import { useMay } from "../session/viewer";
import { useWords } from "../words/WordsProvider";

const PolicyChoiceFields = graphql(`
  fragment PolicyChoice on Vendor {
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

/** Which of a vendor's new licenses are activated by themselves. */
export function PolicyChoice({ vendor }: { vendor: FragmentType<typeof PolicyChoiceFields> }) {
  const words = useWords();
  const may = useMay();
  const { id, name, activationPolicy } = readFragment(PolicyChoiceFields, vendor);
  const { act, isBusy, problems } = useAction();

  return (
    <>
      <select
        aria-label={words.policyOf(name)}
        value={activationPolicy}
        disabled={isBusy || !may("LICENSES_WRITE")}
        onChange={(event) => void act(UpdateVendor, { vendorId: id, activationPolicy: event.target.value as ActivationPolicy })}
      >
        {Object.entries(words.policies).map(([policy, label]) => (
          <option key={policy} value={policy}>
            {label}
          </option>
        ))}
      </select>
      <Problems problems={problems} />
    </>
  );
}
