import { useState } from "react";
import { useActorName } from "../components/useActorName";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";
import { EventDetails } from "./EventDetails";

const AuditRowFields = graphql(`
  fragment AuditRow on AuditEvent {
    id
    occurredAt
    summary
    actor {
      kind
      name
    }
    details {
      name
    }
  }
`);

/** An event as one sentence with its time and actor; its details can be expanded. */
export function AuditRow({ event }: { event: FragmentType<typeof AuditRowFields> }) {
  const t = useTranslations();
  const formats = useFormats();
  const actorName = useActorName();
  const { id, occurredAt, summary, actor, details } = readFragment(AuditRowFields, event);
  const [isOpen, setOpen] = useState(false);
  return (
    <tr>
      <td className="when">
        <time dateTime={occurredAt}>{formats.dateTime(occurredAt)}</time>
      </td>
      <td>
        {details.length === 0 ? (
          summary
        ) : (
          <details onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>{summary}</summary>
            {isOpen && <EventDetails id={id} />}
          </details>
        )}
      </td>
      <td className="wide-only">
        {actorName(actor)} {actor.kind !== "SYSTEM" && <small className="muted">{t.actorKinds[actor.kind]}</small>}
      </td>
    </tr>
  );
}
