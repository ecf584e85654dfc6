import { useState, type DragEvent, type FormEvent } from "react";
import type { Problem } from "../../api/userErrors";
import { Field } from "../../components/Field";
import { Problems } from "../../components/Problems";
import { useTranslations } from "../../i18n/TranslationsProvider";

/** Bytes. The limit of the API, checked before a file is read. */
export const MAX_FILE_SIZE = 256 * 1024;

interface Props {
  text: string;
  licenseKey: string;
  setLicenseKey: (licenseKey: string) => void;
  problems: Problem[];
  setProblems: (problems: Problem[]) => void;
  isReading: boolean;
  onPreview: (text: string) => void;
  onClose: () => void;
}

/** A form for a license file, which can be chosen, dropped or pasted. */
export function FileForm(props: Props) {
  const { text, licenseKey, setLicenseKey, problems, setProblems, isReading, onPreview, onClose } = props;
  const t = useTranslations();
  const [pasted, setPasted] = useState(text);
  const [isDragOver, setDragOver] = useState(false);
  const keyProblems = problems.filter(({ code }) => code === "LICENSE_KEY_INVALID"); // the file is encrypted

  const read = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > MAX_FILE_SIZE) return setProblems([{ message: t.fileTooLarge, field: null }]);
    const content = await file.text();
    setPasted(content);
    onPreview(content);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setDragOver(false);
    void read(event.dataTransfer.files[0]);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onPreview(pasted);
  };

  return (
    <form className="stack" onSubmit={submit}>
      <p>{t.importHelp}</p>
      <label
        className={isDragOver ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setDragOver(true);
        }}
        onDragLeave={() => setDragOver(false)}
        onDrop={drop}
      >
        <span className="button">{t.chooseFile}</span>
        <span className="muted">{t.orDrop}</span>
        <input
          type="file"
          className="visually-hidden"
          accept=".lic,.txt,text/plain"
          onChange={(event) => {
            void read(event.target.files?.[0]);
            event.target.value = ""; // allow the same file to be chosen again
          }}
        />
      </label>
      <Field label={t.orPaste}>
        <textarea
          rows={6}
          className="code"
          spellCheck={false}
          maxLength={MAX_FILE_SIZE}
          placeholder={PLACEHOLDER}
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
      </Field>
      {(keyProblems.length > 0 || licenseKey !== "") && (
        <Field label={t.licenseKey} hint={t.licenseKeyHint} problems={keyProblems}>
          <input
            className="code"
            autoComplete="off"
            spellCheck={false}
            autoFocus
            value={licenseKey}
            onChange={(event) => setLicenseKey(event.target.value)}
          />
        </Field>
      )}
      <Problems problems={problems.filter((problem) => !keyProblems.includes(problem))} />
      <footer>
        <button type="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button className="primary" disabled={isReading || pasted.trim() === ""}>
          {isReading ? t.reading : t.preview}
        </button>
      </footer>
    </form>
  );
}

const PLACEHOLDER = "-----BEGIN SIGNED LICENSE-----";
