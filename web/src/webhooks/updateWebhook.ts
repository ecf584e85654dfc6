import { graphql } from "../gql";

/** Changes the name, address or events of a webhook, enables or disables it, or rotates its secret. */
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
