import { useState } from "react";
import { useQuery } from "urql";
import { FIRST_PAGE, Pager, type PageRequest } from "../components/Pager";
import { QueryBoundary } from "../components/QueryBoundary";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { UserLicenseRow } from "./UserLicenseRow";

const UserLicensesOfVendor = graphql(`
  query UserLicensesOfVendor($vendor: String!, $first: Int, $after: String, $last: Int, $before: String) {
    licenses(filter: { vendor: $vendor, scope: USER }, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        id
        ...UserLicenseRow
      }
      pageInfo {
        ...PagerFields
      }
    }
  }
`);

/** A vendor's user licenses with their total, used and available seats. */
export function UserLicenses({ vendor }: { vendor: string }) {
  const t = useTranslations();
  const [page, setPage] = useState<PageRequest>(FIRST_PAGE);
  const [result, refetch] = useQuery({ query: UserLicensesOfVendor, variables: { vendor, ...page } });
  return (
    <QueryBoundary result={result} retry={refetch}>
      {({ licenses }) =>
        licenses && licenses.totalCount > 0 ? (
          <section className="card">
            <div className="scroll">
              <table>
                <caption>{t.userLicenses}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t.license}</th>
                    <th scope="col" className="number">
                      {t.inUse}
                    </th>
                    <th scope="col" className="number">
                      {t.total}
                    </th>
                    <th scope="col" className="number">
                      {t.available}
                    </th>
                    <th scope="col" className="wide-only">
                      <span className="visually-hidden">{t.utilization}</span>
                    </th>
                    <th scope="col" className="wide-only">
                      {t.newLicenses}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {licenses.nodes.map((license) => (
                    <UserLicenseRow key={license.id} license={license} vendor={vendor} />
                  ))}
                </tbody>
              </table>
            </div>
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
