import { useState, type DragEvent, type FormEvent } from "react";
import type { Problem } from "../../api/userErrors";
import { Field } from "../../parts/Field";
import { Problems } from "../../parts/Problems";
import { useWords } from "../../words/WordsProvider";

/** The API takes no larger ones; more than this is not even read. */
export const LARGEST_FILE = 256 * 1024;

interface Props {
  text: string;
  licenseKey: string;
  setLicenseKey: (licenseKey: string) => void;
  problems: Problem[];
  setProblems: (problems: Problem[]) => void;
  isReading: boolean;
  onLook: (text: string) => void;
  onClose: () => void;
}

/** Three ways to a license file: choose it, drop it, or paste what is in it. */
export function FileChoice(props: Props) {
  const { text, licenseKey, setLicenseKey, problems, setProblems, isReading, onLook, onClose } = props;
  const words = useWords();
  const [pasted, setPasted] = useState(text);
  const [isOver, setOver] = useState(false);
  const aboutKey = problems.filter(({ code }) => code === "LICENSE_KEY_INVALID"); // the file is encrypted

  const read = async (file: File | null | undefined) => {
    if (!file) return;
    if (file.size > LARGEST_FILE) return setProblems([{ message: words.fileTooLarge, field: null }]);
    const content = await file.text();
    setPasted(content);
    onLook(content);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onLook(pasted);
  };

  return (
    <form className="stack" onSubmit={submit}>
      <p>{words.importHelp}</p>
      <label
        className={isOver ? "drop over" : "drop"}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <span className="button">{words.chooseFile}</span>
        <span className="muted">{words.orDrop}</span>
        <input
          type="file"
          className="unseen"
          accept=".lic,.txt,text/plain"
          onChange={(event) => {
            void read(event.target.files?.[0]);
            event.target.value = ""; // the same file may be chosen again
          }}
        />
      </label>
      <Field label={words.orPaste}>
        <textarea
          rows={6}
          className="code"
          spellCheck={false}
          maxLength={LARGEST_FILE}
          placeholder={FIRST_LINE}
          value={pasted}
          onChange={(event) => setPasted(event.target.value)}
        />
      </Field>
      {(aboutKey.length > 0 || licenseKey !== "") && (
        <Field label={words.licenseKey} hint={words.licenseKeyHint} problems={aboutKey}>
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
      <Problems problems={problems.filter((problem) => !aboutKey.includes(problem))} />
      <footer>
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button className="primary" disabled={isReading || pasted.trim() === ""}>
          {isReading ? words.reading : words.preview}
        </button>
      </footer>
    </form>
  );
}

const FIRST_LINE = "-----BEGIN SIGNED LICENSE-----";
