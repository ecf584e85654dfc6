import { graphql, readFragment, type FragmentType } from "../gql";
import type { UserErrorCode } from "../gql/graphql";

export const UserErrorFields = graphql(`
  fragment UserErrorFields on UserError {
    code
    message
    path
  }
`);

/** A reason why a mutation failed, with a message for the user. */
export interface Problem {
  message: string;
  /** Name of the invalid input field; null if the problem concerns no single field. */
  field: string | null;
  /** Absent if the problem is not a `UserError` of the API. */
  code?: UserErrorCode;
}

interface Result {
  error?: { message: string; graphQLErrors: { message: string }[] };
}

/** Return the problems of a mutation: its user errors, its GraphQL errors, or that the server is unreachable. */
export function toProblems(
  result: Result,
  userErrors: readonly FragmentType<typeof UserErrorFields>[] | undefined,
  unreachable: string,
): Problem[] {
  if (result.error) {
    const messages = result.error.graphQLErrors.map(({ message }) => message);
    return (messages.length ? messages : [unreachable]).map((message) => ({ message, field: null }));
  }
  return readFragment(UserErrorFields, userErrors ?? []).map(({ code, message, path }) => ({
    code,
    message,
    field: path?.[1] ?? null,
  }));
}
