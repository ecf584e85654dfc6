import { UserStatusChips } from "../components/UserStatusChips";
import { graphql } from "../gql";
import type { UserRowFragment } from "../gql/graphql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";
import type { NamedUser } from "./SeatActions";

export const UserRowFields = graphql(`
  fragment UserRow on User {
    id
    name
    login
    group
    kind
    status
    canLogIn
    lastLoginAt
    assignments {
      id
      license {
        key
        name
        isPlan
      }
    }
  }
`);

interface Props {
  user: UserRowFragment;
  isSelected: boolean;
  onSelect: (users: NamedUser[], isSelected: boolean) => void;
}

/** A user with their licenses, each of which links to its holders. */
export function UserRow({ user, isSelected, onSelect }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  return (
    <tr className={isSelected ? "selected-row" : undefined}>
      <td className="box">
        <input
          type="checkbox"
          id={`select-${user.id}`}
          checked={isSelected}
          onChange={(event) => onSelect([user], event.target.checked)}
        />
      </td>
      <th scope="row">
        <label htmlFor={`select-${user.id}`}>{user.name}</label>
        <UserStatusChips user={user} />
      </th>
      <td className="wide-only muted">{user.login}</td>
      <td className="wide-only muted">{user.group ?? t.userKinds[user.kind]}</td>
      <td>
        <ul className="licenses">
          {user.assignments.map(({ id, license }) => (
            <li key={id}>
              <Link
                className={license.isPlan ? "chip plan" : "chip"}
                href={`/users/licenses?license=${encodeURIComponent(license.key)}`}
              >
                {license.name}
              </Link>
            </li>
          ))}
        </ul>
      </td>
      <td className="when">{user.lastLoginAt ? formats.date(user.lastLoginAt) : <em>{t.never}</em>}</td>
    </tr>
  );
}
