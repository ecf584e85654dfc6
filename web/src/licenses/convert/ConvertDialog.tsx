import type { FormEvent } from "react";
import { useAction } from "../../api/useAction";
import { useAnnounce } from "../../frame/Announcements";
import { go } from "../../frame/location";
import { graphql } from "../../gql";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { about, aboutNoneOf, Problems } from "../../parts/Problems";
import { useWords } from "../../words/WordsProvider";
import { LARGEST_FILE } from "../import/FileChoice";

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

/** Become a customer: the serial number and the owner that the vendor handed out, and the file, where one came along. */
export function ConvertDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const announce = useAnnounce();
  const { act, isBusy, problems, setProblems } = useAction();

  const convert = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("file") as File;
    if (file.size > LARGEST_FILE) return setProblems([{ message: words.fileTooLarge, field: "file" }]);
    const payload = await act(ConvertDemo, {
      serialNumber: String(form.get("serialNumber")).trim(),
      licenseOwner: String(form.get("licenseOwner")).trim(),
      file: file.size > 0 ? { text: await file.text() } : null,
    });
    if (!payload) return;
    if (payload.installation?.isDemo && payload.changeSet) {
      go(`/licenses?vendor=${encodeURIComponent(payload.changeSet.vendor.key)}&dialog=activate`, { replace: true });
      return;
    }
    announce(words.isCustomerNow(payload.installation?.licenseOwner ?? ""));
    onClose();
  };

  return (
    <Dialog title={words.becomeACustomer} narrow onClose={onClose}>
      <form className="stack" onSubmit={convert}>
        <p>{words.convertHelp}</p>
        <Field label={words.serialNumber} problems={about(problems, "serialNumber")}>
          <input name="serialNumber" inputMode="numeric" autoComplete="off" required />
        </Field>
        <Field label={words.licenseOwner} hint={words.ownerHint} problems={about(problems, "licenseOwner")}>
          <input name="licenseOwner" autoComplete="organization" required />
        </Field>
        <Field label={words.licenseFile} hint={words.convertFileHint} problems={about(problems, "file")}>
          <input name="file" type="file" accept=".lic,.txt,text/plain" />
        </Field>
        <Problems problems={aboutNoneOf(problems, FIELDS)} />
        <footer>
          <button type="button" onClick={onClose}>
            {words.cancel}
          </button>
          <button className="primary" disabled={isBusy}>
            {isBusy ? words.converting : words.becomeACustomer}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
