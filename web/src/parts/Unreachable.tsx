import { useWords } from "../words/WordsProvider";

/** Instead of what could not be loaded. */
export function Unreachable({ retry, message }: { retry: () => void; message?: string }) {
  const words = useWords();
  return (
    <div className="notice bad" role="alert">
      <p>{message ?? words.unreachable}</p>
      <button type="button" onClick={() => retry()}>
        {words.tryAgain}
      </button>
    </div>
  );
}
