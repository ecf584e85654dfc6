import { graphql } from "../gql";

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
