import { useState } from "react";
import { useQuery } from "urql";
import { FIRST_PAGE, Pager, type PageRequest } from "../components/Pager";
import { QueryBoundary } from "../components/QueryBoundary";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";

const SystemLicensesOfVendor = graphql(`
  query SystemLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {
    licenses(filter: { vendor: $vendor, scope: SYSTEM }, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        id
        name
        description
        pendingChange {
          kind
        }
      }
      pageInfo {
        ...PagerFields
      }
    }
  }
`);

/** The licenses that apply to all users, as a list with check marks. */
export function SystemLicenses({ vendor }: { vendor: string }) {
  const t = useTranslations();
  const [page, setPage] = useState<PageRequest>(FIRST_PAGE);
  const [result, refetch] = useQuery({ query: SystemLicensesOfVendor, variables: { vendor, ...page } });
  return (
    <QueryBoundary result={result} retry={refetch}>
      {({ licenses }) =>
        licenses && licenses.totalCount > 0 ? (
          <section className="card">
            <h2>{t.systemLicenses}</h2>
            <ul className="checked">
              {licenses.nodes.map(({ id, name, description, pendingChange }) => (
                <li key={id}>
                  <span title={description ?? undefined}>{name}</span>
                  {pendingChange && <span className="chip">{t.changeKinds[pendingChange.kind]}</span>}
                </li>
              ))}
            </ul>
            <Pager
              page={licenses.pageInfo}
              total={licenses.totalCount}
              shown={licenses.nodes.length}
              onPageChange={setPage}
            />
          </section>
        ) : null
      }
    </QueryBoundary>
  );
}
