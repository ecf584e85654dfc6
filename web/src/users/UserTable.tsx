import type { UserOrder, UserRowFragment } from "../gql/graphql";
import { OrderButton } from "../parts/OrderButton";
import { useWords } from "../words/WordsProvider";
import type { NamedUser } from "./SeatActions";
import { UserRow } from "./UserRow";

interface Props {
  caption: string;
  users: readonly UserRowFragment[];
  ticked: ReadonlyMap<string, NamedUser>;
  onTick: (users: readonly NamedUser[], isTicked: boolean) => void;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
}

/** A page of users. */
export function UserTable({ caption, users, ticked, onTick, order, onOrder }: Props) {
  const words = useWords();
  const areAllTicked = users.length > 0 && users.every(({ id }) => ticked.has(id));
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
                disabled={users.length === 0}
                onChange={() => onTick(users, !areAllTicked)}
              />
            </th>
            <OrderButton field="NAME" order={order} onOrder={onOrder}>
              {words.name}
            </OrderButton>
            <OrderButton className="wide-only" field="LOGIN" order={order} onOrder={onOrder}>
              {words.login}
            </OrderButton>
            <th scope="col" className="wide-only">
              {words.group}
            </th>
            <th scope="col">{words.licenses}</th>
            <OrderButton field="LAST_LOGIN_AT" order={order} onOrder={onOrder}>
              {words.lastLogin}
            </OrderButton>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <UserRow key={user.id} user={user} isTicked={ticked.has(user.id)} onTick={onTick} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
