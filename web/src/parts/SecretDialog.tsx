import { useState } from "react";
import { useWords } from "../words/WordsProvider";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  secret: string;
  onClose: () => void;
}

/** A secret, to be copied now or never. */
export function SecretDialog({ title, secret, onClose }: Props) {
  const words = useWords();
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <Dialog title={title} narrow>
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
    </Dialog>
  );
}
