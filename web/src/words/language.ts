/** The languages of the console. */
export const LANGUAGES = { en: "English", nb: "Norsk" } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = "language";
let current = remembered() ?? preferred();
document.documentElement.lang = current;

/** The language in which everything is shown, and in which the server is asked to answer. */
export function currentLanguage(): Language {
  return current;
}

/** Changes the language, and remembers it in this browser. */
export function rememberLanguage(language: Language) {
  current = language;
  document.documentElement.lang = language;
  localStorage.setItem(KEY, language);
}

function remembered(): Language | undefined {
  const stored = localStorage.getItem(KEY);
  return stored && stored in LANGUAGES ? (stored as Language) : undefined;
}

function preferred(): Language {
  for (const tag of navigator.languages) {
    if (/^(nb|no|nn)\b/.test(tag)) return "nb";
    if (/^en\b/.test(tag)) return "en";
  }
  return "en";
}
