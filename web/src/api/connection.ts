import { useSyncExternalStore } from "react";
import { refetchActiveQueries } from "./refetch";

/** State of the WebSocket: `closed` is intended, for example while no user is signed in; `lost` is not. */
export type Connection = "closed" | "live" | "lost";

let current: Connection = "closed";
const listeners = new Set<() => void>();

/** Update the connection state; fetch all active queries again when a lost connection is restored. */
export function setConnection(connection: Connection) {
  const wasLost = current === "lost";
  current = wasLost && connection === "closed" ? "lost" : connection;
  listeners.forEach((listener) => listener());
  if (wasLost && connection === "live") refetchActiveQueries();
}

/** Return the state of the WebSocket, and render again when it changes. */
export function useConnection() {
  return useSyncExternalStore(subscribe, () => current);
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
