import { makeOperation, type Client, type Exchange, type Operation } from "urql";
import { pipe, tap } from "wonka";

const activeQueries = new Map<number, Operation>();
let urqlClient: Client | undefined;

/** Track active queries, and fetch them again after each mutation. */
export const refetchExchange: Exchange =
  ({ client, forward }) =>
  (operations) => {
    urqlClient = client;
    return pipe(
      operations,
      tap((operation) => {
        if (operation.kind === "query") activeQueries.set(operation.key, operation);
        if (operation.kind === "teardown") activeQueries.delete(operation.key);
      }),
      forward,
      tap(({ operation }) => {
        if (operation.kind === "mutation") queueMicrotask(refetchActiveQueries);
      }),
    );
  };

/** Fetch all active queries again. Their current results remain on the screen until the new ones arrive. */
export function refetchActiveQueries() {
  for (const operation of activeQueries.values()) {
    urqlClient?.reexecuteOperation(
      makeOperation("query", operation, { ...operation.context, requestPolicy: "network-only" }),
    );
  }
}

/** Milliseconds. Revoking 1,000 licenses sends 1,000 events, which must lead to one refetch only. */
const REFETCH_DELAY = 150;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Fetch all active queries again after a short delay; calls during the delay are merged. */
export function scheduleRefetch() {
  timer ??= setTimeout(() => {
    timer = undefined;
    refetchActiveQueries();
  }, REFETCH_DELAY);
}
