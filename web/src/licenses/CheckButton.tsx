import { useState } from "react";
import { useMutation } from "urql";
import { problemsOf, type Problem } from "../api/userErrors";
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
        status
      }
      vendor {
        ...VendorFacts
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
  const [{ fetching }, check] = useMutation(CheckForLicenseChanges);
  const [problems, setProblems] = useState<Problem[]>([]);

  const ask = async () => {
    const outcome = await check({ input: { vendorId: vendor.id } });
    const payload = outcome.data?.checkForLicenseChanges;
    const found = problemsOf(outcome, payload?.userErrors, words.unreachable);
    setProblems(found);
    if (found.length === 0) {
      announce(payload?.changeSet ? words.changesFound(vendor.name) : words.nothingNew(vendor.name));
    }
  };

  return (
    <>
      <button type="button" onClick={ask} disabled={fetching}>
        {fetching ? words.asking : words.getFromWeb}
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
