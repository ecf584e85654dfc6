import { graphql } from "../gql";

/** Another name, address or choice of events; switched on or off; a new secret. */
export const UpdateWebhook = graphql(`
  mutation UpdateWebhook($input: UpdateWebhookInput!) {
    updateWebhook(input: $input) {
      secret
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);
