import { useSyncExternalStore } from "react";
import { renew } from "./renewal";

/** `closed` is on purpose, as when nobody is signed in; `lost` is not. */
export type Connection = "closed" | "live" | "lost";

let current: Connection = "closed";
const listeners = new Set<() => void>();

/** Notes how the connection is; what was missed while it was lost is asked for. */
export function setConnection(connection: Connection) {
  const wasLost = current === "lost";
  current = wasLost && connection === "closed" ? "lost" : connection;
  listeners.forEach((listener) => listener());
  if (wasLost && connection === "live") renew();
}

/** How the connection is. */
export function useConnection() {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
