import type { ReactNode } from "react";
import type { UserOrder, UserOrderField } from "../gql/graphql";

interface Props {
  field: UserOrderField;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
  className?: string;
  children: ReactNode;
}

/** The head of a column that a list can be ordered by: once this way, once more the other. */
export function OrderButton({ field, order, onOrder, className, children }: Props) {
  const isOrder = order.field === field;
  const isDescending = isOrder && order.direction === "DESC";
  const turned = isOrder && !isDescending ? "DESC" : "ASC";
  return (
    <th scope="col" className={className} aria-sort={isOrder ? (isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" className="order" onClick={() => onOrder({ field, direction: turned })}>
        {children}
        <span aria-hidden="true">{isOrder ? (isDescending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}
