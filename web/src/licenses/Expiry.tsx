import { graphql, readFragment, type FragmentType } from "../gql";
import { daysUntil } from "../words/formats";
import { useFormats, useWords } from "../words/WordsProvider";

const ExpiryFields = graphql(`
  fragment Expiry on Vendor {
    status
    expiresAt
    graceEndsAt
  }
`);

/** When a vendor's licenses expire, and how many days are left. */
export function Expiry({ vendor }: { vendor: FragmentType<typeof ExpiryFields> }) {
  const words = useWords();
  const formats = useFormats();
  const { status, expiresAt, graceEndsAt } = readFragment(ExpiryFields, vendor);
  if (!expiresAt) return words.never;
  const tone = status === "ACTIVE" ? "" : status === "EXPIRING_SOON" ? "warn" : "bad";
  return (
    <>
      {formats.date(expiresAt)} <span className={`muted days ${tone}`}>{words.daysFromNow(daysUntil(expiresAt))}</span>{" "}
      {status !== "ACTIVE" && <span className={`chip ${tone}`}>{words.licenseStatuses[status]}</span>}
      {status === "IN_GRACE_PERIOD" && graceEndsAt && (
        <span className="muted">{words.graceEnds(formats.date(graceEndsAt))}</span>
      )}
    </>
  );
}
