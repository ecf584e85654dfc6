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

/** Return the ID of the user who holds the license. */
export const userIdOf = ({ user }: HolderFragment) => user.id;
