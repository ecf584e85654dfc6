import type { Language } from "./language";

const DAY = 24 * 60 * 60 * 1000;
const LOCALES: Record<Language, string> = { en: "en-GB", nb: "nb-NO" };

/** How numbers and dates are written. */
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

/** Days until the day of an instant, by the calendar; negative once it has passed. */
export function daysUntil(instant: string) {
  return Math.round((midnight(new Date(instant)) - midnight(new Date())) / DAY);
}

function midnight(day: Date) {
  return new Date(day).setHours(0, 0, 0, 0);
}
