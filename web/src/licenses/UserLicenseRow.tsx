import { Link } from "../frame/Link";
import { graphql, readFragment, type FragmentType } from "../gql";
import { useSeats } from "../parts/useSeats";
import { useWords } from "../words/WordsProvider";

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

/** A user license with its seats; its name is red, and leads to the remedy, when the new licenses leave too few. */
export function UserLicenseRow({ license, vendor }: Props) {
  const words = useWords();
  const say = useSeats();
  const { key, name, description, isPlan, seats, pendingChange } = readFragment(UserLicenseRowFields, license);
  const inUse = seats?.inUse ?? 0;
  const total = seats?.total ?? null;
  const surplus = pendingChange?.surplus ?? 0;
  const remedy = `/licenses?vendor=${encodeURIComponent(vendor)}&dialog=surplus&license=${encodeURIComponent(key)}`;
  const holders = `/users/licenses?license=${encodeURIComponent(key)}`;
  const change = pendingChange && (
    <span className={surplus ? "red" : undefined}>
      {pendingChange.kind === "ALTERED" ? words.changeKinds.ALTERED : words.becomes(say(pendingChange.newTotal))}
      {surplus > 0 && <strong className="chip bad">{words.tooMany(surplus)}</strong>}
    </span>
  );
  return (
    <tr>
      <th scope="row">
        <Link href={surplus ? remedy : holders} className={surplus ? "red" : undefined} title={description ?? undefined}>
          {name}
        </Link>
        {isPlan && <span className="chip wide-only">{words.userPlan}</span>}
        {change && <small className="narrow-only">{change}</small>}
      </th>
      <td className="number">{say(inUse)}</td>
      <td className="number">{say(total)}</td>
      <td className="number">{say(seats?.available)}</td>
      <td className="wide-only">
        {total !== null && <meter min={0} max={Math.max(total, 1)} value={inUse} aria-label={words.seatsInUse(inUse, total)} />}
      </td>
      <td className="wide-only">
        {change}
      </td>
    </tr>
  );
}
