import type { HolderFragment } from "../gql/graphql";
import { useWords } from "../words/WordsProvider";

const SHOWN = 24;

interface Props {
  ticked: ReadonlyMap<string, HolderFragment>;
  onUntick: (holder: HolderFragment) => void;
}

/** Everybody who is ticked, on whichever page of the list they are. */
export function TickedNames({ ticked, onUntick }: Props) {
  const words = useWords();
  if (ticked.size === 0) return null;
  const holders = [...ticked.values()];
  return (
    <ul className="names" aria-label={words.ticked}>
      {holders.slice(0, SHOWN).map((holder) => (
        <li key={holder.user.id}>
          {holder.user.name}
          <button type="button" aria-label={words.untick(holder.user.name)} onClick={() => onUntick(holder)}>
            ×
          </button>
        </li>
      ))}
      {holders.length > SHOWN && <li>{words.andMore(holders.length - SHOWN)}</li>}
    </ul>
  );
}
