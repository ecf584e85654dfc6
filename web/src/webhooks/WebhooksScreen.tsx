import { useQuery } from "urql";
import { ResourceListScreen } from "../components/ResourceListScreen";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
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

/** The webhooks of the installation and their status. */
export function WebhooksScreen() {
  const t = useTranslations();
  // An empty list contains no `__typename`, so that the document cache could not invalidate it.
  const [result, refetch] = useQuery({ query: Webhooks, context: WITH_WEBHOOKS });
  return (
    <ResourceListScreen
      title={t.webhooks}
      description={t.webhooksHelp}
      emptyText={t.noWebhooks}
      createLabel={t.newWebhook}
      createDialog={EditWebhookDialog}
      result={result}
      retry={refetch}
      columns={
        <>
          <th scope="col">{t.name}</th>
          <th scope="col" className="wide-only">
            {t.events}
          </th>
          <th scope="col" className="wide-only">
            {t.vendor}
          </th>
          <th scope="col">{t.status}</th>
        </>
      }
    >
      {({ webhooks }) => webhooks?.map((webhook) => <WebhookRow key={webhook.id} webhook={webhook} />)}
    </ResourceListScreen>
  );
}

const WITH_WEBHOOKS = { additionalTypenames: ["Webhook"] };
