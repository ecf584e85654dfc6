import { useEffect, useState, type ReactNode } from "react";
import { useClient, useQuery } from "urql";
import { onSessionEnd, resendHeldOperations } from "../api/session";
import { Dialog } from "../components/Dialog";
import { LoadError } from "../components/LoadError";
import { graphql, readFragment } from "../gql";
import type { ViewerFieldsFragment } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { SignInForm } from "./SignInForm";
import { SignInPage } from "./SignInPage";
import { SessionContext, ViewerFields } from "./viewer";

const WhoIsThere = graphql(`
  query WhoIsThere {
    viewer {
      ...ViewerFields
    }
  }
`);

const SignOut = graphql(`
  mutation SignOut {
    signOut {
      query {
        viewer {
          ...ViewerFields
        }
      }
    }
  }
`);

/**
 * Render the children for a signed-in user, otherwise the sign-in page. If the session ends, the screen stays as it is
 * behind a dialog to sign in again.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const t = useTranslations();
  const [viewer, setViewer] = useState<ViewerFieldsFragment | null>();
  const [hasEnded, setHasEnded] = useState(false);
  const [viewerResult, refetchViewer] = useQuery({ query: WhoIsThere, pause: viewer !== undefined });
  const client = useClient();

  useEffect(() => onSessionEnd(() => setHasEnded(true)), []);
  useEffect(() => {
    if (viewerResult.data)
      setViewer((current) => (current === undefined ? readFragment(ViewerFields, viewerResult.data!.viewer) : current));
  }, [viewerResult.data]);

  if (viewer === undefined) return viewerResult.error ? <LoadError retry={refetchViewer} /> : null;
  if (viewer === null) return <SignInPage onSignedIn={setViewer} />;

  const handleSignedIn = (newViewer: ViewerFieldsFragment) => {
    setViewer(newViewer);
    setHasEnded(false);
    resendHeldOperations();
  };
  // Reload the page, so that no data of the previous user stays in memory.
  const signOut = () => void client.mutation(SignOut, {}).then(({ error }) => !error && location.assign("/"));
  return (
    <SessionContext value={{ viewer, signOut }}>
      {children}
      {hasEnded && (
        <Dialog title={t.signInAgain} narrow>
          <p>{t.sessionEnded}</p>
          <SignInForm onSignedIn={handleSignedIn} />
        </Dialog>
      )}
    </SessionContext>
  );
}
