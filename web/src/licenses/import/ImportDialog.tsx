import { useState } from "react";
import { useAction } from "../../api/useAction";
import { useAnnounce } from "../../frame/Announcements";
import { go } from "../../frame/location";
import { graphql } from "../../gql";
import type { ImportMode, PreviewFragment } from "../../gql/graphql";
import { readFragment } from "../../gql";
import { Dialog } from "../../parts/Dialog";
import { Problems } from "../../parts/Problems";
import { useWords } from "../../words/WordsProvider";
import { FileChoice } from "./FileChoice";
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

/** Get license from file: choose, paste or drop it, look at what it would change, then import it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const words = useWords();
  const announce = useAnnounce();
  const { act, isBusy, problems, setProblems } = useAction();
  const [text, setText] = useState("");
  const [licenseKey, setLicenseKey] = useState("");
  const [preview, setPreview] = useState<PreviewFragment | null>(null);

  const send = (mode: ImportMode, content = text) =>
    act(ImportLicenseFile, { file: { text: content }, mode, licenseKey: licenseKey || null });

  const look = async (content: string) => {
    setText(content);
    setPreview(readFragment(PreviewFields, await send("PREVIEW", content)) ?? null);
  };

  const take = async (mode: ImportMode) => {
    const payload = await send(mode);
    if (!payload) return;
    const { changeSet } = payload;
    if (changeSet?.status === "AWAITING_ACTIVATION" || changeSet?.status === "BLOCKED_BY_SURPLUS") {
      go(`/licenses?vendor=${encodeURIComponent(changeSet.vendor.key)}&dialog=activate`, { replace: true });
      return;
    }
    announce(changeSet ? words.activated(changeSet.vendor.name) : words.fileChangesNothing);
    onClose();
  };

  return (
    <Dialog title={words.getFromFile} onClose={onClose}>
      {preview ? (
        <>
          <Problems problems={problems} />
          <Preview preview={preview} isSending={isBusy} onImport={take} onBack={() => setPreview(null)} />
        </>
      ) : (
        <FileChoice
          text={text}
          licenseKey={licenseKey}
          setLicenseKey={setLicenseKey}
          problems={problems}
          setProblems={setProblems}
          isReading={isBusy}
          onLook={look}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}
