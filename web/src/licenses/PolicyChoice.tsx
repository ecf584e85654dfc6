import { useState } from "react";
import { useMutation } from "urql";
import { problemsOf, type Problem } from "../api/userErrors";
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
        ...PolicyChoice
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
  const [{ fetching }, updateVendor] = useMutation(UpdateVendor);
  const [problems, setProblems] = useState<Problem[]>([]);

  const choose = async (policy: ActivationPolicy) => {
    const outcome = await updateVendor({ input: { vendorId: id, activationPolicy: policy } });
    setProblems(problemsOf(outcome, outcome.data?.updateVendor?.userErrors, words.unreachable));
  };

  return (
    <>
      <select
        aria-label={words.policyOf(name)}
        value={activationPolicy}
        disabled={fetching || !may("LICENSES_WRITE")}
        onChange={(event) => void choose(event.target.value as ActivationPolicy)}
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
