/** Languages of the console, each by its own name. */
export const LANGUAGES = { en: "English", nb: "Norsk" } as const;
export type Language = keyof typeof LANGUAGES;

const STORAGE_KEY = "language";
let current = storedLanguage() ?? browserLanguage();
document.documentElement.lang = current;

/** Return the language of the console, which is also sent as `Accept-Language`. */
export function currentLanguage(): Language {
  return current;
}

/** Change the language, and store it in this browser. */
export function storeLanguage(language: Language) {
  current = language;
  document.documentElement.lang = language;
  localStorage.setItem(STORAGE_KEY, language);
}

function storedLanguage(): Language | undefined {
  const stored = localStorage.getItem(STORAGE_KEY);
  return stored && stored in LANGUAGES ? (stored as Language) : undefined;
}

function browserLanguage(): Language {
  for (const tag of navigator.languages) {
    if (/^(nb|no|nn)\b/.test(tag)) return "nb";
    if (/^en\b/.test(tag)) return "en";
  }
  return "en";
}
