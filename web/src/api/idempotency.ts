import { makeOperation, type Exchange, type Operation } from "urql";
import { map, pipe, tap } from "wonka";
import { headers } from "./headers";

/** Idempotency keys of mutations without a response yet, by operation key, a hash of document and variables. */
const pendingKeys = new Map<number, string>();

/**
 * Send each mutation with an `Idempotency-Key`. A network error leaves open whether the mutation was executed, so the
 * same mutation sent again reuses the key and is executed at most once; after a response, the next one gets a new key.
 */
export const idempotencyExchange: Exchange =
  ({ forward }) =>
  (operations) =>
    pipe(
      operations,
      map(withKey),
      forward,
      tap(({ operation, error }) => {
        if (operation.kind === "mutation" && !error?.networkError) pendingKeys.delete(operation.key);
      }),
    );

function withKey(operation: Operation): Operation {
  if (operation.kind !== "mutation") return operation;
  const key = pendingKeys.get(operation.key) ?? crypto.randomUUID();
  pendingKeys.set(operation.key, key);
  const fetchOptions = () => ({ headers: { ...headers(), "Idempotency-Key": key } });
  return makeOperation("mutation", operation, { ...operation.context, fetchOptions });
}
