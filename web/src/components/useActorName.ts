import type { ActorKind } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";

/** Return a function that returns the display name of an actor; names of system actors are translated. */
export function useActorName() {
  const t = useTranslations();
  return ({ kind, name }: { kind: ActorKind; name: string }) =>
    kind === "SYSTEM" ? (t.systemActors[name] ?? name) : name;
}
