import { useState, type ReactNode } from "react";
import { useQuery } from "urql";
import { FIRST_PAGE, Pager, type PageRequest } from "../components/Pager";
import { QueryBoundary } from "../components/QueryBoundary";
import { SearchField } from "../components/SearchField";
import { graphql, readFragment } from "../gql";
import type { HolderFragment, RevocationBlocker, UserOrder } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { HolderFields } from "./holder";
import { HolderTable } from "./HolderTable";

const HoldersOfLicense = graphql(`
  query HoldersOfLicense(
    $key: String!
    $filter: UserFilter
    $orderBy: UserOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    license(key: $key) {
      id
      name
      assignments(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
        totalCount
        nodes {
          ...Holder
        }
        pageInfo {
          ...PagerFields
        }
      }
    }
  }
`);

const OLDEST_SIGN_IN_FIRST: UserOrder = { field: "LAST_LOGIN_AT", direction: "ASC" };

interface Props {
  licenseKey: string;
  selected: ReadonlyMap<string, HolderFragment>;
  onSelect: (holders: readonly HolderFragment[], isSelected: boolean) => void;
  canSelect: (blocker: RevocationBlocker | null) => boolean;
  /** Content next to the search field. */
  searchActions?: ReactNode;
}

/** The holders of a license with search and pagination, oldest sign-in first. */
export function HolderList({ licenseKey, selected, onSelect, canSelect, searchActions }: Props) {
  const t = useTranslations();
  const [search, setSearch] = useState("");
  const [orderBy, setOrderBy] = useState(OLDEST_SIGN_IN_FIRST);
  const [page, setPage] = useState<PageRequest>(FIRST_PAGE);
  const [result, refetch] = useQuery({
    query: HoldersOfLicense,
    variables: { key: licenseKey, filter: { search: search || null }, orderBy, ...page },
  });
  const fromFirstPage = (change: () => void) => {
    change();
    setPage(FIRST_PAGE);
  };

  return (
    <section aria-label={t.holders}>
      <div className="bar">
        <SearchField label={t.searchUsers} value={search} onSearch={(text) => fromFirstPage(() => setSearch(text))} />
        {searchActions}
      </div>
      <QueryBoundary result={result} retry={refetch}>
        {({ license }) =>
          license && (
            <>
              <HolderTable
                caption={t.holdersOf(license.name, license.assignments.totalCount)}
                holders={readFragment(HolderFields, license.assignments.nodes)}
                selected={selected}
                onSelect={onSelect}
                canSelect={canSelect}
                order={orderBy}
                onOrder={(order) => fromFirstPage(() => setOrderBy(order))}
              />
              <Pager
                page={license.assignments.pageInfo}
                total={license.assignments.totalCount}
                shown={license.assignments.nodes.length}
                onPageChange={setPage}
              />
            </>
          )
        }
      </QueryBoundary>
    </section>
  );
}
