import { graphql } from "../gql";

export const AssignUserLicenses = graphql(`
  mutation AssignUserLicenses($input: AssignUserLicensesInput!) {
    assignUserLicenses(input: $input) {
      license {
        id
        seats {
          inUse
          available
        }
      }
      users {
        ...UserRow
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
        userId
        outcome
        blocker
        user {
          ...UserRow
        }
      }
      license {
        id
        seats {
          inUse
          available
        }
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
        seats {
          inUse
          available
        }
      }
      toLicense {
        id
        seats {
          inUse
          available
        }
      }
      users {
        ...UserRow
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);
