import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

const DeliveryFields = graphql(`
  fragment Delivery on WebhookDelivery {
    sentAt
    isDelivered
    error
    event {
      summary
    }
  }
`);

/** The latest deliveries to a webhook, newest first. */
export function Deliveries({ deliveries }: { deliveries: readonly FragmentType<typeof DeliveryFields>[] }) {
  const t = useTranslations();
  const formats = useFormats();
  if (deliveries.length === 0) return <p className="muted">{t.noDeliveries}</p>;
  return (
    <div className="scroll">
      <table>
        <caption>{t.deliveries}</caption>
        <thead>
          <tr>
            <th scope="col">{t.time}</th>
            <th scope="col">{t.event}</th>
            <th scope="col">{t.result}</th>
          </tr>
        </thead>
        <tbody>
          {readFragment(DeliveryFields, deliveries).map(({ sentAt, isDelivered, error, event }, position) => (
            <tr key={position}>
              <td className="when">{formats.dateTime(sentAt)}</td>
              <td>{event?.summary ?? t.testEvent}</td>
              <td className={isDelivered ? undefined : "muted bad"}>
                {isDelivered ? t.delivered : t.deliveryFailed(error ?? "")}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
