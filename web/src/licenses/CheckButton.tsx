import { useAction } from "../api/useAction";
import { useAnnounce } from "../frame/Announcements";
import { Link } from "../frame/Link";
import { withParameters } from "../frame/location";
import { graphql } from "../gql";
import { Dialog } from "../parts/Dialog";
import { Problems } from "../parts/Problems";
import { useWords } from "../words/WordsProvider";

const CheckForLicenseChanges = graphql(`
  mutation CheckForLicenseChanges($input: CheckForLicenseChangesInput!) {
    checkForLicenseChanges(input: $input) {
      changeSet {
        id
      }
      vendor {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

/** Get license from web: asks the vendor's license server now. */
export function CheckButton({ vendor }: { vendor: { id: string; name: string } }) {
  const words = useWords();
  const announce = useAnnounce();
  const { act, isBusy, problems, setProblems } = useAction();

  const ask = async () => {
    const payload = await act(CheckForLicenseChanges, { vendorId: vendor.id });
    if (payload) announce((payload.changeSet ? words.changesFound : words.nothingNew)(vendor.name));
  };

  return (
    <>
      <button type="button" onClick={ask} disabled={isBusy}>
        {isBusy ? words.asking : words.getFromWeb}
      </button>
      {problems.length > 0 && (
        <Dialog title={words.getFromWeb} narrow onClose={() => setProblems([])}>
          <Problems problems={problems} />
          <p>{words.nothingChanged}</p>
          <footer>
            <button type="button" onClick={() => setProblems([])}>
              {words.close}
            </button>
            <Link className="button primary" href={withParameters({ dialog: "import" })} onClick={() => setProblems([])}>
              {words.getFromFile}
            </Link>
          </footer>
        </Dialog>
      )}
    </>
  );
}
