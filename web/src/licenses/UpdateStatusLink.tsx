import { graphql, readFragment, type FragmentType } from "../gql";
import type { LicenseUpdateStatus } from "../gql/graphql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";

const UpdateStatusLinkFields = graphql(`
  fragment UpdateStatusLink on Vendor {
    key
    updateStatus
  }
`);

const STATUS_LINKS: Record<LicenseUpdateStatus, [dialog: string | null, tone: string]> = {
  UP_TO_DATE: [null, "good"],
  ACTIVATED_AUTOMATICALLY: ["activate", "news"],
  AWAITING_ACTIVATION: ["activate", "news"],
  BLOCKED_BY_SURPLUS: ["activate", "bad"],
  CHECK_FAILED: ["problem", "warn"],
  REJECTED: ["problem", "warn"],
};

/** Return the CSS class of a status. */
export function toneOf(status: LicenseUpdateStatus) {
  return STATUS_LINKS[status][1];
}

/** The update status of a vendor as a link to the dialog that handles it; plain text if nothing needs to be done. */
export function UpdateStatusLink({ vendor }: { vendor: FragmentType<typeof UpdateStatusLinkFields> }) {
  const t = useTranslations();
  const { key, updateStatus } = readFragment(UpdateStatusLinkFields, vendor);
  const [dialog, tone] = STATUS_LINKS[updateStatus];
  const name = t.updateStatus[updateStatus];
  if (!dialog) return <span className={`state ${tone}`}>{name}</span>;
  return (
    <Link className={`state ${tone}`} href={`/licenses?vendor=${encodeURIComponent(key)}&dialog=${dialog}`}>
      {name}
    </Link>
  );
}
