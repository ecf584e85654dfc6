import { useTranslations } from "../../i18n/TranslationsProvider";
import { Link } from "../../layout/Link";
import { withParameters } from "../../layout/router";
import { usePermission } from "../../session/viewer";

/** A notice that this is a demo, with a link to the dialog that converts it. */
export function DemoNotice() {
  const t = useTranslations();
  const hasPermission = usePermission();
  return (
    <p className="notice news between">
      {t.isDemo}
      {hasPermission("LICENSES_WRITE") && (
        <Link className="button primary" href={withParameters({ dialog: "convert" })}>
          {t.becomeACustomer}
        </Link>
      )}
    </p>
  );
}
