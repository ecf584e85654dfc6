import { useQuery } from "urql";
import { Pager, parsePage, pageParameters } from "../components/Pager";
import { QueryBoundary } from "../components/QueryBoundary";
import { graphql } from "../gql";
import type { AuditAction, AuditFilter } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { navigate, useRoute, withParameters } from "../layout/router";
import { LicenseSelect } from "../users/LicenseSelect";
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

/** The audit log with filters, newest events first; new events appear automatically. */
export function AuditScreen() {
  const t = useTranslations();
  const { parameters } = useRoute();
  const [result, refetch] = useQuery({
    query: AuditLog,
    variables: { filter: parseFilter(parameters), ...parsePage(parameters) },
  });
  const applyFilter = (changes: Record<string, string>) =>
    navigate(withParameters({ ...changes, after: null, before: null }));

  return (
    <>
      <title>{t.auditLog}</title>
      <h1>{t.auditLog}</h1>
      <section className="card">
        <div className="bar">
          <select
            aria-label={t.action}
            value={parameters.get("action") ?? ""}
            onChange={(event) => applyFilter({ action: event.target.value })}
          >
            <option value="">{t.allActions}</option>
            {Object.entries(t.auditActions).map(([action, name]) => (
              <option key={action} value={action}>
                {name}
              </option>
            ))}
          </select>
          <LicenseSelect
            label={t.licenseType}
            value={parameters.get("license") ?? ""}
            onChange={(license) => applyFilter({ license })}
            extraOptions={{ "": t.allLicenses }}
          />
          <label className="inline">
            {t.since}
            <input
              type="date"
              value={parameters.get("since") ?? ""}
              onChange={(event) => applyFilter({ since: event.target.value })}
            />
          </label>
        </div>
        <QueryBoundary result={result} retry={refetch}>
          {({ auditEvents }) =>
            auditEvents && (
              <>
                <div className="scroll">
                  <table>
                    <caption>{t.countOfEvents(auditEvents.totalCount)}</caption>
                    <thead>
                      <tr>
                        <th scope="col">{t.time}</th>
                        <th scope="col">{t.event}</th>
                        <th scope="col" className="wide-only">
                          {t.actor}
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
                  onPageChange={(requested) => navigate(withParameters(pageParameters(requested)))}
                />
              </>
            )
          }
        </QueryBoundary>
      </section>
    </>
  );
}

function parseFilter(parameters: URLSearchParams): AuditFilter {
  const action = parameters.get("action");
  const since = parameters.get("since");
  return {
    actions: action ? [action as AuditAction] : null,
    licenseType: parameters.get("license"),
    since: since ? new Date(`${since}T00:00`).toISOString() : null,
  };
}
