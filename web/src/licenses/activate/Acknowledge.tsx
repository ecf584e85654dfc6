import { useAction } from "../../api/useAction";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { Problems } from "../../parts/Problems";
import { useMay } from "../../session/viewer";
import { useFormats, useWords } from "../../words/WordsProvider";

const AcknowledgeFields = graphql(`
  fragment Acknowledge on LicenseChangeSet {
    id
    closedAt
  }
`);

const AcknowledgeChangeSet = graphql(`
  mutation AcknowledgeChangeSet($input: AcknowledgeChangeSetInput!) {
    acknowledgeChangeSet(input: $input) {
      changeSet {
        id
        vendor {
          id
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

interface Props {
  changeSet: FragmentType<typeof AcknowledgeFields>;
  onDone: () => void;
}

/** New licenses were activated by themselves: an administrator says that they have seen it. */
export function Acknowledge({ changeSet, onDone }: Props) {
  const words = useWords();
  const formats = useFormats();
  const may = useMay();
  const { id, closedAt } = readFragment(AcknowledgeFields, changeSet);
  const { act, isBusy, problems } = useAction();

  const acknowledge = async () => {
    if (await act(AcknowledgeChangeSet, { changeSetId: id })) onDone();
  };

  return (
    <>
      {closedAt && <p className="notice good">{words.activatedByItself(formats.dateTime(closedAt))}</p>}
      <Problems problems={problems} />
      <footer>
        <button type="button" onClick={onDone}>
          {words.close}
        </button>
        {may("LICENSES_WRITE") && (
          <button type="button" className="primary" disabled={isBusy} onClick={acknowledge}>
            {words.seen}
          </button>
        )}
      </footer>
    </>
  );
}
