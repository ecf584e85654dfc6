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
    ...Details
  }
`);

/** An event in one sentence; what it changed can be unfolded. */
export function AuditRow({ event }: { event: FragmentType<typeof AuditRowFields> }) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useActorName();
  const fields = readFragment(AuditRowFields, event);
  const { occurredAt, summary, actor, details } = fields;
  return (
    <tr>
      <td className="when">
        <time dateTime={occurredAt}>{formats.dateTime(occurredAt)}</time>
      </td>
      <td>
        {details.length === 0 ? (
          summary
        ) : (
          <details>
            <summary>{summary}</summary>
            <Details event={fields} />
          </details>
        )}
      </td>
      <td className="wide-only">
        {nameOf(actor)} {actor.kind !== "SYSTEM" && <small className="muted">{words.actorKinds[actor.kind]}</small>}
      </td>
    </tr>
  );
}
