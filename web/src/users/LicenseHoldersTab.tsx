import { useQuery } from "urql";
import { DescriptionItem } from "../components/DescriptionItem";
import { useSeatFormat } from "../components/useSeatFormat";
import { graphql } from "../gql";
import { userIdOf } from "../holders/holder";
import { HolderList } from "../holders/HolderList";
import { useSelection } from "../holders/useSelection";
import { useTranslations } from "../i18n/TranslationsProvider";
import { navigate, useRoute, withParameters } from "../layout/router";
import { usePermission } from "../session/viewer";
import { LicenseSelect } from "./LicenseSelect";
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

/** The User licenses tab: the seats and the holders of a license. */
export function LicenseHoldersTab() {
  const t = useTranslations();
  const formatSeats = useSeatFormat();
  const hasPermission = usePermission();
  const { parameters } = useRoute();
  const key = parameters.get("license") ?? "";
  const [{ data }] = useQuery({ query: SeatsOfLicense, variables: { key }, pause: !key });
  const { selected, select, clear } = useSelection(userIdOf);
  const license = key ? data?.license : null;

  return (
    <section className="card">
      <div className="bar">
        <LicenseSelect
          label={t.licenseType}
          value={key}
          onChange={(licenseKey) => {
            clear();
            navigate(withParameters({ license: licenseKey }));
          }}
          extraOptions={{ "": t.chooseLicense }}
        />
        {license?.description && <span className="muted">{license.description}</span>}
      </div>
      {license?.seats && (
        <dl className="counts">
          <DescriptionItem name={t.inUse}>{formatSeats(license.seats.inUse)}</DescriptionItem>
          <DescriptionItem name={t.total}>{formatSeats(license.seats.total)}</DescriptionItem>
          <DescriptionItem name={t.available}>{formatSeats(license.seats.available)}</DescriptionItem>
        </dl>
      )}
      {license && hasPermission("USERS_WRITE") && selected.size > 0 && (
        <SeatActions
          key={key}
          users={[...selected.values()].map(({ user }) => user)}
          currentLicense={license}
          onDone={clear}
        />
      )}
      {license && (
        <HolderList key={key} licenseKey={key} selected={selected} onSelect={select} canSelect={() => true} />
      )}
    </section>
  );
}
