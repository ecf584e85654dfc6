import { useTranslations } from "../i18n/TranslationsProvider";

/** An error message in place of data that could not be loaded, with a button to try again. */
export function LoadError({ retry, message }: { retry: () => void; message?: string }) {
  const t = useTranslations();
  return (
    <div className="notice bad" role="alert">
      <p>{message ?? t.unreachable}</p>
      <button type="button" onClick={() => retry()}>
        {t.tryAgain}
      </button>
    </div>
  );
}
