import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../gql";
import { Loaded } from "../parts/Loaded";
import { FIRST_PAGE, Pager, type PageRequest } from "../parts/Pager";
import { useWords } from "../words/WordsProvider";

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

/** The licenses that are on for everyone, ticked. */
export function SystemLicenses({ vendor }: { vendor: string }) {
  const words = useWords();
  const [page, setPage] = useState<PageRequest>(FIRST_PAGE);
  const [answer, ask] = useQuery({ query: SystemLicensesOfVendor, variables: { vendor, ...page } });
  return (
    <Loaded answer={answer} retry={ask}>
      {({ licenses }) =>
        licenses && licenses.totalCount > 0 ? (
          <section className="card">
            <h2>{words.systemLicenses}</h2>
            <ul className="ticked">
              {licenses.nodes.map(({ id, name, description, pendingChange }) => (
                <li key={id}>
                  <span title={description ?? undefined}>{name}</span>
                  {pendingChange && <span className="chip">{words.changeKinds[pendingChange.kind]}</span>}
                </li>
              ))}
            </ul>
            <Pager page={licenses.pageInfo} total={licenses.totalCount} shown={licenses.nodes.length} onTurn={setPage} />
          </section>
        ) : null
      }
    </Loaded>
  );
}
