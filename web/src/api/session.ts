import type { Exchange, Operation, OperationResult } from "urql";
import { filter, makeSubject, merge, pipe, tap } from "wonka";
import { UNAUTHENTICATED_CLOSE_CODE, socket } from "./socket";

const UNAUTHENTICATED = "UNAUTHENTICATED";

const heldOperations = new Map<number, Operation>();
const resentOperations = makeSubject<Operation>();
const listeners = new Set<() => void>();

/**
 * Hold operations that fail because the session has ended, and notify the listeners. Their callers keep waiting and
 * receive the result after the user has signed in again, so that no input is lost.
 */
export const sessionExchange: Exchange =
  ({ forward }) =>
  (operations) =>
    pipe(
      merge([pipe(operations, tap(dropIfTornDown)), resentOperations.source]),
      forward,
      filter((result) => {
        if (!isUnauthenticated(result)) return true;
        heldOperations.set(result.operation.key, result.operation);
        listeners.forEach((listener) => listener());
        return false;
      }),
    );

/** Call the listener when the session has ended. Returns a function that removes the listener. */
export function onSessionEnd(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Send the held operations again, and reconnect the WebSocket, which still belongs to the previous session. */
export function resendHeldOperations() {
  socket.terminate();
  const operations = [...heldOperations.values()];
  heldOperations.clear();
  operations.forEach(resentOperations.next);
}

function dropIfTornDown({ kind, key }: Operation) {
  if (kind === "teardown") heldOperations.delete(key);
}

function isUnauthenticated({ error }: OperationResult) {
  const closeEvent = error?.networkError as { code?: number } | undefined;
  return (
    closeEvent?.code === UNAUTHENTICATED_CLOSE_CODE ||
    error?.graphQLErrors.some(({ extensions }) => extensions.code === UNAUTHENTICATED)
  );
}
