import { Link } from "../../frame/Link";
import { graphql, readFragment, type FragmentType } from "../../gql";
import type { ChangesTableFragment } from "../../gql/graphql";
import { useSeats } from "../../parts/useSeats";
import { useWords } from "../../words/WordsProvider";

const ChangeFields = graphql(`
  fragment ChangesTable on LicenseChange {
    id
    key
    name
    previousName
    scope
    kind
    oldTotal
    newTotal
    inUse
    surplus
    gainedFeatures
    lostFeatures
  }
`);

interface Props {
  changes: readonly FragmentType<typeof ChangeFields>[];
  /** Where the name of a license with too many users leads; nowhere in a preview. */
  toSurplus?: (licenseKey: string) => string;
}

/** The altered licenses, old and new. */
export function ChangesTable({ changes, toSurplus }: Props) {
  const words = useWords();
  const seats = useSeats();
  if (changes.length === 0) return <p>{words.onlyDatesChange}</p>;
  return (
    <div className="scroll">
      <table>
        <caption>{words.alteredLicenses}</caption>
        <thead>
          <tr>
            <th scope="col">{words.license}</th>
            <th scope="col">{words.change}</th>
            <th scope="col" className="number">
              {words.oldTotal}
            </th>
            <th scope="col" className="number">
              {words.newTotal}
            </th>
            <th scope="col" className="number">
              {words.inUse}
            </th>
          </tr>
        </thead>
        <tbody>
          {readFragment(ChangeFields, changes).map((change) => (
            <tr key={change.id}>
              <th scope="row">
                {change.surplus > 0 && toSurplus ? (
                  <Link className="red" href={toSurplus(change.key)}>
                    {change.name}
                  </Link>
                ) : (
                  <span className={change.surplus > 0 ? "red" : undefined}>{change.name}</span>
                )}
                <Contents change={change} />
              </th>
              <td>
                <span className={`chip ${TONES[change.kind]}`}>{words.changeKinds[change.kind]}</span>
                {change.surplus > 0 && <span className="chip bad">{words.tooMany(change.surplus)}</span>}
              </td>
              {change.scope === "USER" ? (
                <>
                  <td className="number">{seats(change.oldTotal)}</td>
                  <td className="number">
                    <strong>{seats(change.newTotal)}</strong>
                  </td>
                  <td className="number">{seats(change.inUse)}</td>
                </>
              ) : (
                <td colSpan={3} className="muted number">
                  {words.systemLicense}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const TONES = { ADDED: "good", INCREASED: "good", DECREASED: "warn", ALTERED: "", REMOVED: "warn" };

/** Another name than before, and what holders of a plan gain and lose. */
function Contents({ change }: { change: ChangesTableFragment }) {
  const words = useWords();
  const { name, previousName, gainedFeatures, lostFeatures } = change;
  return (
    <>
      {previousName && previousName !== name && <small>{words.wasCalled(previousName)}</small>}
      {gainedFeatures.length > 0 && <small>{words.gains(gainedFeatures.join(", "))}</small>}
      {lostFeatures.length > 0 && <small>{words.loses(lostFeatures.join(", "))}</small>}
    </>
  );
}
