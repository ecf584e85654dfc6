import { useState, type FormEvent } from "react";
import { useAction } from "../api/useAction";
import { graphql, readFragment, type FragmentType } from "../gql";
import type { AuditAction } from "../gql/graphql";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { about, aboutNoneOf, Problems } from "../parts/Problems";
import { SecretDialog } from "../parts/SecretDialog";
import { VendorField } from "../parts/VendorField";
import { useWords } from "../words/WordsProvider";
import { UpdateWebhook } from "./updateWebhook";

const EditWebhookFields = graphql(`
  fragment EditWebhook on Webhook {
    id
    name
    url
    actions
  }
`);

const CreateWebhook = graphql(`
  mutation CreateWebhook($input: CreateWebhookInput!) {
    createWebhook(input: $input) {
      secret
      webhook {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

const FIELDS = ["name", "url", "vendorId"];

interface Props {
  /** The one to change; without it, a new one is made. */
  webhook?: FragmentType<typeof EditWebhookFields>;
  onClose: () => void;
}

/** Has events sent to an address from now on, and shows once what they are signed with; or changes where, and which. */
export function EditWebhookDialog({ webhook: masked, onClose }: Props) {
  const words = useWords();
  const webhook = readFragment(EditWebhookFields, masked);
  const { act, isBusy, problems, setProblems } = useAction();
  const [secret, setSecret] = useState<string | null>(null);

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const wanted = {
      name: String(form.get("name")),
      url: String(form.get("url")),
      actions: form.getAll("actions") as AuditAction[],
    };
    if (webhook) {
      if (await act(UpdateWebhook, { webhookId: webhook.id, ...wanted })) onClose();
      return;
    }
    const payload = await act(CreateWebhook, { ...wanted, vendorId: String(form.get("vendorId")) || null });
    if (!payload) return;
    setSecret(payload.secret);
    if (!payload.secret) setProblems([{ message: words.secretLost, field: null }]); // with the first answer
  };

  if (secret !== null) return <SecretDialog title={words.webhookMade} secret={secret} onClose={onClose} />;
  return (
    <Dialog title={webhook ? words.editTitle(webhook.name) : words.newWebhook} narrow onClose={onClose}>
      <form className="stack" onSubmit={save}>
        <Problems problems={aboutNoneOf(problems, FIELDS)} />
        <Field label={words.whatFor} problems={about(problems, "name")}>
          <input name="name" maxLength={200} required defaultValue={webhook?.name} />
        </Field>
        <Field label={words.address} hint={words.addressHint} problems={about(problems, "url")}>
          <input name="url" inputMode="url" required defaultValue={webhook?.url} />
        </Field>
        <details open={webhook && webhook.actions.length > 0}>
          <summary>{words.events}</summary>
          <fieldset>
            <legend className="hint">{words.eventsHint}</legend>
            {Object.entries(words.auditActions).map(([action, name]) => (
              <label key={action} className="check">
                <input
                  type="checkbox"
                  name="actions"
                  value={action}
                  defaultChecked={webhook?.actions.includes(action as AuditAction)}
                />
                {name}
              </label>
            ))}
          </fieldset>
        </details>
        {!webhook && <VendorField problems={about(problems, "vendorId")} />}
        <footer>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button className="primary" disabled={isBusy}>
            {isBusy ? words.working : webhook ? words.save : words.make}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
