import { useState } from "react";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useWords } from "../words/WordsProvider";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookState } from "./WebhookState";

const WebhookRowFields = graphql(`
  fragment WebhookRow on Webhook {
    id
    name
    url
    actions
    vendor {
      name
    }
    ...WebhookState
  }
`);

/** A webhook, never its secret; what it was told opens in a dialog. */
export function WebhookRow({ webhook }: { webhook: FragmentType<typeof WebhookRowFields> }) {
  const words = useWords();
  const fields = readFragment(WebhookRowFields, webhook);
  const { id, name, url, actions, vendor } = fields;
  const [isOpen, setOpen] = useState(false);
  return (
    <tr>
      <th scope="row">
        {name}
        <small className="address">{url}</small>
      </th>
      <td className="wide-only">{actions.map((action) => words.auditActions[action]).join(", ") || words.allEvents}</td>
      <td className="wide-only">{vendor?.name ?? words.allVendors}</td>
      <td>
        <WebhookState webhook={fields} />
      </td>
      <td>
        <button type="button" onClick={() => setOpen(true)}>
          {words.deliveries}
        </button>
        {isOpen && <WebhookDialog id={id} name={name} onClose={() => setOpen(false)} />}
      </td>
    </tr>
  );
}
