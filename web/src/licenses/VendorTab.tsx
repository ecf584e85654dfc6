import { DescriptionItem } from "../components/DescriptionItem";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";
import { withParameters } from "../layout/router";
import { usePermission } from "../session/viewer";
import { CheckButton } from "./CheckButton";
import { Expiry } from "./Expiry";
import { SystemLicenses } from "./SystemLicenses";
import { UpdateStatusLink } from "./UpdateStatusLink";
import { UserLicenses } from "./UserLicenses";

export const VendorFacts = graphql(`
  fragment VendorFacts on Vendor {
    id
    key
    name
    storeUrl
    supportUrl
    lastCheck {
      checkedAt
      outcome
      message
    }
    nextCheckAt
    ...Expiry
    ...UpdateStatusLink
  }
`);

interface Props {
  vendorKey: string;
  vendor: FragmentType<typeof VendorFacts>;
}

/** A vendor's licenses, their status, and the commands that get new ones. */
export function VendorTab({ vendorKey, vendor }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  const hasPermission = usePermission();
  const fields = readFragment(VendorFacts, vendor);
  return (
    <>
      <section className="card vendor" aria-label={fields.name}>
        <dl className="facts">
          <DescriptionItem name={t.licenseStatus}>
            <UpdateStatusLink vendor={fields} />
          </DescriptionItem>
          <DescriptionItem name={t.expires}>
            <Expiry vendor={fields} />
          </DescriptionItem>
          <DescriptionItem name={t.lastCheck}>
            {fields.lastCheck ? formats.dateTime(fields.lastCheck.checkedAt) : t.never}
          </DescriptionItem>
        </dl>
        <div className="actions">
          {hasPermission("LICENSES_WRITE") && (
            <>
              <CheckButton vendor={fields} />
              <Link className="button" href={withParameters({ dialog: "import" })}>
                {t.getFromFile}
              </Link>
            </>
          )}
          {fields.storeUrl && (
            <a className="button" href={fields.storeUrl} target="_blank" rel="noreferrer">
              {t.buyNewLicenses}
              <span className="external" aria-hidden="true" />
            </a>
          )}
        </div>
      </section>
      <UserLicenses vendor={vendorKey} />
      <SystemLicenses vendor={vendorKey} />
    </>
  );
}
