import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useWords } from "../words/WordsProvider";

const WebhookStateFields = graphql(`
  fragment WebhookState on Webhook {
    disabledAt
    failingSince
    nextTryAt
  }
`);

/** Whether a webhook is on, and how long its address has failed. */
export function WebhookState({ webhook }: { webhook: FragmentType<typeof WebhookStateFields> }) {
  const words = useWords();
  const { dateTime } = useFormats();
  const { disabledAt, failingSince, nextTryAt } = readFragment(WebhookStateFields, webhook);
  if (disabledAt) return <span className="state muted">{words.offSince(dateTime(disabledAt))}</span>;
  if (failingSince && nextTryAt) {
    return <span className="state bad">{words.failing(dateTime(failingSince), dateTime(nextTryAt))}</span>;
  }
  return <span className="state good">{words.isOn}</span>;
}
