import { graphql, readFragment, type FragmentType } from "../gql";
import { daysUntil } from "../i18n/formats";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";

const ExpiryFields = graphql(`
  fragment Expiry on Vendor {
    status
    expiresAt
    graceEndsAt
  }
`);

/** The expiration date of a vendor's licenses and the days left. */
export function Expiry({ vendor }: { vendor: FragmentType<typeof ExpiryFields> }) {
  const t = useTranslations();
  const formats = useFormats();
  const { status, expiresAt, graceEndsAt } = readFragment(ExpiryFields, vendor);
  if (!expiresAt) return t.never;
  const tone = status === "ACTIVE" ? "" : status === "EXPIRING_SOON" ? "warn" : "bad";
  return (
    <>
      {formats.date(expiresAt)} <span className={`muted days ${tone}`}>{t.daysFromNow(daysUntil(expiresAt))}</span>{" "}
      {status !== "ACTIVE" && <span className={`chip ${tone}`}>{t.licenseStatuses[status]}</span>}
      {status === "IN_GRACE_PERIOD" && graceEndsAt && (
        <span className="muted">{t.graceEnds(formats.date(graceEndsAt))}</span>
      )}
    </>
  );
}
