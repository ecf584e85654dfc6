import type { FormEvent } from "react";
import { useApiMutation } from "../../api/useApiMutation";
import { Field } from "../../components/Field";
import { problemsForField, otherProblems, Problems } from "../../components/Problems";
import { graphql } from "../../gql";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { useAnnounce } from "../../layout/AnnouncementProvider";

const RejectPendingChanges = graphql(`
  mutation RejectPendingChanges($input: RejectPendingChangesInput!) {
    rejectPendingChanges(input: $input) {
      changeSet {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

interface Props {
  changeSet: { id: string; vendor: { name: string } };
  onBack: () => void;
  onDone: () => void;
}

/** A form that rejects new licenses with a reason, which is sent to the vendor. */
export function RejectForm({ changeSet, onBack, onDone }: Props) {
  const t = useTranslations();
  const announce = useAnnounce();
  const { mutate, isBusy, problems } = useApiMutation();

  const reject = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    if (!(await mutate(RejectPendingChanges, { changeSetId: changeSet.id, reason }))) return;
    announce(t.rejected(changeSet.vendor.name));
    onDone();
  };

  return (
    <form className="stack" onSubmit={reject}>
      <Problems problems={otherProblems(problems, ["reason"])} />
      <Field
        label={t.reason}
        hint={t.rejectHint(changeSet.vendor.name)}
        problems={problemsForField(problems, "reason")}
      >
        <textarea name="reason" rows={3} maxLength={1000} required autoFocus />
      </Field>
      <footer>
        <button type="button" onClick={onBack}>
          {t.back}
        </button>
        <button className="danger" disabled={isBusy}>
          {t.rejectNewLicenses}
        </button>
      </footer>
    </form>
  );
}
