import { createContext, use, useState, type ReactNode } from "react";
import { renew } from "../api/renewal";
import type { en } from "./en";
import { makeFormats } from "./formats";
import { currentLanguage, rememberLanguage, type Language } from "./language";

/** Every text of the console. English is the type that the other languages have to fill. */
export type Words = typeof en;

/** A language is fetched when it is chosen, so that nobody waits for the others. */
const CATALOGS: Record<Language, () => Promise<Words>> = {
  en: () => import("./en").then(({ en }) => en),
  nb: () => import("./nb").then(({ nb }) => nb),
};

interface Spoken {
  language: Language;
  words: Words;
  choose: (language: Language) => void;
}

const SpokenContext = createContext<Spoken | null>(null);

/** The words of the language to begin with. */
export function firstWords() {
  return CATALOGS[currentLanguage()]();
}

/** Gives all below it a language; changing it asks the server again, whose words change, too. */
export function WordsProvider({ first, children }: { first: Words; children: ReactNode }) {
  const [spoken, setSpoken] = useState({ language: currentLanguage(), words: first });
  const choose = async (language: Language) => {
    const words = await CATALOGS[language]();
    rememberLanguage(language);
    setSpoken({ language, words });
    renew();
  };
  return <SpokenContext value={{ ...spoken, choose: (language) => void choose(language) }}>{children}</SpokenContext>;
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
