import { useEffect, useState, type ReactNode } from "react";
import { useClient, useQuery } from "urql";
import { onSessionEnd, resume } from "../api/sessionEnd";
import { graphql, readFragment } from "../gql";
import type { ViewerFieldsFragment } from "../gql/graphql";
import { Dialog } from "../parts/Dialog";
import { Unreachable } from "../parts/Unreachable";
import { useWords } from "../words/WordsProvider";
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
 * Lets in who is signed in. When the session ends meanwhile, everything stays where it is, and a dialog on top of it asks
 * to sign in again.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const words = useWords();
  const [viewer, setViewer] = useState<ViewerFieldsFragment | null>();
  const [hasEnded, setHasEnded] = useState(false);
  const [asked, askAgain] = useQuery({ query: WhoIsThere, pause: viewer !== undefined });
  const client = useClient();

  useEffect(() => onSessionEnd(() => setHasEnded(true)), []);
  useEffect(() => {
    if (asked.data) setViewer((known) => (known === undefined ? readFragment(ViewerFields, asked.data!.viewer) : known));
  }, [asked.data]);

  if (viewer === undefined) return asked.error ? <Unreachable retry={askAgain} /> : null;
  if (viewer === null) return <SignInPage onSignedIn={setViewer} />;

  const goOn = (again: ViewerFieldsFragment) => {
    setViewer(again);
    setHasEnded(false);
    resume();
  };
  // Nothing that the last viewer saw may stay in memory: the page begins anew.
  const leave = () => void client.mutation(SignOut, {}).then(({ error }) => !error && location.assign("/"));
  return (
    <SessionContext value={{ viewer, signOut: leave }}>
      {children}
      {hasEnded && (
        <Dialog title={words.signInAgain} narrow>
          <p>{words.sessionEnded}</p>
          <SignInForm onSignedIn={goOn} />
        </Dialog>
      )}
    </SessionContext>
  );
}
