import { graphql, readFragment, type FragmentType } from "../gql";
import { Link } from "../frame/Link";
import { withParameters } from "../frame/location";
import { Fact } from "../parts/Fact";
import { useMay } from "../session/viewer";
import { useFormats, useWords } from "../words/WordsProvider";
import { CheckButton } from "./CheckButton";
import { Expiry } from "./Expiry";
import { SystemLicenses } from "./SystemLicenses";
import { UpdateLink } from "./UpdateLink";
import { UserLicenses } from "./UserLicenses";

export const VendorFacts = graphql(`
  fragment VendorFacts on Vendor {
    id
    key
    name
    storeUrl
    supportUrl
    lastCheck {
      checkedAt
      outcome
      message
    }
    nextCheckAt
    ...Expiry
    ...UpdateLink
  }
`);

interface Props {
  vendorKey: string;
  vendor: FragmentType<typeof VendorFacts>;
}

/** A vendor's licenses, and where they stand. */
export function VendorTab({ vendorKey, vendor }: Props) {
  const words = useWords();
  const formats = useFormats();
  const may = useMay();
  const facts = readFragment(VendorFacts, vendor);
  return (
    <>
      <section className="card vendor" aria-label={facts.name}>
        <dl className="facts">
          <Fact name={words.licenseStatus}>
            <UpdateLink vendor={facts} />
          </Fact>
          <Fact name={words.expires}>
            <Expiry vendor={facts} />
          </Fact>
          <Fact name={words.lastCheck}>{facts.lastCheck ? formats.dateTime(facts.lastCheck.checkedAt) : words.never}</Fact>
        </dl>
        <div className="actions">
          {may("LICENSES_WRITE") && (
            <>
              <CheckButton vendor={facts} />
              <Link className="button" href={withParameters({ dialog: "import" })}>
                {words.getFromFile}
              </Link>
            </>
          )}
          {facts.storeUrl && (
            <a className="button" href={facts.storeUrl} target="_blank" rel="noreferrer">
              {words.buyNewLicenses}
              <span className="external" aria-hidden="true" />
            </a>
          )}
        </div>
      </section>
      <UserLicenses vendor={vendorKey} />
      <SystemLicenses vendor={vendorKey} />
    </>
  );
}
