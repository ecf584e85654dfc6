import { graphql, readFragment, type FragmentType } from "../gql";
import { useActorName } from "../parts/actorName";
import { useFormats, useWords } from "../words/WordsProvider";

const AuditRowFields = graphql(`
  fragment AuditRow on AuditEvent {
    id
    occurredAt
    summary
    actor {
      kind
      name
    }
    requestId
    details {
      name
      before
      after
    }
  }
`);

/** An event in one sentence; what it changed can be unfolded. */
export function AuditRow({ event }: { event: FragmentType<typeof AuditRowFields> }) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useActorName();
  const { occurredAt, summary, actor, requestId, details } = readFragment(AuditRowFields, event);
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
            <dl className="details">
              {details.map(({ name, before, after }) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>
                    {before !== null && <s>{before}</s>} {after}
                  </dd>
                </div>
              ))}
              <div>
                <dt>{words.request}</dt>
                <dd>{requestId}</dd>
              </div>
            </dl>
          </details>
        )}
      </td>
      <td className="wide-only">
        {nameOf(actor)} {actor.kind !== "SYSTEM" && <small className="muted">{words.actorKinds[actor.kind]}</small>}
      </td>
    </tr>
  );
}
