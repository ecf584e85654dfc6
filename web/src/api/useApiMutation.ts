import { useState } from "react";
import { useClient, type TypedDocumentNode } from "urql";
import type { FragmentType } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { toProblems, type Problem, type UserErrorFields } from "./userErrors";

type MutationData = Record<string, { userErrors: readonly FragmentType<typeof UserErrorFields>[] } | null>;

/**
 * Return a function that runs a mutation, and the problems of the latest one. The function returns the payload, or null
 * if there were problems.
 */
export function useApiMutation() {
  const t = useTranslations();
  const client = useClient();
  const [activeMutation, setActiveMutation] = useState<unknown>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const mutate = async <Data extends MutationData, Input>(
    mutation: TypedDocumentNode<Data, { input: Input }>,
    input: Input,
  ) => {
    setActiveMutation(mutation);
    const result = await client.mutation(mutation, { input });
    setActiveMutation(null);
    const payload = (Object.values(result.data ?? {})[0] ?? null) as Data[keyof Data] | null;
    const newProblems = toProblems(result, payload?.userErrors, t.unreachable);
    setProblems(newProblems);
    return newProblems.length > 0 ? null : payload;
  };
  return { mutate, activeMutation, isBusy: activeMutation !== null, problems, setProblems };
}
