import { useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "./Link";

/** The screen for an unknown path. */
export function NotFound() {
  const t = useTranslations();
  return (
    <section>
      <title>{t.pageNotFound}</title>
      <h1>{t.pageNotFound}</h1>
      <Link href="/licenses">{t.goToLicenses}</Link>
    </section>
  );
}
