import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { FIRST_PAGE, Pager, type PageRequest } from "../parts/Pager";
import { Loaded } from "../parts/Loaded";
import { useWords } from "../words/WordsProvider";
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

/** Seats bought, used and left of each user license. */
export function UserLicenses({ vendor }: { vendor: string }) {
  const words = useWords();
  const [page, setPage] = useState<PageRequest>(FIRST_PAGE);
  const [answer, ask] = useQuery({ query: UserLicensesOfVendor, variables: { vendor, ...page } });
  return (
    <Loaded answer={answer} retry={ask}>
      {({ licenses }) =>
        licenses && licenses.totalCount > 0 ? (
          <section className="card">
            <div className="scroll">
              <table>
                <caption>{words.userLicenses}</caption>
                <thead>
                  <tr>
                    <th scope="col">{words.license}</th>
                    <th scope="col" className="number">
                      {words.inUse}
                    </th>
                    <th scope="col" className="number">
                      {words.total}
                    </th>
                    <th scope="col" className="number">
                      {words.available}
                    </th>
                    <th scope="col" className="wide-only">
                      <span className="unseen">{words.share}</span>
                    </th>
                    <th scope="col" className="wide-only">
                      {words.newLicenses}
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
            <Pager page={licenses.pageInfo} total={licenses.totalCount} shown={licenses.nodes.length} onTurn={setPage} />
          </section>
        ) : null
      }
    </Loaded>
  );
}
