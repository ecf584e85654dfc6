import type { FormEvent } from "react";
import { useApiMutation } from "../api/useApiMutation";
import { Field } from "../components/Field";
import { Problems } from "../components/Problems";
import { graphql, readFragment } from "../gql";
import type { ViewerFieldsFragment } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { ViewerFields } from "./viewer";

const SignIn = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) {
      viewer {
        ...ViewerFields
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

interface Props {
  onSignedIn: (viewer: ViewerFieldsFragment) => void;
}

/** The sign-in form. The session is an `HttpOnly` cookie, which scripts cannot read. */
export function SignInForm({ onSignedIn }: Props) {
  const t = useTranslations();
  const { mutate, isBusy, problems } = useApiMutation();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const payload = await mutate(SignIn, {
      login: String(form.get("login")),
      password: String(form.get("password")),
      serialNumber: String(form.get("serialNumber")).trim() || null,
    });
    const viewer = readFragment(ViewerFields, payload?.viewer);
    if (viewer) onSignedIn(viewer);
  };

  return (
    <form className="stack" onSubmit={submit}>
      <Problems problems={problems} />
      <Field label={t.login}>
        <input name="login" autoComplete="username" autoCapitalize="none" required autoFocus />
      </Field>
      <Field label={t.password}>
        <input name="password" type="password" autoComplete="current-password" required />
      </Field>
      <details>
        <summary>{t.multipleInstallations}</summary>
        <Field label={t.serialNumber} hint={t.serialNumberHint}>
          <input name="serialNumber" inputMode="numeric" autoComplete="off" />
        </Field>
      </details>
      <button className="primary" disabled={isBusy}>
        {isBusy ? t.signingIn : t.signIn}
      </button>
    </form>
  );
}
