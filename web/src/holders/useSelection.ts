import { useState } from "react";

/** The selected items by user ID; the selection is kept across pages and searches. */
export function useSelection<Item>(userId: (item: Item) => string) {
  const [selected, setSelected] = useState<ReadonlyMap<string, Item>>(new Map());
  const select = (items: readonly Item[], isSelected: boolean) =>
    setSelected((before) => {
      const after = new Map(before);
      for (const item of items) {
        if (isSelected) after.set(userId(item), item);
        else after.delete(userId(item));
      }
      return after;
    });
  return { selected, select, clear: () => setSelected(new Map()) };
}
