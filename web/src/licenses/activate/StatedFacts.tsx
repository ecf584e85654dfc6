import { graphql, readFragment, type FragmentType } from "../../gql";
import { Fact } from "../../parts/Fact";
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
  const before = facts.previousExpiresAt && formats.date(facts.previousExpiresAt);
  const after = facts.expiresAt ? formats.date(facts.expiresAt) : words.never;
  return (
    <dl className="facts">
      <Fact name={words.vendor}>{facts.vendor.name}</Fact>
      <Fact name={words.licenseOwner}>
        {facts.previousLicenseOwner && <s>{facts.previousLicenseOwner}</s>} {facts.licenseOwner}
      </Fact>
      <Fact name={words.serialNumber}>{facts.serialNumber}</Fact>
      <Fact name={words.expires}>
        {before && before !== after && <s>{before}</s>} {after}
      </Fact>
      {new Date(facts.effectiveAt) > new Date() && (
        <Fact name={words.effectiveFrom}>{formats.dateTime(facts.effectiveAt)}</Fact>
      )}
    </dl>
  );
}
