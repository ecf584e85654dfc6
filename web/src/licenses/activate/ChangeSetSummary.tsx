import { DescriptionItem } from "../../components/DescriptionItem";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { useFormats, useTranslations } from "../../i18n/TranslationsProvider";

const ChangeSetSummaryFields = graphql(`
  fragment ChangeSetSummary on LicenseChangeSet {
    vendor {
      name
    }
    licenseOwner
    previousLicenseOwner
    serialNumber
    effectiveAt
    expiresAt
    previousExpiresAt
  }
`);

/** Vendor, license owner, serial number and expiration of new licenses, with the previous values if they differ. */
export function ChangeSetSummary({ changeSet }: { changeSet: FragmentType<typeof ChangeSetSummaryFields> }) {
  const t = useTranslations();
  const formats = useFormats();
  const fields = readFragment(ChangeSetSummaryFields, changeSet);
  const oldExpiry = fields.previousExpiresAt && formats.date(fields.previousExpiresAt);
  const newExpiry = fields.expiresAt ? formats.date(fields.expiresAt) : t.never;
  return (
    <dl className="facts">
      <DescriptionItem name={t.vendor}>{fields.vendor.name}</DescriptionItem>
      <DescriptionItem name={t.licenseOwner}>
        {fields.previousLicenseOwner && <s>{fields.previousLicenseOwner}</s>} {fields.licenseOwner}
      </DescriptionItem>
      <DescriptionItem name={t.serialNumber}>{fields.serialNumber}</DescriptionItem>
      <DescriptionItem name={t.expires}>
        {oldExpiry && oldExpiry !== newExpiry && <s>{oldExpiry}</s>} {newExpiry}
      </DescriptionItem>
      {new Date(fields.effectiveAt) > new Date() && (
        <DescriptionItem name={t.effectiveFrom}>{formats.dateTime(fields.effectiveAt)}</DescriptionItem>
      )}
    </dl>
  );
}
