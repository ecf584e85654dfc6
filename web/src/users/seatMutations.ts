import { graphql } from "../gql";

export const AssignUserLicenses = graphql(`
  mutation AssignUserLicenses($input: AssignUserLicensesInput!) {
    assignUserLicenses(input: $input) {
      license {
        id
      }
      users {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

export const TakeUserLicenses = graphql(`
  mutation TakeUserLicenses($input: RevokeUserLicensesInput!) {
    revokeUserLicenses(input: $input) {
      results {
        outcome
        blocker
        user {
          name
        }
      }
      license {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

export const ReassignUserLicenses = graphql(`
  mutation ReassignUserLicenses($input: ReassignUserLicensesInput!) {
    reassignUserLicenses(input: $input) {
      fromLicense {
        id
      }
      toLicense {
        id
      }
      users {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);
