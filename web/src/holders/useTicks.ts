import { useState } from "react";
import type { HolderFragment } from "../gql/graphql";

/** Whose boxes are ticked, by user ID: kept while pages are turned and searches made. */
export function useTicks() {
  const [ticked, setTicked] = useState<ReadonlyMap<string, HolderFragment>>(new Map());
  const tick = (holders: readonly HolderFragment[], isTicked: boolean) =>
    setTicked((before) => {
      const after = new Map(before);
      for (const holder of holders) {
        if (isTicked) after.set(holder.user.id, holder);
        else after.delete(holder.user.id);
      }
      return after;
    });
  return { ticked, tick, clear: () => setTicked(new Map()) };
}
