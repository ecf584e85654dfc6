import type { FormEvent } from "react";
import { useApiMutation } from "../../api/useApiMutation";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { problemsForField, otherProblems, Problems } from "../../components/Problems";
import { graphql } from "../../gql";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { useAnnounce } from "../../layout/AnnouncementProvider";
import { navigate } from "../../layout/router";
import { MAX_FILE_SIZE } from "../import/FileForm";

const ConvertDemo = graphql(`
  mutation ConvertDemo($input: ConvertDemoInput!) {
    convertDemo(input: $input) {
      installation {
        id
        isDemo
        licenseOwner
      }
      changeSet {
        id
        vendor {
          key
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

const FIELDS = ["serialNumber", "licenseOwner", "file"];

/** Become a customer: converts a demo by serial number and license owner, optionally with a license file. */
export function ConvertDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations();
  const announce = useAnnounce();
  const { mutate, isBusy, problems, setProblems } = useApiMutation();

  const convert = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("file") as File;
    if (file.size > MAX_FILE_SIZE) return setProblems([{ message: t.fileTooLarge, field: "file" }]);
    const payload = await mutate(ConvertDemo, {
      serialNumber: String(form.get("serialNumber")).trim(),
      licenseOwner: String(form.get("licenseOwner")).trim(),
      file: file.size > 0 ? { text: await file.text() } : null,
    });
    if (!payload) return;
    if (payload.installation?.isDemo && payload.changeSet) {
      navigate(`/licenses?vendor=${encodeURIComponent(payload.changeSet.vendor.key)}&dialog=activate`, {
        replace: true,
      });
      return;
    }
    announce(t.converted(payload.installation?.licenseOwner ?? ""));
    onClose();
  };

  return (
    <Dialog title={t.becomeACustomer} narrow onClose={onClose}>
      <form className="stack" onSubmit={convert}>
        <p>{t.convertHelp}</p>
        <Field label={t.serialNumber} problems={problemsForField(problems, "serialNumber")}>
          <input name="serialNumber" inputMode="numeric" autoComplete="off" required />
        </Field>
        <Field label={t.licenseOwner} hint={t.ownerHint} problems={problemsForField(problems, "licenseOwner")}>
          <input name="licenseOwner" autoComplete="organization" required />
        </Field>
        <Field label={t.licenseFile} hint={t.convertFileHint} problems={problemsForField(problems, "file")}>
          <input name="file" type="file" accept=".lic,.txt,text/plain" />
        </Field>
        <Problems problems={otherProblems(problems, FIELDS)} />
        <footer>
          <button type="button" onClick={onClose}>
            {t.cancel}
          </button>
          <button className="primary" disabled={isBusy}>
            {isBusy ? t.converting : t.becomeACustomer}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
