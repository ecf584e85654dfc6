import { useApiMutation } from "../api/useApiMutation";
import { Dialog } from "../components/Dialog";
import { Problems } from "../components/Problems";
import { graphql } from "../gql";
import { useTranslations } from "../i18n/TranslationsProvider";
import { useAnnounce } from "../layout/AnnouncementProvider";
import { Link } from "../layout/Link";
import { withParameters } from "../layout/router";

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

/** Get license from web: checks the vendor's license server for new licenses. */
export function CheckButton({ vendor }: { vendor: { id: string; name: string } }) {
  const t = useTranslations();
  const announce = useAnnounce();
  const { mutate, isBusy, problems, setProblems } = useApiMutation();

  const check = async () => {
    const payload = await mutate(CheckForLicenseChanges, { vendorId: vendor.id });
    if (payload) announce((payload.changeSet ? t.changesFound : t.noChangesFound)(vendor.name));
  };

  return (
    <>
      <button type="button" onClick={check} disabled={isBusy}>
        {isBusy ? t.checking : t.getFromWeb}
      </button>
      {problems.length > 0 && (
        <Dialog title={t.getFromWeb} narrow onClose={() => setProblems([])}>
          <Problems problems={problems} />
          <p>{t.licensesUnchanged}</p>
          <footer>
            <button type="button" onClick={() => setProblems([])}>
              {t.close}
            </button>
            <Link
              className="button primary"
              href={withParameters({ dialog: "import" })}
              onClick={() => setProblems([])}
            >
              {t.getFromFile}
            </Link>
          </footer>
        </Dialog>
      )}
    </>
  );
}
