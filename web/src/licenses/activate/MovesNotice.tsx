import { useWords } from "../../words/WordsProvider";
import type { PlannedMove } from "../surplus/plannedMoves";

interface Props {
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
}

/** Who will move to another license with the activation, as long as that can be undone. */
export function MovesNotice({ moves, setMoves }: Props) {
  const words = useWords();
  if (moves.length === 0) return null;
  return (
    <div className="notice between">
      <ul>
        {moves.map(({ fromLicenseId, toLicenseKey, toLicenseName, users }) => (
          <li key={`${fromLicenseId} ${toLicenseKey}`}>
            {words.moveWithActivation(users.map(({ name }) => name).join(", "), toLicenseName)}
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => setMoves([])}>
        {words.undo}
      </button>
    </div>
  );
}
