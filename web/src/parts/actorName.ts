import type { ActorKind } from "../gql/graphql";
import { useWords } from "../words/WordsProvider";

/** Says who did something: people and tokens by their names, the system in the language's words. */
export function useActorName() {
  const words = useWords();
  return ({ kind, name }: { kind: ActorKind; name: string }) =>
    kind === "SYSTEM" ? (words.systemActors[name] ?? name) : name;
}
