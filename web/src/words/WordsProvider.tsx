import { createContext, use, useState, type ReactNode } from "react";
import { renew } from "../api/renewal";
import { en } from "./en";
import { makeFormats } from "./formats";
import { currentLanguage, rememberLanguage, type Language } from "./language";
import { nb } from "./nb";

/** Every text of the console. English is the type that the other languages have to fill. */
export type Words = typeof en;

const CATALOGS: Record<Language, Words> = { en, nb };

interface Spoken {
  language: Language;
  words: Words;
  choose: (language: Language) => void;
}

const SpokenContext = createContext<Spoken | null>(null);

/** Gives all below it a language; changing it asks the server again, whose words change, too. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(currentLanguage);
  const choose = (language: Language) => {
    rememberLanguage(language);
    setLanguage(language);
    renew();
  };
  return <SpokenContext value={{ language, words: CATALOGS[language], choose }}>{children}</SpokenContext>;
}

/** The language, and how to change it. */
export function useLanguage() {
  const { language, choose } = use(SpokenContext)!;
  return [language, choose] as const;
}

/** The words in the language. */
export function useWords(): Words {
  return use(SpokenContext)!.words;
}

/** Numbers and dates as the language writes them. */
export function useFormats() {
  return makeFormats(use(SpokenContext)!.language);
}
