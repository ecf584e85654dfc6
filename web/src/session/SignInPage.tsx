import type { ViewerFieldsFragment } from "../gql/graphql";
import { LanguageChoice } from "../frame/LanguageChoice";
import { Mark } from "../frame/Mark";
import { usePlace } from "../frame/location";
import { useWords } from "../words/WordsProvider";
import { SignInForm } from "./SignInForm";

const EXPLORER = "/graphql";

/** All that is to be seen by somebody who is not signed in. */
export function SignInPage({ onSignedIn }: { onSignedIn: (viewer: ViewerFieldsFragment) => void }) {
  const words = useWords();
  const { parameters } = usePlace();
  const goOn = (viewer: ViewerFieldsFragment) => {
    if (parameters.get("next") === EXPLORER) location.replace(EXPLORER);
    else onSignedIn(viewer);
  };
  return (
    <main className="door">
      <title>{words.signIn}</title>
      <div className="card door-card">
        <Mark />
        <h1>{words.signInTitle}</h1>
        <SignInForm onSignedIn={goOn} />
      </div>
      <LanguageChoice />
    </main>
  );
}
