import { useState } from "react";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useActorName } from "../parts/actorName";
import { useFormats, useWords } from "../words/WordsProvider";
import { Details } from "./Details";

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

/** An event in one sentence; what it changed can be unfolded. */
export function AuditRow({ event }: { event: FragmentType<typeof AuditRowFields> }) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useActorName();
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
            {isOpen && <Details id={id} />}
          </details>
        )}
      </td>
      <td className="wide-only">
        {nameOf(actor)} {actor.kind !== "SYSTEM" && <small className="muted">{words.actorKinds[actor.kind]}</small>}
      </td>
    </tr>
  );
}
