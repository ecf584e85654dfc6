import { makeOperation, type Client, type Exchange, type Operation } from "urql";
import { pipe, tap } from "wonka";

const shown = new Map<number, Operation>();
let asking: Client | undefined;

/** Keeps note of the queries whose answers are on the screen, and asks again after each mutation. */
export const renewalExchange: Exchange =
  ({ client, forward }) =>
  (operations) => {
    asking = client;
    return pipe(
      operations,
      tap((operation) => {
        if (operation.kind === "query") shown.set(operation.key, operation);
        if (operation.kind === "teardown") shown.delete(operation.key);
      }),
      forward,
      tap(({ operation }) => {
        if (operation.kind === "mutation") queueMicrotask(renew);
      }),
    );
  };

/** Asks again for everything that is on the screen. What is shown stays until the answers are here. */
export function renew() {
  for (const operation of shown.values()) {
    asking?.reexecuteOperation(
      makeOperation("query", operation, { ...operation.context, requestPolicy: "network-only" }),
    );
  }
}

/** A thousand changes in one go are a thousand events: asked for once, a moment after the first. */
const MOMENT = 150;
let soon: ReturnType<typeof setTimeout> | undefined;

/** Asks again in a moment, however often it is called until then. */
export function renewSoon() {
  soon ??= setTimeout(() => {
    soon = undefined;
    renew();
  }, MOMENT);
}
