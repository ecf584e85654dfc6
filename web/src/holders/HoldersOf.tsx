import { useState, type ReactNode } from "react";
import { useQuery } from "urql";
import { graphql, readFragment } from "../gql";
import type { HolderFragment, RevocationBlocker, UserOrder } from "../gql/graphql";
import { Loaded } from "../parts/Loaded";
import { FIRST_PAGE, Pager, type PageRequest } from "../parts/Pager";
import { Search } from "../parts/Search";
import { useWords } from "../words/WordsProvider";
import { HolderFields } from "./holder";
import { HoldersTable } from "./HoldersTable";

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

const LONGEST_AWAY_FIRST: UserOrder = { field: "LAST_LOGIN_AT", direction: "ASC" };

interface Props {
  licenseKey: string;
  ticked: ReadonlyMap<string, HolderFragment>;
  onTick: (holders: readonly HolderFragment[], isTicked: boolean) => void;
  canTick: (blocker: RevocationBlocker | null) => boolean;
  /** What stands beside the search field. */
  beside?: ReactNode;
}

/** All who hold a license, a page at a time however many they are, those who were away longest first. */
export function HoldersOf({ licenseKey, ticked, onTick, canTick, beside }: Props) {
  const words = useWords();
  const [search, setSearch] = useState("");
  const [orderBy, setOrderBy] = useState(LONGEST_AWAY_FIRST);
  const [page, setPage] = useState<PageRequest>(FIRST_PAGE);
  const [answer, ask] = useQuery({
    query: HoldersOfLicense,
    variables: { key: licenseKey, filter: { search: search || null }, orderBy, ...page },
  });
  const fromTheStart = (change: () => void) => {
    change();
    setPage(FIRST_PAGE);
  };

  return (
    <section aria-label={words.holders}>
      <div className="bar">
        <Search label={words.searchUsers} value={search} onSearch={(text) => fromTheStart(() => setSearch(text))} />
        {beside}
      </div>
      <Loaded answer={answer} retry={ask}>
        {({ license }) =>
          license && (
            <>
              <HoldersTable
                caption={words.holdersOf(license.name, license.assignments.totalCount)}
                holders={readFragment(HolderFields, license.assignments.nodes)}
                ticked={ticked}
                onTick={onTick}
                canTick={canTick}
                order={orderBy}
                onOrder={(order) => fromTheStart(() => setOrderBy(order))}
              />
              <Pager
                page={license.assignments.pageInfo}
                total={license.assignments.totalCount}
                shown={license.assignments.nodes.length}
                onTurn={setPage}
              />
            </>
          )
        }
      </Loaded>
    </section>
  );
}
