import { useConnection } from "../api/connection";
import { useTranslations } from "../i18n/TranslationsProvider";

/** A notice while the connection to the server is lost. */
export function ConnectionNotice() {
  const t = useTranslations();
  const isLost = useConnection() === "lost";
  return (
    <div role="status" className="connection">
      {isLost && <p className="notice warn">{t.connectionLost}</p>}
    </div>
  );
}
