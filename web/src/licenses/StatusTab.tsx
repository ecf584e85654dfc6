import { useQuery } from "urql";
import { graphql } from "../gql";
import { Fact } from "../parts/Fact";
import { Loaded } from "../parts/Loaded";
import { useFormats, useWords } from "../words/WordsProvider";
import { Expiry } from "./Expiry";
import { PolicyChoice } from "./PolicyChoice";
import { UpdateLink } from "./UpdateLink";

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
      ...UpdateLink
      ...PolicyChoice
    }
  }
`);

/** Where the installation and each vendor's licenses stand. */
export function StatusTab() {
  const words = useWords();
  const formats = useFormats();
  const [answer, ask] = useQuery({ query: StatusOfLicenses });
  const dateOr = (instant: string | null, otherwise: string) => (instant ? formats.date(instant) : otherwise);
  return (
    <Loaded answer={answer} retry={ask}>
      {({ installation, vendors }) => (
        <>
          {installation && (
            <section className="card" aria-label={words.installation}>
              <dl className="facts">
                <Fact name={words.licenseOwner}>{installation.licenseOwner}</Fact>
                <Fact name={words.serialNumber}>{installation.serialNumber}</Fact>
                <Fact name={words.licenseStatus}>
                  {words.licenseStatuses[installation.status]}
                  {installation.isDemo && <span className="chip">{words.demo}</span>}
                </Fact>
                <Fact name={words.nextExpiry}>{dateOr(installation.nextExpiryAt, words.never)}</Fact>
              </dl>
            </section>
          )}
          <section className="card">
            <div className="scroll">
              <table>
                <caption>{words.vendors}</caption>
                <thead>
                  <tr>
                    <th scope="col">{words.vendor}</th>
                    <th scope="col">{words.newLicenses}</th>
                    <th scope="col">{words.expires}</th>
                    <th scope="col" className="wide-only">
                      {words.maintenanceUntil}
                    </th>
                    <th scope="col" className="wide-only">
                      {words.lastCheck}
                    </th>
                    <th scope="col" className="wide-only">
                      {words.nextCheck}
                    </th>
                    <th scope="col">{words.activationPolicy}</th>
                  </tr>
                </thead>
                <tbody>
                  {vendors?.map((vendor) => (
                    <tr key={vendor.id}>
                      <th scope="row">{vendor.name}</th>
                      <td>
                        <UpdateLink vendor={vendor} />
                      </td>
                      <td>
                        <Expiry vendor={vendor} />
                      </td>
                      <td className="wide-only">{dateOr(vendor.maintenanceEndsAt, words.notLimited)}</td>
                      <td className="wide-only">
                        {vendor.lastCheck
                          ? words.checked(formats.dateTime(vendor.lastCheck.checkedAt), vendor.lastCheck.outcome)
                          : words.never}
                      </td>
                      <td className="wide-only">
                        {vendor.nextCheckAt ? formats.dateTime(vendor.nextCheckAt) : words.notAsked}
                      </td>
                      <td>
                        <PolicyChoice vendor={vendor} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </section>
        </>
      )}
    </Loaded>
  );
}
