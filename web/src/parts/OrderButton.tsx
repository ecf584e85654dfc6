import type { ReactNode } from "react";
import type { UserOrder, UserOrderField } from "../gql/graphql";

interface Props {
  field: UserOrderField;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
  children: ReactNode;
}

/** The head of a column that a list can be ordered by: once this way, once more the other. */
export function OrderButton({ field, order, onOrder, children }: Props) {
  const isOrder = order.field === field;
  const isDescending = isOrder && order.direction === "DESC";
  const turned = isOrder && !isDescending ? "DESC" : "ASC";
  return (
    <th scope="col" aria-sort={isOrder ? (isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" className="order" onClick={() => onOrder({ field, direction: turned })}>
        {children}
        <span aria-hidden="true">{isOrder ? (isDescending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}
