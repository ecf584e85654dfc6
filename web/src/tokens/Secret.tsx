import { useState } from "react";
import { useWords } from "../words/WordsProvider";

/** A token's secret, to be copied now or never. */
export function Secret({ secret, onClose }: { secret: string; onClose: () => void }) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <>
      <p>{words.secretHelp}</p>
      <output className="secret">{secret}</output>
      <footer>
        <button type="button" onClick={() => void copy()}>
          <span role="status">{isCopied ? words.copied : words.copy}</span>
        </button>
        <button type="button" className="primary" onClick={onClose}>
          {words.done}
        </button>
      </footer>
    </>
  );
}
