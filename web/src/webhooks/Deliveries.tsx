import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useWords } from "../words/WordsProvider";

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

/** The latest tries to tell a webhook something, newest first. */
export function Deliveries({ deliveries }: { deliveries: readonly FragmentType<typeof DeliveryFields>[] }) {
  const words = useWords();
  const formats = useFormats();
  if (deliveries.length === 0) return <p className="muted">{words.noDeliveries}</p>;
  return (
    <div className="scroll">
      <table>
        <caption>{words.deliveries}</caption>
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.result}</th>
          </tr>
        </thead>
        <tbody>
          {readFragment(DeliveryFields, deliveries).map(({ sentAt, isDelivered, error, event }, position) => (
            <tr key={position}>
              <td className="when">{formats.dateTime(sentAt)}</td>
              <td>{event?.summary ?? words.testEvent}</td>
              <td className={isDelivered ? undefined : "muted bad"}>{isDelivered ? words.arrived : words.addressFailed(error ?? "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
