import { graphql, readFragment, type FragmentType } from "../../gql";
import { useFormats, useWords } from "../../words/WordsProvider";

const StatedFactsFields = graphql(`
  fragment StatedFacts on LicenseChangeSet {
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

/** Whose the new licenses are and how long they last, with what that replaces. */
export function StatedFacts({ changeSet }: { changeSet: FragmentType<typeof StatedFactsFields> }) {
  const words = useWords();
  const formats = useFormats();
  const facts = readFragment(StatedFactsFields, changeSet);
  const expiry = (instant: string | null) => (instant ? formats.date(instant) : words.neverExpires);
  return (
    <dl className="facts">
      <div>
        <dt>{words.vendor}</dt>
        <dd>{facts.vendor.name}</dd>
      </div>
      <div>
        <dt>{words.licenseOwner}</dt>
        <dd>
          {facts.previousLicenseOwner && <s>{facts.previousLicenseOwner}</s>} {facts.licenseOwner}
        </dd>
      </div>
      <div>
        <dt>{words.serialNumber}</dt>
        <dd>{facts.serialNumber}</dd>
      </div>
      <div>
        <dt>{words.expires}</dt>
        <dd>
          {facts.previousExpiresAt !== facts.expiresAt && facts.previousExpiresAt && (
            <s>{expiry(facts.previousExpiresAt)}</s>
          )}{" "}
          {expiry(facts.expiresAt)}
        </dd>
      </div>
      {new Date(facts.effectiveAt) > new Date() && (
        <div>
          <dt>{words.effectiveFrom}</dt>
          <dd>{formats.dateTime(facts.effectiveAt)}</dd>
        </div>
      )}
    </dl>
  );
}
