import { SortableHeader } from "../components/SortableHeader";
import { useActorName } from "../components/useActorName";
import { UserStatusChips } from "../components/UserStatusChips";
import type { HolderFragment, RevocationBlocker, UserOrder } from "../gql/graphql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

interface Props {
  caption: string;
  holders: readonly HolderFragment[];
  selected: ReadonlyMap<string, HolderFragment>;
  onSelect: (holders: readonly HolderFragment[], isSelected: boolean) => void;
  /** Returns whether a user with this blocker can be selected. */
  canSelect: (blocker: RevocationBlocker | null) => boolean;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
}

/** A page of license holders with a checkbox for each. */
export function HolderTable({ caption, holders, selected, onSelect, canSelect, order, onOrder }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  const actorName = useActorName();
  const selectable = holders.filter(({ blocker }) => canSelect(blocker));
  const areAllSelected = selectable.length > 0 && selectable.every(({ user }) => selected.has(user.id));
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
                disabled={selectable.length === 0}
                onChange={() => onSelect(selectable, !areAllSelected)}
              />
            </th>
            <SortableHeader field="NAME" order={order} onOrder={onOrder}>
              {t.name}
            </SortableHeader>
            <SortableHeader field="LAST_LOGIN_AT" order={order} onOrder={onOrder}>
              {t.lastSignIn}
            </SortableHeader>
            <th scope="col" className="wide-only">
              {t.assignedAt}
            </th>
            <th scope="col">{t.removable}</th>
          </tr>
        </thead>
        <tbody>
          {holders.map((holder) => {
            const { user, blocker, assignedAt, assignedBy } = holder;
            return (
              <tr key={holder.id} className={selected.has(user.id) ? "selected-row" : undefined}>
                <td className="box">
                  <input
                    type="checkbox"
                    id={`select-${user.id}`}
                    checked={selected.has(user.id)}
                    disabled={!canSelect(blocker)}
                    aria-describedby={blocker ? `blocker-${user.id}` : undefined}
                    onChange={(event) => onSelect([holder], event.target.checked)}
                  />
                </td>
                <th scope="row">
                  <label htmlFor={`select-${user.id}`}>{user.name}</label> <span className="muted">{user.login}</span>
                  <UserStatusChips user={user} />
                </th>
                <td className="when">{user.lastLoginAt ? formats.date(user.lastLoginAt) : <em>{t.never}</em>}</td>
                <td className="wide-only muted">{t.assignedBy(formats.date(assignedAt), actorName(assignedBy))}</td>
                <td id={`blocker-${user.id}`} className={blocker ? "blocked" : "muted"}>
                  {blocker ? t.blocked(blocker) : t.yes}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
