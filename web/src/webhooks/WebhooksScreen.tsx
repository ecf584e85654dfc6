import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { Loaded } from "../parts/Loaded";
import { useWords } from "../words/WordsProvider";
import { CreateWebhookDialog } from "./CreateWebhookDialog";
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
  const [isCreating, setCreating] = useState(false);
  return (
    <>
      <title>{words.webhooks}</title>
      <h1>{words.webhooks}</h1>
      <section className="card">
        <div className="bar between">
          <p className="muted">{words.webhooksHelp}</p>
          <button type="button" className="primary" onClick={() => setCreating(true)}>
            {words.newWebhook}
          </button>
        </div>
        <Loaded answer={answer} retry={ask}>
          {({ webhooks }) =>
            webhooks && webhooks.length > 0 ? (
              <div className="scroll">
                <table>
                  <caption>{words.webhooks}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{words.name}</th>
                      <th scope="col" className="wide-only">
                        {words.events}
                      </th>
                      <th scope="col" className="wide-only">
                        {words.vendor}
                      </th>
                      <th scope="col">{words.status}</th>
                      <th scope="col">
                        <span className="unseen">{words.action}</span>
                      </th>
                    </tr>
                  </thead>
                  <tbody>
                    {webhooks.map((webhook) => (
                      <WebhookRow key={webhook.id} webhook={webhook} />
                    ))}
                  </tbody>
                </table>
              </div>
            ) : (
              <p>{words.noWebhooks}</p>
            )
          }
        </Loaded>
      </section>
      {isCreating && <CreateWebhookDialog onClose={() => setCreating(false)} />}
    </>
  );
}

const WITH_WEBHOOKS = { additionalTypenames: ["Webhook"] };
