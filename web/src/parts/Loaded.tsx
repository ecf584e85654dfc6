import type { ReactNode } from "react";
import type { UseQueryState } from "urql";
import { useWords } from "../words/WordsProvider";
import { Unreachable } from "./Unreachable";

interface Props<Data> {
  /** A query as urql has it. */
  answer: UseQueryState<Data>;
  retry: () => void;
  children: (data: Data) => ReactNode;
}

/** What was loaded; until then, that it is being loaded, or why it was not. */
export function Loaded<Data>({ answer, retry, children }: Props<Data>) {
  const words = useWords();
  const { data, error } = answer;
  const refused = error?.graphQLErrors[0]?.message;
  if (data && !refused) return children(data);
  if (error) return <Unreachable retry={retry} message={refused} />;
  return (
    <p className="loading" role="status">
      {words.loading}
    </p>
  );
}
