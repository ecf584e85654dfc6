import { LANGUAGES, type Language } from "../i18n/language";
import { useLanguage, useTranslations } from "../i18n/TranslationsProvider";

/** A select that changes the language of the console. */
export function LanguageSelect() {
  const t = useTranslations();
  const [language, setLanguage] = useLanguage();
  return (
    <select
      className="quiet"
      aria-label={t.language}
      value={language}
      onChange={(event) => setLanguage(event.target.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
