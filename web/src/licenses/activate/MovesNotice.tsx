import { useTranslations } from "../../i18n/TranslationsProvider";
import type { PlannedMove } from "../surplus/plannedMoves";

interface Props {
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
}

/** The users who will move to another license on activation, with a button to undo the planned moves. */
export function MovesNotice({ moves, setMoves }: Props) {
  const t = useTranslations();
  if (moves.length === 0) return null;
  return (
    <div className="notice between">
      <ul>
        {moves.map(({ fromLicenseId, toLicenseKey, toLicenseName, users }) => (
          <li key={`${fromLicenseId} ${toLicenseKey}`}>
            {t.movesOnActivation(users.map(({ name }) => name).join(", "), toLicenseName)}
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => setMoves([])}>
        {t.undo}
      </button>
    </div>
  );
}
