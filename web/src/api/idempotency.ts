import { makeOperation, type Exchange, type Operation } from "urql";
import { map, pipe, tap } from "wonka";
import { headers } from "./headers";

/** The keys of mutations that were sent and have had no answer, by what was asked. */
const unanswered = new Map<number, string>();

/**
 * Sends each mutation with an `Idempotency-Key`, a new one for each action of the user's. Where no answer came, nobody
 * knows whether it was done: whoever asks the same again does so with the same key, and it is done once.
 */
export const idempotencyExchange: Exchange =
  ({ forward }) =>
  (operations) =>
    pipe(
      operations,
      map(withKey),
      forward,
      tap(({ operation, error }) => {
        if (operation.kind === "mutation" && !error?.networkError) unanswered.delete(operation.key);
      }),
    );

function withKey(operation: Operation): Operation {
  if (operation.kind !== "mutation") return operation;
  const key = unanswered.get(operation.key) ?? crypto.randomUUID();
  unanswered.set(operation.key, key);
  const fetchOptions = () => ({ headers: { ...headers(), "Idempotency-Key": key } });
  return makeOperation("mutation", operation, { ...operation.context, fetchOptions });
}
