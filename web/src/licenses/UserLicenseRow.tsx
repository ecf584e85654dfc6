import { useSeatFormat } from "../components/useSeatFormat";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { Link } from "../layout/Link";

const UserLicenseRowFields = graphql(`
  fragment UserLicenseRow on License {
    key
    name
    description
    isPlan
    seats {
      total
      inUse
      available
    }
    pendingChange {
      kind
      newTotal
      surplus
    }
  }
`);

interface Props {
  license: FragmentType<typeof UserLicenseRowFields>;
  vendor: string;
}

/** A user license with its seats. With a surplus its name is red and links to the dialog that removes it. */
export function UserLicenseRow({ license, vendor }: Props) {
  const t = useTranslations();
  const formatSeats = useSeatFormat();
  const { key, name, description, isPlan, seats, pendingChange } = readFragment(UserLicenseRowFields, license);
  const inUse = seats?.inUse ?? 0;
  const total = seats?.total ?? null;
  const surplus = pendingChange?.surplus ?? 0;
  const surplusHref = `/licenses?vendor=${encodeURIComponent(vendor)}&dialog=surplus&license=${encodeURIComponent(key)}`;
  const holdersHref = `/users/licenses?license=${encodeURIComponent(key)}`;
  const change = pendingChange && (
    <span className={surplus ? "red" : undefined}>
      {pendingChange.kind === "ALTERED" ? t.changeKinds.ALTERED : t.newTotalOf(formatSeats(pendingChange.newTotal))}
      {surplus > 0 && <strong className="chip bad">{t.tooMany(surplus)}</strong>}
    </span>
  );
  return (
    <tr>
      <th scope="row">
        <Link
          href={surplus ? surplusHref : holdersHref}
          className={surplus ? "red" : undefined}
          title={description ?? undefined}
        >
          {name}
        </Link>
        {isPlan && <span className="chip wide-only">{t.userPlan}</span>}
        {change && <small className="narrow-only">{change}</small>}
      </th>
      <td className="number">{formatSeats(inUse)}</td>
      <td className="number">{formatSeats(total)}</td>
      <td className="number">{formatSeats(seats?.available)}</td>
      <td className="wide-only">
        {total !== null && (
          <meter min={0} max={Math.max(total, 1)} value={inUse} aria-label={t.seatsInUse(inUse, total)} />
        )}
      </td>
      <td className="wide-only">{change}</td>
    </tr>
  );
}
