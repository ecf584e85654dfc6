import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

/** Return a function that formats a number of seats; null is unlimited. */
export function useSeatFormat() {
  const t = useTranslations();
  const { number } = useFormats();
  return (seats: number | null | undefined) => (seats == null ? t.unlimited : number(seats));
}
