import { useConnection } from "../api/connection";
import { useWords } from "../words/WordsProvider";

/** Says so while the server cannot be reached. */
export function ConnectionNotice() {
  const words = useWords();
  const isLost = useConnection() === "lost";
  return (
    <div role="status" className="connection">
      {isLost && <p className="notice warn">{words.connectionLost}</p>}
    </div>
  );
}
