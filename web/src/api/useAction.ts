import { useState } from "react";
import { useClient, type TypedDocumentNode } from "urql";
import type { FragmentType } from "../gql";
import { useWords } from "../words/WordsProvider";
import { problemsOf, type Problem, type UserErrorFields } from "./userErrors";

type Answer = Record<string, { userErrors: readonly FragmentType<typeof UserErrorFields>[] } | null>;

/** Sends mutations, and keeps what went wrong with the last; the payload is null if anything did. */
export function useAction() {
  const words = useWords();
  const client = useClient();
  const [doing, setDoing] = useState<unknown>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const act = async <Data extends Answer, Input>(mutation: TypedDocumentNode<Data, { input: Input }>, input: Input) => {
    setDoing(mutation);
    const outcome = await client.mutation(mutation, { input });
    setDoing(null);
    const payload = (Object.values(outcome.data ?? {})[0] ?? null) as Data[keyof Data] | null;
    const found = problemsOf(outcome, payload?.userErrors, words.unreachable);
    setProblems(found);
    return found.length > 0 ? null : payload;
  };
  return { act, doing, isBusy: doing !== null, problems, setProblems };
}
