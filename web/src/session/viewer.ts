import { createContext, use } from "react";
import { graphql } from "../gql";
import type { ApiScope, ViewerFieldsFragment } from "../gql/graphql";

export const ViewerFields = graphql(`
  fragment ViewerFields on Viewer {
    actor {
      name
    }
    scopes
  }
`);

/** Who is signed in, and how to sign out. */
export interface Session {
  viewer: ViewerFieldsFragment;
  signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

/** Who is signed in. */
export function useSession(): Session {
  return use(SessionContext)!;
}

/** Whether the viewer may do something: what they may not is not offered. */
export function useMay() {
  const { scopes } = useSession().viewer;
  return (scope: ApiScope) => scopes.includes(scope);
}
