import type { Exchange, Operation, OperationResult } from "urql";
import { filter, makeSubject, merge, pipe, tap } from "wonka";
import { NOT_SIGNED_IN, socket } from "./socket";

const UNAUTHENTICATED = "UNAUTHENTICATED";

const held = new Map<number, Operation>();
const sentAgain = makeSubject<Operation>();
const listeners = new Set<() => void>();

/**
 * Holds back what was refused because the session has ended, and says so. Whoever waits for an answer goes on waiting,
 * and gets it once somebody has signed in again: nothing that was typed is lost.
 */
export const sessionExchange: Exchange =
  ({ forward }) =>
  (operations) =>
    pipe(
      merge([pipe(operations, tap(forgetIfTornDown)), sentAgain.source]),
      forward,
      filter((result) => {
        if (!isRefused(result)) return true;
        held.set(result.operation.key, result.operation);
        listeners.forEach((listener) => listener());
        return false;
      }),
    );

/** Calls the listener when the session has ended; returns how to stop that. */
export function onSessionEnd(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Sends again what was held back; the WebSocket connects anew, since it is still that of the session before. */
export function resume() {
  socket.terminate();
  const operations = [...held.values()];
  held.clear();
  operations.forEach(sentAgain.next);
}

function forgetIfTornDown({ kind, key }: Operation) {
  if (kind === "teardown") held.delete(key);
}

function isRefused({ error }: OperationResult) {
  const closed = error?.networkError as { code?: number } | undefined;
  return (
    closed?.code === NOT_SIGNED_IN ||
    error?.graphQLErrors.some(({ extensions }) => extensions.code === UNAUTHENTICATED)
  );
}
