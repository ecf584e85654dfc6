import type { HolderFragment, RevocationBlocker, UserOrder } from "../gql/graphql";
import { useActorName } from "../parts/actorName";
import { OrderButton } from "../parts/OrderButton";
import { UserMarks } from "../parts/UserMarks";
import { useFormats, useWords } from "../words/WordsProvider";

interface Props {
  caption: string;
  holders: readonly HolderFragment[];
  ticked: ReadonlyMap<string, HolderFragment>;
  onTick: (holders: readonly HolderFragment[], isTicked: boolean) => void;
  /** Whether a blocked user can be ticked all the same. */
  canTick: (blocker: RevocationBlocker | null) => boolean;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
}

/** A page of those who hold a license, with a box to tick each. */
export function HoldersTable({ caption, holders, ticked, onTick, canTick, order, onOrder }: Props) {
  const words = useWords();
  const formats = useFormats();
  const nameOf = useActorName();
  const free = holders.filter(({ blocker }) => canTick(blocker));
  const areAllTicked = free.length > 0 && free.every(({ user }) => ticked.has(user.id));
  return (
    <div className="scroll">
      <table className="choice">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col" className="box">
              <input
                type="checkbox"
                aria-label={words.tickAll}
                checked={areAllTicked}
                disabled={free.length === 0}
                onChange={() => onTick(free, !areAllTicked)}
              />
            </th>
            <OrderButton field="NAME" order={order} onOrder={onOrder}>
              {words.name}
            </OrderButton>
            <OrderButton field="LAST_LOGIN_AT" order={order} onOrder={onOrder}>
              {words.lastLogin}
            </OrderButton>
            <th scope="col" className="wide-only">
              {words.hasItSince}
            </th>
            <th scope="col">{words.canItBeTaken}</th>
          </tr>
        </thead>
        <tbody>
          {holders.map((holder) => {
            const { user, blocker, assignedAt, assignedBy } = holder;
            return (
              <tr key={holder.id} className={ticked.has(user.id) ? "ticked-row" : undefined}>
                <td className="box">
                  <input
                    type="checkbox"
                    id={`tick-${user.id}`}
                    checked={ticked.has(user.id)}
                    disabled={!canTick(blocker)}
                    aria-describedby={blocker ? `why-${user.id}` : undefined}
                    onChange={(event) => onTick([holder], event.target.checked)}
                  />
                </td>
                <th scope="row">
                  <label htmlFor={`tick-${user.id}`}>{user.name}</label> <span className="muted">{user.login}</span>
                  <UserMarks user={user} />
                </th>
                <td className="when">{user.lastLoginAt ? formats.date(user.lastLoginAt) : <em>{words.never}</em>}</td>
                <td className="wide-only muted">{words.sinceBy(formats.date(assignedAt), nameOf(assignedBy))}</td>
                <td id={`why-${user.id}`} className={blocker ? "blocked" : "muted"}>
                  {blocker ? words.blockers[blocker] : words.yes}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
