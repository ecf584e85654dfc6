import { graphql, readFragment, type FragmentType } from "../gql";
import type { UserErrorCode } from "../gql/graphql";

export const UserErrorFields = graphql(`
  fragment UserErrorFields on UserError {
    code
    message
    path
  }
`);

/** Why a mutation did not do what was asked, in words to show. */
export interface Problem {
  message: string;
  /** The name of the field of the input at fault; null if it is no one field. */
  field: string | null;
  /** Absent if it was not the API that refused. */
  code?: UserErrorCode;
}

interface Outcome {
  error?: { message: string; graphQLErrors: { message: string }[] };
}

/** What is to be shown of a mutation that went wrong: refused by the API, or not answered at all. */
export function problemsOf(
  outcome: Outcome,
  userErrors: readonly FragmentType<typeof UserErrorFields>[] | undefined,
  unreachable: string,
): Problem[] {
  if (outcome.error) {
    const messages = outcome.error.graphQLErrors.map(({ message }) => message);
    return (messages.length ? messages : [unreachable]).map((message) => ({ message, field: null }));
  }
  return readFragment(UserErrorFields, userErrors ?? []).map(({ code, message, path }) => ({
    code,
    message,
    field: path?.[1] ?? null,
  }));
}
