import { useQuery } from "urql";
import { Pager, pageParameters } from "../components/Pager";
import { QueryBoundary } from "../components/QueryBoundary";
import { SearchField } from "../components/SearchField";
import { graphql, readFragment } from "../gql";
import type { UserCategory } from "../gql/graphql";
import { useSelection } from "../holders/useSelection";
import { useTranslations } from "../i18n/TranslationsProvider";
import { navigate, useRoute, withParameters } from "../layout/router";
import { usePermission } from "../session/viewer";
import { LicenseSelect } from "./LicenseSelect";
import { SeatActions, type NamedUser } from "./SeatActions";
import { NO_LICENSE, orderParameter, parseUserListQuery } from "./userListQuery";
import { UserRowFields } from "./UserRow";
import { UserTable } from "./UserTable";

const UsersOfTab = graphql(`
  query UsersOfTab($filter: UserFilter, $orderBy: UserOrder, $first: Int, $after: String, $last: Int, $before: String) {
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

/** The users of a tab with filters, pagination, and commands for the selected users. */
export function UserList({ category }: { category: UserCategory }) {
  const t = useTranslations();
  const hasPermission = usePermission();
  const { parameters } = useRoute();
  const { filter, orderBy, page } = parseUserListQuery(parameters, category);
  const [result, refetch] = useQuery({ query: UsersOfTab, variables: { filter, orderBy, ...page } });
  const { selected, select, clear } = useSelection(({ id }: NamedUser) => id);

  const applyFilter = (changes: Record<string, string | null>, { replace = false } = {}) =>
    navigate(withParameters({ ...changes, after: null, before: null }), { replace });

  return (
    <section className="card">
      <div className="bar">
        <LicenseSelect
          label={t.licenseType}
          value={parameters.get("license") ?? ""}
          onChange={(license) => applyFilter({ license })}
          extraOptions={{ "": t.allUsers, [NO_LICENSE]: t.withoutLicense }}
        />
        <select
          aria-label={t.canSignIn}
          value={parameters.get("login") ?? ""}
          onChange={(event) => applyFilter({ login: event.target.value })}
        >
          <option value="">{t.anySignInStatus}</option>
          <option value="yes">{t.canSignIn}</option>
          <option value="no">{t.cannotSignIn}</option>
        </select>
        <SearchField
          label={t.searchUsers}
          value={parameters.get("search") ?? ""}
          onSearch={(search) => applyFilter({ search }, { replace: true })}
        />
      </div>
      {hasPermission("USERS_WRITE") && selected.size > 0 && (
        <SeatActions users={[...selected.values()]} onDone={clear} />
      )}
      <QueryBoundary result={result} retry={refetch}>
        {({ users }) =>
          users && (
            <>
              <UserTable
                caption={t.countOfUsers(users.totalCount)}
                users={readFragment(UserRowFields, users.nodes)}
                selected={selected}
                onSelect={select}
                order={orderBy}
                onOrder={(order) => applyFilter({ order: orderParameter(order) })}
              />
              <Pager
                page={users.pageInfo}
                total={users.totalCount}
                shown={users.nodes.length}
                onPageChange={(requested) => navigate(withParameters(pageParameters(requested)))}
              />
            </>
          )
        }
      </QueryBoundary>
    </section>
  );
}
