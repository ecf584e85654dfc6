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

/** The signed-in viewer, and the function that signs out. */
export interface Session {
  viewer: ViewerFieldsFragment;
  signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

/** Return the session of the signed-in viewer. */
export function useSession(): Session {
  return use(SessionContext)!;
}

/** Return a function that returns whether the viewer has a scope; commands without permission are not rendered. */
export function usePermission() {
  const { scopes } = useSession().viewer;
  return (scope: ApiScope) => scopes.includes(scope);
}
