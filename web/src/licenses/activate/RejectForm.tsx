import type { FormEvent } from "react";
import { useAction } from "../../api/useAction";
import { useAnnounce } from "../../frame/Announcements";
import { graphql } from "../../gql";
import { Field } from "../../parts/Field";
import { about, aboutNoneOf, Problems } from "../../parts/Problems";
import { useWords } from "../../words/WordsProvider";

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

/** Turns new licenses down, with the reason, which the vendor is told. */
export function RejectForm({ changeSet, onBack, onDone }: Props) {
  const words = useWords();
  const announce = useAnnounce();
  const { act, isBusy, problems } = useAction();

  const reject = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reason = String(new FormData(event.currentTarget).get("reason"));
    if (!(await act(RejectPendingChanges, { changeSetId: changeSet.id, reason }))) return;
    announce(words.rejected(changeSet.vendor.name));
    onDone();
  };

  return (
    <form className="stack" onSubmit={reject}>
      <Problems problems={aboutNoneOf(problems, ["reason"])} />
      <Field label={words.reasonToReject} hint={words.rejectHint(changeSet.vendor.name)} problems={about(problems, "reason")}>
        <textarea name="reason" rows={3} maxLength={1000} required autoFocus />
      </Field>
      <footer>
        <button type="button" onClick={onBack}>
          {words.back}
        </button>
        <button className="danger" disabled={isBusy}>
          {words.rejectNow}
        </button>
      </footer>
    </form>
  );
}
