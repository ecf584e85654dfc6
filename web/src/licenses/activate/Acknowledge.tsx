import { useApiMutation } from "../../api/useApiMutation";
import { Problems } from "../../components/Problems";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { useFormats, useTranslations } from "../../i18n/TranslationsProvider";
import { usePermission } from "../../session/viewer";

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

/** Lets an administrator acknowledge that new licenses were activated automatically. */
export function Acknowledge({ changeSet, onDone }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  const hasPermission = usePermission();
  const { id, closedAt } = readFragment(AcknowledgeFields, changeSet);
  const { mutate, isBusy, problems } = useApiMutation();

  const acknowledge = async () => {
    if (await mutate(AcknowledgeChangeSet, { changeSetId: id })) onDone();
  };

  return (
    <>
      {closedAt && <p className="notice good">{t.activatedAutomatically(formats.dateTime(closedAt))}</p>}
      <Problems problems={problems} />
      <footer>
        <button type="button" onClick={onDone}>
          {t.close}
        </button>
        {hasPermission("LICENSES_WRITE") && (
          <button type="button" className="primary" disabled={isBusy} onClick={acknowledge}>
            {t.markAsSeen}
          </button>
        )}
      </footer>
    </>
  );
}
