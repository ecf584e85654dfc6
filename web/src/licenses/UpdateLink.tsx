import { graphql, readFragment, type FragmentType } from "../gql";
import type { LicenseUpdateStatus } from "../gql/graphql";
import { Link } from "../frame/Link";
import { useWords } from "../words/WordsProvider";

const UpdateLinkFields = graphql(`
  fragment UpdateLink on Vendor {
    key
    updateStatus
  }
`);

const LEADS_TO: Record<LicenseUpdateStatus, [dialog: string | null, tone: string]> = {
  UP_TO_DATE: [null, "good"],
  ACTIVATED_AUTOMATICALLY: ["activate", "news"],
  AWAITING_ACTIVATION: ["activate", "news"],
  BLOCKED_BY_SURPLUS: ["activate", "bad"],
  CHECK_FAILED: ["problem", "warn"],
  REJECTED: ["problem", "warn"],
};

/** The tone in which that is told. */
export function toneOf(status: LicenseUpdateStatus) {
  return LEADS_TO[status][1];
}

/** Where a vendor's new licenses stand, and the way to what is to be done about it. */
export function UpdateLink({ vendor }: { vendor: FragmentType<typeof UpdateLinkFields> }) {
  const words = useWords();
  const { key, updateStatus } = readFragment(UpdateLinkFields, vendor);
  const [dialog, tone] = LEADS_TO[updateStatus];
  const name = words.updateStatus[updateStatus];
  if (!dialog) return <span className={`state ${tone}`}>{name}</span>;
  return (
    <Link className={`state ${tone}`} href={`/licenses?vendor=${encodeURIComponent(key)}&dialog=${dialog}`}>
      {name}
    </Link>
  );
}
