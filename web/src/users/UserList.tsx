import { useQuery } from "urql";
import { go, usePlace, withParameters } from "../frame/location";
import { graphql, readFragment } from "../gql";
import type { UserCategory } from "../gql/graphql";
import { useTicks } from "../holders/useTicks";
import { Loaded } from "../parts/Loaded";
import { Pager, pageParameters } from "../parts/Pager";
import { Search } from "../parts/Search";
import { useMay } from "../session/viewer";
import { useWords } from "../words/WordsProvider";
import { LicenseChoice } from "./LicenseChoice";
import { SeatActions, type NamedUser } from "./SeatActions";
import { UserRowFields } from "./UserRow";
import { UserTable } from "./UserTable";
import { NO_LICENSE, orderParameter, viewOf } from "./userView";

const UsersOfTab = graphql(`
  query UsersOfTab(
    $filter: UserFilter
    $orderBy: UserOrder
    $first: Int
    $after: String
    $last: Int
    $before: String
  ) {
    users(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes {
        ...UserRow
      }
      pageInfo {
        ...PagerFields
      }
    }
  }
`);

/** The users of a tab, narrowed by license type, and what can be done with those that are ticked. */
export function UserList({ category }: { category: UserCategory }) {
  const words = useWords();
  const may = useMay();
  const { parameters } = usePlace();
  const { filter, orderBy, page } = viewOf(parameters, category);
  const [answer, ask] = useQuery({ query: UsersOfTab, variables: { filter, orderBy, ...page } });
  const { ticked, tick, clear } = useTicks(({ id }: NamedUser) => id);

  const narrow = (changes: Record<string, string | null>, { replace = false } = {}) =>
    go(withParameters({ ...changes, after: null, before: null }), { replace });

  return (
    <section className="card">
      <div className="bar">
        <LicenseChoice
          label={words.licenseType}
          value={parameters.get("license") ?? ""}
          onChoose={(license) => narrow({ license })}
          others={{ "": words.allUsers, [NO_LICENSE]: words.withoutLicense }}
        />
        <select
          aria-label={words.canLogIn}
          value={parameters.get("login") ?? ""}
          onChange={(event) => narrow({ login: event.target.value })}
        >
          <option value="">{words.canLogInOrNot}</option>
          <option value="yes">{words.canLogIn}</option>
          <option value="no">{words.cannotLogIn}</option>
        </select>
        <Search
          label={words.searchUsers}
          value={parameters.get("search") ?? ""}
          onSearch={(search) => narrow({ search }, { replace: true })}
        />
      </div>
      {may("USERS_WRITE") && ticked.size > 0 && (
        <SeatActions users={[...ticked.values()]} onDone={clear} />
      )}
      <Loaded answer={answer} retry={ask}>
        {({ users }) =>
          users && (
            <>
              <UserTable
                caption={words.countOfUsers(users.totalCount)}
                users={readFragment(UserRowFields, users.nodes)}
                ticked={ticked}
                onTick={tick}
                order={orderBy}
                onOrder={(order) => narrow({ order: orderParameter(order) })}
              />
              <Pager
                page={users.pageInfo}
                total={users.totalCount}
                shown={users.nodes.length}
                onTurn={(turned) => go(withParameters(pageParameters(turned)))}
              />
            </>
          )
        }
      </Loaded>
    </section>
  );
}
