import { createContext, use, useState, type ReactNode } from "react";
import { refetchActiveQueries } from "../api/refetch";
import { en } from "./en";
import { makeFormats } from "./formats";
import { currentLanguage, storeLanguage, type Language } from "./language";
import { nb } from "./nb";

/** All texts of the console. The English catalog defines the type. */
export type Translations = typeof en;

const CATALOGS: Record<Language, Translations> = { en, nb };

interface LanguageState {
  language: Language;
  translations: Translations;
  changeLanguage: (language: Language) => void;
}

const LanguageContext = createContext<LanguageState | null>(null);

/** Provides the language and its texts. A change refetches all queries, since the API translates its texts as well. */
export function TranslationsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(currentLanguage);
  const changeLanguage = (language: Language) => {
    storeLanguage(language);
    setLanguage(language);
    refetchActiveQueries();
  };
  return (
    <LanguageContext value={{ language, translations: CATALOGS[language], changeLanguage }}>{children}</LanguageContext>
  );
}

/** Return the language and a function that changes it. */
export function useLanguage() {
  const { language, changeLanguage } = use(LanguageContext)!;
  return [language, changeLanguage] as const;
}

/** Return the texts in the current language. */
export function useTranslations(): Translations {
  return use(LanguageContext)!.translations;
}

/** Return the formats of numbers and dates in the current language. */
export function useFormats() {
  return makeFormats(use(LanguageContext)!.language);
}
