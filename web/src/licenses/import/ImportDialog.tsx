import { useState } from "react";
import { useApiMutation } from "../../api/useApiMutation";
import { Dialog } from "../../components/Dialog";
import { Problems } from "../../components/Problems";
import { graphql } from "../../gql";
import { readFragment } from "../../gql";
import type { ImportMode, PreviewFragment } from "../../gql/graphql";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { useAnnounce } from "../../layout/AnnouncementProvider";
import { navigate } from "../../layout/router";
import { FileForm } from "./FileForm";
import { Preview, PreviewFields } from "./Preview";

const ImportLicenseFile = graphql(`
  mutation ImportLicenseFile($input: ImportLicenseFileInput!) {
    importLicenseFile(input: $input) {
      ...Preview
      changeSet {
        id
        status
        vendor {
          key
          name
        }
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

/** Get license from file: choose, drop or paste a file, preview its changes, and import it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations();
  const announce = useAnnounce();
  const { mutate, isBusy, problems, setProblems } = useApiMutation();
  const [text, setText] = useState("");
  const [licenseKey, setLicenseKey] = useState("");
  const [preview, setPreview] = useState<PreviewFragment | null>(null);

  const send = (mode: ImportMode, content = text) =>
    mutate(ImportLicenseFile, { file: { text: content }, mode, licenseKey: licenseKey || null });

  const previewFile = async (content: string) => {
    setText(content);
    setPreview(readFragment(PreviewFields, await send("PREVIEW", content)) ?? null);
  };

  const importFile = async (mode: ImportMode) => {
    const payload = await send(mode);
    if (!payload) return;
    const { changeSet } = payload;
    if (changeSet?.status === "AWAITING_ACTIVATION" || changeSet?.status === "BLOCKED_BY_SURPLUS") {
      navigate(`/licenses?vendor=${encodeURIComponent(changeSet.vendor.key)}&dialog=activate`, { replace: true });
      return;
    }
    announce(changeSet ? t.activated(changeSet.vendor.name) : t.fileChangesNothing);
    onClose();
  };

  return (
    <Dialog title={t.getFromFile} onClose={onClose}>
      {preview ? (
        <>
          <Problems problems={problems} />
          <Preview preview={preview} isSending={isBusy} onImport={importFile} onBack={() => setPreview(null)} />
        </>
      ) : (
        <FileForm
          text={text}
          licenseKey={licenseKey}
          setLicenseKey={setLicenseKey}
          problems={problems}
          setProblems={setProblems}
          isReading={isBusy}
          onPreview={previewFile}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
