import { Link } from "../frame/Link";
import { graphql } from "../gql";
import type { UserRowFragment } from "../gql/graphql";
import { UserMarks } from "../parts/UserMarks";
import { useFormats, useWords } from "../words/WordsProvider";
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
  isTicked: boolean;
  onTick: (users: NamedUser[], isTicked: boolean) => void;
}

/** A user with the licenses they hold; each leads to all who hold it. */
export function UserRow({ user, isTicked, onTick }: Props) {
  const words = useWords();
  const formats = useFormats();
  return (
    <tr className={isTicked ? "ticked-row" : undefined}>
      <td className="box">
        <input
          type="checkbox"
          id={`tick-${user.id}`}
          checked={isTicked}
          onChange={(event) => onTick([user], event.target.checked)}
        />
      </td>
      <th scope="row">
        <label htmlFor={`tick-${user.id}`}>{user.name}</label>
        <UserMarks user={user} />
      </th>
      <td className="wide-only muted">{user.login}</td>
      <td className="wide-only muted">{user.group ?? words.userKinds[user.kind]}</td>
      <td>
        <ul className="held">
          {user.assignments.map(({ id, license }) => (
            <li key={id}>
              <Link className={license.isPlan ? "chip plan" : "chip"} href={`/users/licenses?license=${encodeURIComponent(license.key)}`}>
                {license.name}
              </Link>
            </li>
          ))}
        </ul>
      </td>
      <td className="when">{user.lastLoginAt ? formats.date(user.lastLoginAt) : <em>{words.never}</em>}</td>
    </tr>
  );
}
