import { graphql } from "../gql";
import type { HolderFragment } from "../gql/graphql";

export const HolderFields = graphql(`
  fragment Holder on LicenseAssignment {
    id
    assignedAt
    assignedBy {
      kind
      name
    }
    blocker
    user {
      id
      name
      login
      status
      canLogIn
      lastLoginAt
    }
  }
`);

/** Whose it is. */
export const userOf = ({ user }: HolderFragment) => user.id;
