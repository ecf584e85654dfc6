import { useQuery } from "urql";
import { go, usePlace, withParameters } from "../frame/location";
import { graphql } from "../gql";
import type { AuditAction, AuditFilter } from "../gql/graphql";
import { Loaded } from "../parts/Loaded";
import { Pager, pageOf, pageParameters } from "../parts/Pager";
import { LicenseChoice } from "../users/LicenseChoice";
import { useWords } from "../words/WordsProvider";
import { AuditRow } from "./AuditRow";

const AuditLog = graphql(`
  query AuditLog($filter: AuditFilter, $first: Int, $after: String, $last: Int, $before: String) {
    auditEvents(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        id
        ...AuditRow
      }
      pageInfo {
        ...PagerFields
      }
    }
  }
`);

/** What was done, by whom, newest first; new events appear by themselves. */
export function AuditScreen() {
  const words = useWords();
  const { parameters } = usePlace();
  const [answer, ask] = useQuery({ query: AuditLog, variables: { filter: filterOf(parameters), ...pageOf(parameters) } });
  const narrow = (changes: Record<string, string>) => go(withParameters({ ...changes, after: null, before: null }));

  return (
    <>
      <title>{words.auditLog}</title>
      <h1>{words.auditLog}</h1>
      <section className="card">
        <div className="bar">
          <select
            aria-label={words.action}
            value={parameters.get("action") ?? ""}
            onChange={(event) => narrow({ action: event.target.value })}
          >
            <option value="">{words.allActions}</option>
            {Object.entries(words.auditActions).map(([action, name]) => (
              <option key={action} value={action}>
                {name}
              </option>
            ))}
          </select>
          <LicenseChoice
            label={words.licenseType}
            value={parameters.get("license") ?? ""}
            onChoose={(license) => narrow({ license })}
            others={{ "": words.allLicenses }}
          />
          <label className="inline">
            {words.since}
            <input
              type="date"
              value={parameters.get("since") ?? ""}
              onChange={(event) => narrow({ since: event.target.value })}
            />
          </label>
        </div>
        <Loaded answer={answer} retry={ask}>
          {({ auditEvents }) =>
            auditEvents && (
              <>
                <div className="scroll">
                  <table>
                    <caption>{words.countOfEvents(auditEvents.totalCount)}</caption>
                    <thead>
                      <tr>
                        <th scope="col">{words.when}</th>
                        <th scope="col">{words.what}</th>
                        <th scope="col" className="wide-only">
                          {words.byWhom}
                        </th>
                      </tr>
                    </thead>
                    <tbody>
                      {auditEvents.nodes.map((event) => (
                        <AuditRow key={event.id} event={event} />
                      ))}
                    </tbody>
                  </table>
                </div>
                <Pager
                  page={auditEvents.pageInfo}
                  total={auditEvents.totalCount}
                  shown={auditEvents.nodes.length}
                  onTurn={(turned) => go(withParameters(pageParameters(turned)))}
                />
              </>
            )
          }
        </Loaded>
      </section>
    </>
  );
}

function filterOf(parameters: URLSearchParams): AuditFilter {
  const action = parameters.get("action");
  const since = parameters.get("since");
  return {
    actions: action ? [action as AuditAction] : null,
    licenseType: parameters.get("license"),
    since: since ? new Date(`${since}T00:00`).toISOString() : null,
  };
}
