import type { ReactNode } from "react";
import type { UserOrder, UserOrderField } from "../gql/graphql";

interface Props {
  field: UserOrderField;
  order: UserOrder;
  onOrder: (order: UserOrder) => void;
  className?: string;
  children: ReactNode;
}

/** A column header that sorts the list by its field, and reverses the direction when pressed again. */
export function SortableHeader({ field, order, onOrder, className, children }: Props) {
  const isSorted = order.field === field;
  const isDescending = isSorted && order.direction === "DESC";
  const nextDirection = isSorted && !isDescending ? "DESC" : "ASC";
  return (
    <th
      scope="col"
      className={className}
      aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}
    >
      <button type="button" className="sort" onClick={() => onOrder({ field, direction: nextDirection })}>
        {children}
        <span aria-hidden="true">{isSorted ? (isDescending ? " ↓" : " ↑") : ""}</span>
      </button>
    </th>
  );
}
