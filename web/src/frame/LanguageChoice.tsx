import { LANGUAGES, type Language } from "../words/language";
import { useLanguage, useWords } from "../words/WordsProvider";

/** Changes the language of the console. */
export function LanguageChoice() {
  const words = useWords();
  const [language, choose] = useLanguage();
  return (
    <select
      className="quiet"
      aria-label={words.language}
      value={language}
      onChange={(event) => choose(event.target.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([code, name]) => (
        <option key={code} value={code} lang={code}>
          {name}
        </option>
      ))}
    </select>
  );
}
