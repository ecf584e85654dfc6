import type { Language } from "./language";

const DAY = 24 * 60 * 60 * 1000;
const LOCALES: Record<Language, string> = { en: "en-GB", nb: "nb-NO" };

/** Return functions that format numbers and dates in a language. */
export function makeFormats(language: Language) {
  const locale = LOCALES[language];
  const numbers = new Intl.NumberFormat(locale);
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
  const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  return {
    number: (value: number) => numbers.format(value),
    date: (instant: string) => dates.format(new Date(instant)),
    dateTime: (instant: string) => times.format(new Date(instant)),
  };
}

/** Return the number of calendar days until an instant; negative if it has passed. */
export function daysUntil(instant: string) {
  return Math.round((startOfDay(new Date(instant)) - startOfDay(new Date())) / DAY);
}

function startOfDay(day: Date) {
  return new Date(day).setHours(0, 0, 0, 0);
}
