import { createContext, use, useEffect, useState, type ReactNode } from "react";
import { useTranslations } from "../i18n/TranslationsProvider";

const ANNOUNCEMENT_DURATION = 12_000;

const AnnounceContext = createContext<(message: string) => void>(() => {});

/** Shows announcements of completed actions in a live region below the screen. */
export function AnnouncementProvider({ children }: { children: ReactNode }) {
  const t = useTranslations();
  const [message, setMessage] = useState<string>();

  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(undefined), ANNOUNCEMENT_DURATION);
    return () => clearTimeout(timer);
  }, [message]);

  return (
    <AnnounceContext value={setMessage}>
      {children}
      <div role="status" className="announcements">
        {message && (
          <p className="announcement">
            {message}
            <button type="button" className="quiet" onClick={() => setMessage(undefined)}>
              {t.dismiss}
            </button>
          </p>
        )}
      </div>
    </AnnounceContext>
  );
}

/** Return a function that announces a completed action. */
export function useAnnounce() {
  return use(AnnounceContext);
}
