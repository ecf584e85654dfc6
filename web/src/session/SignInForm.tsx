import type { FormEvent } from "react";
import { useAction } from "../api/useAction";
import { graphql, readFragment } from "../gql";
import type { ViewerFieldsFragment } from "../gql/graphql";
import { Field } from "../parts/Field";
import { Problems } from "../parts/Problems";
import { useWords } from "../words/WordsProvider";
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

/** Login and password. The session itself is a cookie, which no script sees. */
export function SignInForm({ onSignedIn }: Props) {
  const words = useWords();
  const { act, isBusy, problems } = useAction();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const payload = await act(SignIn, {
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
      <Field label={words.login}>
        <input name="login" autoComplete="username" autoCapitalize="none" required autoFocus />
      </Field>
      <Field label={words.password}>
        <input name="password" type="password" autoComplete="current-password" required />
      </Field>
      <details>
        <summary>{words.severalInstallations}</summary>
        <Field label={words.serialNumber} hint={words.serialNumberToSignIn}>
          <input name="serialNumber" inputMode="numeric" autoComplete="off" />
        </Field>
      </details>
      <button className="primary" disabled={isBusy}>
        {isBusy ? words.signingIn : words.signIn}
      </button>
    </form>
  );
}
