import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

const WebhookStateFields = graphql(`
  fragment WebhookState on Webhook {
    disabledAt
    failingSince
    nextTryAt
  }
`);

/** Shows whether a webhook is enabled, and since when its deliveries have failed. */
export function WebhookState({ webhook }: { webhook: FragmentType<typeof WebhookStateFields> }) {
  const t = useTranslations();
  const { dateTime } = useFormats();
  const { disabledAt, failingSince, nextTryAt } = readFragment(WebhookStateFields, webhook);
  if (disabledAt) return <span className="state muted">{t.disabledSince(dateTime(disabledAt))}</span>;
  if (failingSince && nextTryAt) {
    return <span className="state bad">{t.failing(dateTime(failingSince), dateTime(nextTryAt))}</span>;
  }
  return <span className="state good">{t.enabled}</span>;
}
