import type { ViewerFieldsFragment } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { LanguageSelect } from "../layout/LanguageSelect";
import { Logo } from "../layout/Logo";
import { useRoute } from "../layout/router";
import { SignInForm } from "./SignInForm";

const GRAPHIQL_PATH = "/graphql";

/** The page for users who are not signed in. */
export function SignInPage({ onSignedIn }: { onSignedIn: (viewer: ViewerFieldsFragment) => void }) {
  const t = useTranslations();
  const { parameters } = useRoute();
  const handleSignedIn = (viewer: ViewerFieldsFragment) => {
    if (parameters.get("next") === GRAPHIQL_PATH) location.replace(GRAPHIQL_PATH);
    else onSignedIn(viewer);
  };
  return (
    <main className="sign-in">
      <title>{t.signIn}</title>
      <div className="card sign-in-card">
        <Logo />
        <h1>{t.signInTitle}</h1>
        <SignInForm onSignedIn={handleSignedIn} />
      </div>
      <LanguageSelect />
    </main>
  );
}
