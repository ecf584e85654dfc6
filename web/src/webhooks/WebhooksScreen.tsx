import { useQuery } from "urql";
import { graphql } from "../gql";
import { MadeScreen } from "../parts/MadeScreen";
import { useWords } from "../words/WordsProvider";
import { EditWebhookDialog } from "./EditWebhookDialog";
import { WebhookRow } from "./WebhookRow";

const Webhooks = graphql(`
  query Webhooks {
    webhooks {
      id
      ...WebhookRow
    }
  }
`);

/** Where events are sent, and how that goes. */
export function WebhooksScreen() {
  const words = useWords();
  // An answer without webhooks names no type, so the cache must be told what would change it.
  const [answer, ask] = useQuery({ query: Webhooks, context: WITH_WEBHOOKS });
  return (
    <MadeScreen
      title={words.webhooks}
      help={words.webhooksHelp}
      none={words.noWebhooks}
      make={words.newWebhook}
      dialog={EditWebhookDialog}
      answer={answer}
      retry={ask}
      heads={
        <>
          <th scope="col">{words.name}</th>
          <th scope="col" className="wide-only">
            {words.events}
          </th>
          <th scope="col" className="wide-only">
            {words.vendor}
          </th>
          <th scope="col">{words.status}</th>
        </>
      }
    >
      {({ webhooks }) => webhooks?.map((webhook) => <WebhookRow key={webhook.id} webhook={webhook} />)}
    </MadeScreen>
  );
}

const WITH_WEBHOOKS = { additionalTypenames: ["Webhook"] };
