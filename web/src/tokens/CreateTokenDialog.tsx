import { useState, type FormEvent } from "react";
import { useAction } from "../api/useAction";
import { graphql } from "../gql";
import type { ApiScope } from "../gql/graphql";
import { Dialog } from "../parts/Dialog";
import { Field } from "../parts/Field";
import { about, aboutNoneOf, Problems } from "../parts/Problems";
import { SecretDialog } from "../parts/SecretDialog";
import { VendorField } from "../parts/VendorField";
import { useSession } from "../session/viewer";
import { useWords } from "../words/WordsProvider";

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

/** Issues a token with as few rights as will do, and shows its secret once. */
export function CreateTokenDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const { scopes: mine } = useSession().viewer;
  const { act, isBusy, problems, setProblems } = useAction();
  const [secret, setSecret] = useState<string | null>(null);

  const create = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const expiry = String(form.get("expiresAt"));
    const payload = await act(CreateApiToken, {
      name: String(form.get("name")),
      scopes: form.getAll("scopes") as ApiScope[],
      vendorId: String(form.get("vendorId")) || null,
      expiresAt: expiry ? new Date(`${expiry}T23:59`).toISOString() : null,
    });
    if (!payload) return;
    setSecret(payload.secret);
    if (!payload.secret) setProblems([{ message: words.secretLost, field: null }]); // with the first answer to this call
  };

  if (secret !== null) return <SecretDialog title={words.tokenIssued} secret={secret} onClose={onClose} />;
  return (
    <Dialog title={words.newToken} narrow onClose={onClose}>
      <form className="stack" onSubmit={create}>
        <Problems problems={aboutNoneOf(problems, FIELDS)} />
        <Field label={words.whatFor} problems={about(problems, "name")}>
          <input name="name" maxLength={200} required />
        </Field>
        <fieldset>
          <legend>{words.scopes}</legend>
          {mine.map((scope) => (
            <label key={scope} className="check">
              <input type="checkbox" name="scopes" value={scope} />
              {words.scopeNames[scope]}
            </label>
          ))}
          <Problems problems={about(problems, "scopes")} />
        </fieldset>
        <VendorField problems={about(problems, "vendorId")} />
        <Field label={words.expires} hint={words.expiryHint} problems={about(problems, "expiresAt")}>
          <input name="expiresAt" type="date" />
        </Field>
        <footer>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button className="primary" disabled={isBusy}>
            {isBusy ? words.working : words.issue}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
