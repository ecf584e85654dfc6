import { graphql } from "../gql";

export const HolderFields = graphql(`
  fragment Holder on LicenseAssignment {
    id
    assignedAt
    assignedBy {
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
