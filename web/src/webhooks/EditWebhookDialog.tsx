import { useState, type FormEvent } from "react";
import { useApiMutation } from "../api/useApiMutation";
import { Dialog } from "../components/Dialog";
import { Field } from "../components/Field";
import { problemsForField, otherProblems, Problems } from "../components/Problems";
import { SecretDialog } from "../components/SecretDialog";
import { VendorField } from "../components/VendorField";
import { graphql, readFragment, type FragmentType } from "../gql";
import type { AuditAction } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
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
  /** The webhook to edit; without it, a new one is created. */
  webhook?: FragmentType<typeof EditWebhookFields>;
  onClose: () => void;
}

/** Creates a webhook and shows its signing secret once, or edits a webhook. */
export function EditWebhookDialog({ webhook: masked, onClose }: Props) {
  const t = useTranslations();
  const webhook = readFragment(EditWebhookFields, masked);
  const { mutate, isBusy, problems, setProblems } = useApiMutation();
  const [secret, setSecret] = useState<string | null>(null);

  const save = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const settings = {
      name: String(form.get("name")),
      url: String(form.get("url")),
      actions: form.getAll("actions") as AuditAction[],
    };
    if (webhook) {
      if (await mutate(UpdateWebhook, { webhookId: webhook.id, ...settings })) onClose();
      return;
    }
    const payload = await mutate(CreateWebhook, { ...settings, vendorId: String(form.get("vendorId")) || null });
    if (!payload) return;
    setSecret(payload.secret);
    if (!payload.secret) setProblems([{ message: t.secretLost, field: null }]); // a repeated request returns no secret
  };

  if (secret !== null) return <SecretDialog title={t.webhookCreated} secret={secret} onClose={onClose} />;
  return (
    <Dialog title={webhook ? t.editTitle(webhook.name) : t.newWebhook} narrow onClose={onClose}>
      <form className="stack" onSubmit={save}>
        <Problems problems={otherProblems(problems, FIELDS)} />
        <Field label={t.name} problems={problemsForField(problems, "name")}>
          <input name="name" maxLength={200} required defaultValue={webhook?.name} />
        </Field>
        <Field label={t.address} hint={t.addressHint} problems={problemsForField(problems, "url")}>
          <input name="url" inputMode="url" required defaultValue={webhook?.url} />
        </Field>
        <details open={webhook && webhook.actions.length > 0}>
          <summary>{t.events}</summary>
          <fieldset>
            <legend className="hint">{t.eventsHint}</legend>
            {Object.entries(t.auditActions).map(([action, name]) => (
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
        {!webhook && <VendorField problems={problemsForField(problems, "vendorId")} />}
        <footer>
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button className="primary" disabled={isBusy}>
            {isBusy ? t.working : webhook ? t.save : t.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
