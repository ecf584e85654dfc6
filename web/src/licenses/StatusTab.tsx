import { useQuery } from "urql";
import { DescriptionItem } from "../components/DescriptionItem";
import { QueryBoundary } from "../components/QueryBoundary";
import { graphql } from "../gql";
import { useFormats, useTranslations } from "../i18n/TranslationsProvider";
import { ActivationPolicySelect } from "./ActivationPolicySelect";
import { Expiry } from "./Expiry";
import { UpdateStatusLink } from "./UpdateStatusLink";

const StatusOfLicenses = graphql(`
  query StatusOfLicenses {
    installation {
      licenseOwner
      serialNumber
      isDemo
      status
      nextExpiryAt
    }
    vendors {
      id
      name
      maintenanceEndsAt
      nextCheckAt
      lastCheck {
        checkedAt
        outcome
      }
      ...Expiry
      ...UpdateStatusLink
      ...ActivationPolicySelect
    }
  }
`);

/** The license status of the installation and of each vendor. */
export function StatusTab() {
  const t = useTranslations();
  const formats = useFormats();
  const [result, refetch] = useQuery({ query: StatusOfLicenses });
  const formatDate = (instant: string | null, ifMissing: string) => (instant ? formats.date(instant) : ifMissing);
  return (
    <QueryBoundary result={result} retry={refetch}>
      {({ installation, vendors }) => (
        <>
          {installation && (
            <section className="card" aria-label={t.installation}>
              <dl className="facts">
                <DescriptionItem name={t.licenseOwner}>{installation.licenseOwner}</DescriptionItem>
                <DescriptionItem name={t.serialNumber}>{installation.serialNumber}</DescriptionItem>
                <DescriptionItem name={t.licenseStatus}>
                  {t.licenseStatuses[installation.status]}
                  {installation.isDemo && <span className="chip">{t.demo}</span>}
                </DescriptionItem>
                <DescriptionItem name={t.nextExpiry}>{formatDate(installation.nextExpiryAt, t.never)}</DescriptionItem>
              </dl>
            </section>
          )}
          <section className="card">
            <div className="scroll">
              <table>
                <caption>{t.vendors}</caption>
                <thead>
                  <tr>
                    <th scope="col">{t.vendor}</th>
                    <th scope="col">{t.newLicenses}</th>
                    <th scope="col">{t.expires}</th>
                    <th scope="col" className="wide-only">
                      {t.maintenanceUntil}
                    </th>
                    <th scope="col" className="wide-only">
                      {t.lastCheck}
                    </th>
                    <th scope="col" className="wide-only">
                      {t.nextCheck}
                    </th>
                    <th scope="col">{t.activationPolicy}</th>
                  </tr>
                </thead>
                <tbody>
                  {vendors?.map((vendor) => (
                    <tr key={vendor.id}>
                      <th scope="row">{vendor.name}</th>
                      <td>
                        <UpdateStatusLink vendor={vendor} />
                      </td>
                      <td>
                        <Expiry vendor={vendor} />
                      </td>
                      <td className="wide-only">{formatDate(vendor.maintenanceEndsAt, t.noLimit)}</td>
                      <td className="wide-only">
                        {vendor.lastCheck
                          ? t.checked(formats.dateTime(vendor.lastCheck.checkedAt), vendor.lastCheck.outcome)
                          : t.never}
                      </td>
                      <td className="wide-only">
                        {vendor.nextCheckAt ? formats.dateTime(vendor.nextCheckAt) : t.notScheduled}
                      </td>
                      <td>
                        <ActivationPolicySelect vendor={vendor} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        </>
      )}
    </QueryBoundary>
  );
}
