import { SortableHeader } from "../components/SortableHeader";
import type { UserOrder, UserRowFragment } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import type { NamedUser } from "./SeatActions";
import { UserRow } from "./UserRow";

interface Props {
  caption: string;
  users: readonly UserRowFragment[];
  selected: ReadonlyMap<string, NamedUser>;
  onSelect: (users: readonly NamedUser[], isSelected: boolean) => void;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
}

/** A page of users with a checkbox for each. */
export function UserTable({ caption, users, selected, onSelect, order, onOrder }: Props) {
  const t = useTranslations();
  const areAllSelected = users.length > 0 && users.every(({ id }) => selected.has(id));
  return (
    <div className="scroll">
      <table className="selectable">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="box">
              <input
                type="checkbox"
                aria-label={t.selectAll}
                checked={areAllSelected}
                disabled={users.length === 0}
                onChange={() => onSelect(users, !areAllSelected)}
              />
            </th>
            <SortableHeader field="NAME" order={order} onOrder={onOrder}>
              {t.name}
            </SortableHeader>
            <SortableHeader className="wide-only" field="LOGIN" order={order} onOrder={onOrder}>
              {t.login}
            </SortableHeader>
            <th scope="col" className="wide-only">
              {t.group}
            </th>
            <th scope="col">{t.licenses}</th>
            <SortableHeader field="LAST_LOGIN_AT" order={order} onOrder={onOrder}>
              {t.lastSignIn}
            </SortableHeader>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <UserRow key={user.id} user={user} isSelected={selected.has(user.id)} onSelect={onSelect} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
