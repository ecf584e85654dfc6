import { useSeatFormat } from "../../components/useSeatFormat";
import { graphql, readFragment, type FragmentType } from "../../gql";
import type { ChangesTableFragment } from "../../gql/graphql";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { Link } from "../../layout/Link";

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
  /** Returns the URL of the dialog that removes the surplus of a license; a preview has no links. */
  surplusHref?: (licenseKey: string) => string;
}

/** The altered licenses with their old and new totals. */
export function ChangesTable({ changes, surplusHref }: Props) {
  const t = useTranslations();
  const formatSeats = useSeatFormat();
  if (changes.length === 0) return <p>{t.noLicensesAltered}</p>;
  return (
    <div className="scroll">
      <table>
        <caption>{t.alteredLicenses}</caption>
        <thead>
          <tr>
            <th scope="col">{t.license}</th>
            <th scope="col">{t.change}</th>
            <th scope="col" className="number">
              {t.oldTotal}
            </th>
            <th scope="col" className="number">
              {t.newTotal}
            </th>
            <th scope="col" className="number">
              {t.inUse}
            </th>
          </tr>
        </thead>
        <tbody>
          {readFragment(ChangeFields, changes).map((change) => (
            <tr key={change.id}>
              <th scope="row">
                {change.surplus > 0 && surplusHref ? (
                  <Link className="red" href={surplusHref(change.key)}>
                    {change.name}
                  </Link>
                ) : (
                  <span className={change.surplus > 0 ? "red" : undefined}>{change.name}</span>
                )}
                <ContentChanges change={change} />
              </th>
              <td>
                <span className={`chip ${TONES[change.kind]}`}>{t.changeKinds[change.kind]}</span>
                {change.surplus > 0 && <span className="chip bad">{t.tooMany(change.surplus)}</span>}
              </td>
              {change.scope === "USER" ? (
                <>
                  <td className="number">{formatSeats(change.oldTotal)}</td>
                  <td className="number">
                    <strong>{formatSeats(change.newTotal)}</strong>
                  </td>
                  <td className="number">{formatSeats(change.inUse)}</td>
                </>
              ) : (
                <td colSpan={3} className="muted number">
                  {t.systemLicense}
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

/** The former name of a license, and the features that holders of a plan gain and lose. */
function ContentChanges({ change }: { change: ChangesTableFragment }) {
  const t = useTranslations();
  const { name, previousName, gainedFeatures, lostFeatures } = change;
  return (
    <>
      {previousName && previousName !== name && <small>{t.formerName(previousName)}</small>}
      {gainedFeatures.length > 0 && <small>{t.gains(gainedFeatures.join(", "))}</small>}
      {lostFeatures.length > 0 && <small>{t.loses(lostFeatures.join(", "))}</small>}
    </>
  );
}
