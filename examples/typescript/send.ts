import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { TypedDocumentString } from "./gql/graphql.js";

const { SERVER, TOKEN } = process.env;
const TRIES = 6;

class MayPass extends Error {}

/** What a query answers, or a mutation that changes nothing. */
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
  }).catch(lost);
  const answer = (await response.text().catch(lost)) as string;
  if (response.status === 429 || response.status >= 500) throw new MayPass(`${response.status}: ${answer}`);
  const { data, errors } = JSON.parse(answer);
  if (errors) throw new Error(answer);
  return data;
}

/**
 * What a mutation answers, sent again under the same `Idempotency-Key` while nobody knows what became of it: it has one
 * effect. A program that may be stopped in between keeps the key, and the variables, with its work, and goes on with them.
 */
export async function sendOnce<Result, Variables>(
  mutation: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Promise<Result> {
  const headers = { "Idempotency-Key": randomUUID() };
  for (let tried = 1; ; tried++) {
    try {
      return await send(mutation, variables, headers);
    } catch (failure) {
      if (!(failure instanceof MayPass) || tried === TRIES) throw failure;
      await pause(100 * 4 ** (tried - 1));
    }
  }
}

function lost(failure: Error): never {
  throw new MayPass("The answer did not arrive.", { cause: failure });
}
