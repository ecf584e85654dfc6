import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { TypedDocumentString } from "./gql/graphql.js";

const { SERVER, TOKEN } = process.env;
const MAX_ATTEMPTS = 6;

class TemporaryError extends Error {}

/** Send an operation that has no effect, such as a query, and return its data. */
export async function send<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  headers: Record<string, string> = {},
): Promise<Result> {
  const response = await fetch(`${SERVER}/graphql`, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json",
      Authorization: `Bearer ${TOKEN}`,
      "Content-Type": "application/json",
      ...headers,
    },
    body: JSON.stringify({ query: document, variables }),
    signal: AbortSignal.timeout(15_000),
  }).catch(failTemporarily);
  const answer = (await response.text().catch(failTemporarily)) as string;
  if (response.status === 429 || response.status >= 500) throw new TemporaryError(`${response.status}: ${answer}`);
  const { data, errors } = JSON.parse(answer);
  if (errors) throw new Error(answer);
  return data;
}

/**
 * Send a mutation, repeating it under the same `Idempotency-Key` while its result is unknown, and return its data. It has
 * one effect. A program that may be stopped in between stores the key and the variables, and continues with them.
 */
export async function sendOnce<Result, Variables>(
  mutation: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const headers = { "Idempotency-Key": randomUUID() };
  for (let attempt = 1; ; attempt++) {
    try {
      return await send(mutation, variables, headers);
    } catch (failure) {
      if (!(failure instanceof TemporaryError) || attempt === MAX_ATTEMPTS) throw failure;
      await pause(100 * 4 ** (attempt - 1));
    }
  }
}

function failTemporarily(failure: Error): never {
  throw new TemporaryError("The response did not arrive.", { cause: failure });
}
