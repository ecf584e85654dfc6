import { useState } from "react";

/** Whose boxes are ticked, by user ID: kept while pages are turned and searches made. */
export function useTicks<One>(userId: (one: One) => string) {
  const [ticked, setTicked] = useState<ReadonlyMap<string, One>>(new Map());
  const tick = (some: readonly One[], isTicked: boolean) =>
    setTicked((before) => {
      const after = new Map(before);
      for (const one of some) {
        if (isTicked) after.set(userId(one), one);
        else after.delete(userId(one));
      }
      return after;
    });
  return { ticked, tick, clear: () => setTicked(new Map()) };
}
