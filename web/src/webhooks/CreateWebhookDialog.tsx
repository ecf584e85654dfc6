import { useState, type FormEvent } from "react";
import { useMutation } from "urql";
import { problemsOf, type Problem } from "../api/userErrors";
import { graphql } from "../gql";
import type { AuditAction } from "../gql/graphql";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { about, aboutNoneOf, Problems } from "../parts/Problems";
import { SecretDialog } from "../parts/SecretDialog";
import { VendorField } from "../parts/VendorField";
import { useWords } from "../words/WordsProvider";

const CreateWebhook = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      secret
      webhook {
        ...WebhookRow
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

const FIELDS = ["name", "url", "vendorId"];

/** Has events sent to an address from now on, and shows once what they are signed with. */
export function CreateWebhookDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const [{ fetching }, createWebhook] = useMutation(CreateWebhook);
  const [problems, setProblems] = useState<Problem[]>([]);
  const [secret, setSecret] = useState<string | null>(null);

  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const outcome = await createWebhook({
      input: {
        name: String(form.get("name")),
        url: String(form.get("url")),
        actions: form.getAll("actions") as AuditAction[],
        vendorId: String(form.get("vendorId")) || null,
      },
    });
    const payload = outcome.data?.createWebhook;
    const found = problemsOf(outcome, payload?.userErrors, words.unreachable);
    const isRepeated = payload?.webhook && !payload.secret; // the first answer, with the secret, was lost on the way
    setProblems(isRepeated ? [{ message: words.secretLost, field: null }] : found);
    setSecret(payload?.secret ?? null);
  };

  if (secret !== null) return <SecretDialog title={words.webhookMade} secret={secret} onClose={onClose} />;
  return (
    <Dialog title={words.newWebhook} narrow onClose={onClose}>
      <form className="stack" onSubmit={create}>
        <Problems problems={aboutNoneOf(problems, FIELDS)} />
        <Field label={words.whatFor} problems={about(problems, "name")}>
          <input name="name" maxLength={200} required />
        </Field>
        <Field label={words.address} hint={words.addressHint} problems={about(problems, "url")}>
          <input name="url" inputMode="url" required />
        </Field>
        <details>
          <summary>{words.events}</summary>
          <fieldset>
            <legend className="hint">{words.eventsHint}</legend>
            {Object.entries(words.auditActions).map(([action, name]) => (
              <label key={action} className="check">
                <input type="checkbox" name="actions" value={action} />
                {name}
              </label>
            ))}
          </fieldset>
        </details>
        <VendorField problems={about(problems, "vendorId")} />
        <footer>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button className="primary" disabled={fetching}>
            {fetching ? words.working : words.make}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
