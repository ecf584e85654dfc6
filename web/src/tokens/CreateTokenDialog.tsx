import { useState, type FormEvent } from "react";
import { useApiMutation } from "../api/useApiMutation";
import { Dialog } from "../components/Dialog";
import { Field } from "../components/Field";
import { problemsForField, otherProblems, Problems } from "../components/Problems";
import { SecretDialog } from "../components/SecretDialog";
import { VendorField } from "../components/VendorField";
import { graphql } from "../gql";
import type { ApiScope } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { useSession } from "../session/viewer";

const CreateApiToken = graphql(`
  mutation CreateApiToken($input: CreateApiTokenInput!) {
    createApiToken(input: $input) {
      secret
      apiToken {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

const FIELDS = ["name", "scopes", "vendorId", "expiresAt"];

/** Creates an API token, and shows its secret once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations();
  const { scopes: ownScopes } = useSession().viewer;
  const { mutate, isBusy, problems, setProblems } = useApiMutation();
  const [secret, setSecret] = useState<string | null>(null);

  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const expiry = String(form.get("expiresAt"));
    const payload = await mutate(CreateApiToken, {
      name: String(form.get("name")),
      scopes: form.getAll("scopes") as ApiScope[],
      vendorId: String(form.get("vendorId")) || null,
      expiresAt: expiry ? new Date(`${expiry}T23:59`).toISOString() : null,
    });
    if (!payload) return;
    setSecret(payload.secret);
    if (!payload.secret) setProblems([{ message: t.secretLost, field: null }]); // a repeated request returns no secret
  };

  if (secret !== null) return <SecretDialog title={t.tokenCreated} secret={secret} onClose={onClose} />;
  return (
    <Dialog title={t.newToken} narrow onClose={onClose}>
      <form className="stack" onSubmit={create}>
        <Problems problems={otherProblems(problems, FIELDS)} />
        <Field label={t.name} problems={problemsForField(problems, "name")}>
          <input name="name" maxLength={200} required />
        </Field>
        <fieldset>
          <legend>{t.scopes}</legend>
          {ownScopes.map((scope) => (
            <label key={scope} className="check">
              <input type="checkbox" name="scopes" value={scope} />
              {t.scopeNames[scope]}
            </label>
          ))}
          <Problems problems={problemsForField(problems, "scopes")} />
        </fieldset>
        <VendorField problems={problemsForField(problems, "vendorId")} />
        <Field label={t.expires} hint={t.expiryHint} problems={problemsForField(problems, "expiresAt")}>
          <input name="expiresAt" type="date" />
        </Field>
        <footer>
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button className="primary" disabled={isBusy}>
            {isBusy ? t.working : t.create}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
