import { useState } from "react";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
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

/** A webhook without its secret; a button opens its deliveries. */
export function WebhookRow({ webhook }: { webhook: FragmentType<typeof WebhookRowFields> }) {
  const t = useTranslations();
  const fields = readFragment(WebhookRowFields, webhook);
  const { id, name, url, actions, vendor } = fields;
  const [isOpen, setOpen] = useState(false);
  return (
    <tr>
      <th scope="row">
        {name}
        <small className="address">{url}</small>
      </th>
      <td className="wide-only">{actions.map((action) => t.auditActions[action]).join(", ") || t.allEvents}</td>
      <td className="wide-only">{vendor?.name ?? t.allVendors}</td>
      <td>
        <WebhookState webhook={fields} />
      </td>
      <td>
        <button type="button" onClick={() => setOpen(true)}>
          {t.deliveries}
        </button>
        {isOpen && <WebhookDialog id={id} name={name} onClose={() => setOpen(false)} />}
      </td>
    </tr>
  );
}
