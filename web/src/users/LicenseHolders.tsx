import { useQuery } from "urql";
import { go, usePlace, withParameters } from "../frame/location";
import { graphql } from "../gql";
import { HoldersOf } from "../holders/HoldersOf";
import { useTicks } from "../holders/useTicks";
import { useMay } from "../session/viewer";
import { useFormats, useWords } from "../words/WordsProvider";
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
  const formats = useFormats();
  const may = useMay();
  const { parameters } = usePlace();
  const key = parameters.get("license") ?? "";
  const [{ data }] = useQuery({ query: SeatsOfLicense, variables: { key }, pause: !key });
  const { ticked, tick, clear } = useTicks();
  const license = key ? data?.license : null;
  const count = (seats: number | null | undefined) => (seats == null ? words.unlimited : formats.number(seats));

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
          <div>
            <dt>{words.inUse}</dt>
            <dd>{formats.number(license.seats.inUse)}</dd>
          </div>
          <div>
            <dt>{words.total}</dt>
            <dd>{count(license.seats.total)}</dd>
          </div>
          <div>
            <dt>{words.available}</dt>
            <dd>{count(license.seats.available)}</dd>
          </div>
        </dl>
      )}
      {may("USERS_WRITE") && ticked.size > 0 && (
        <SeatActions key={key} users={[...ticked.values()].map(({ user }) => user)} held={key} onDone={clear} />
      )}
      {license && <HoldersOf key={key} licenseKey={key} ticked={ticked} onTick={tick} canTick={() => true} />}
    </section>
  );
}
