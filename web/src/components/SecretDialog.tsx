import { useState } from "react";
import { useTranslations } from "../i18n/TranslationsProvider";
import { Dialog } from "./Dialog";

interface Props {
  title: string;
  secret: string;
  onClose: () => void;
}

/** Shows a new secret once, with a button that copies it. */
export function SecretDialog({ title, secret, onClose }: Props) {
  const t = useTranslations();
  const [isCopied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(secret).then(() => setCopied(true));
  return (
    <Dialog title={title} narrow>
      <p>{t.secretHelp}</p>
      <output className="secret">{secret}</output>
      <footer>
        <button type="button" onClick={() => void copy()}>
          <span role="status">{isCopied ? t.copied : t.copy}</span>
        </button>
        <button type="button" className="primary" onClick={onClose}>
          {t.done}
        </button>
      </footer>
    </Dialog>
  );
}
