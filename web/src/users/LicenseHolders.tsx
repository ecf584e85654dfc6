import { useQuery } from "urql";
import { go, usePlace, withParameters } from "../frame/location";
import { graphql } from "../gql";
import { userOf } from "../holders/holder";
import { HoldersOf } from "../holders/HoldersOf";
import { useTicks } from "../holders/useTicks";
import { Fact } from "../parts/Fact";
import { useSeats } from "../parts/useSeats";
import { useMay } from "../session/viewer";
import { useWords } from "../words/WordsProvider";
import { LicenseChoice } from "./LicenseChoice";
import { SeatActions } from "./SeatActions";

const SeatsOfLicense = graphql(`
  query SeatsOfLicense($key: String!) {
    license(key: $key) {
      id
      name
      description
      seats {
        total
        inUse
        available
      }
    }
  }
`);

/** The User licenses tab: a license's seats, and all who hold one. */
export function LicenseHolders() {
  const words = useWords();
  const seats = useSeats();
  const may = useMay();
  const { parameters } = usePlace();
  const key = parameters.get("license") ?? "";
  const [{ data }] = useQuery({ query: SeatsOfLicense, variables: { key }, pause: !key });
  const { ticked, tick, clear } = useTicks(userOf);
  const license = key ? data?.license : null;

  return (
    <section className="card">
      <div className="bar">
        <LicenseChoice
          label={words.licenseType}
          value={key}
          onChoose={(chosen) => {
            clear();
            go(withParameters({ license: chosen }));
          }}
          others={{ "": words.chooseLicense }}
        />
        {license?.description && <span className="muted">{license.description}</span>}
      </div>
      {license?.seats && (
        <dl className="counts">
          <Fact name={words.inUse}>{seats(license.seats.inUse)}</Fact>
          <Fact name={words.total}>{seats(license.seats.total)}</Fact>
          <Fact name={words.available}>{seats(license.seats.available)}</Fact>
        </dl>
      )}
      {license && may("USERS_WRITE") && ticked.size > 0 && (
        <SeatActions key={key} users={[...ticked.values()].map(({ user }) => user)} held={license} onDone={clear} />
      )}
      {license && <HoldersOf key={key} licenseKey={key} ticked={ticked} onTick={tick} canTick={() => true} />}
    </section>
  );
}
