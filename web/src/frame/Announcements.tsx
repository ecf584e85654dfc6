import { createContext, use, useEffect, useState, type ReactNode } from "react";
import { useWords } from "../words/WordsProvider";

const LONG_ENOUGH_TO_READ = 12_000;

const AnnounceContext = createContext<(message: string) => void>(() => {});

/** Says, below whatever is on the screen, what has been done; screen readers read it out. */
export function Announcements({ children }: { children: ReactNode }) {
  const words = useWords();
  const [message, setMessage] = useState<string>();

  useEffect(() => {
    if (!message) return;
    const timer = setTimeout(() => setMessage(undefined), LONG_ENOUGH_TO_READ);
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
              {words.dismiss}
            </button>
          </p>
        )}
      </div>
    </AnnounceContext>
  );
}

/** Announces what has been done. */
export function useAnnounce() {
  return use(AnnounceContext);
}
