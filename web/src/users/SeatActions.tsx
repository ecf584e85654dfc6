import { useState, type FormEvent } from "react";
import { ConfirmDialog } from "../components/ConfirmDialog";
import { Problems } from "../components/Problems";
import { useTranslations } from "../i18n/TranslationsProvider";
import { useAnnounce } from "../layout/AnnouncementProvider";
import { LicenseSelect, useUserLicenses } from "./LicenseSelect";
import { useSeatActions } from "./useSeatActions";

export interface NamedUser {
  id: string;
  name: string;
}

type Action = "assign" | "revoke" | "reassign";

interface Props {
  users: NamedUser[];
  /** A license that all users hold; the current license is then not selectable. */
  currentLicense?: { id: string; name: string };
  onDone: () => void;
}

/** A form that assigns a license to the selected users, removes one, or moves the users to another license. */
export function SeatActions({ users, currentLicense, onDone }: Props) {
  const t = useTranslations();
  const announce = useAnnounce();
  const [action, setAction] = useState<Action>(currentLicense ? "revoke" : "assign");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [isConfirming, setConfirming] = useState(false);
  const licenses = useUserLicenses();
  const { assign, revoke, reassign, isBusy, problems } = useSeatActions();
  const source = currentLicense ?? licenses.find(({ key }) => key === from);
  const target = licenses.find(({ key }) => key === to);
  const isReady = (action === "assign" || source) && (action === "revoke" || target);

  const run = async () => {
    setConfirming(false);
    const ids = users.map(({ id }) => id);
    const { message, isComplete } =
      action === "assign"
        ? await assign(target!.id, ids)
        : action === "revoke"
          ? await revoke(source!.id, ids)
          : await reassign(source!.id, target!.id, ids);
    if (message) announce(message);
    if (isComplete) onDone();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (action === "revoke") setConfirming(true);
    else void run();
  };

  const placeholder = { "": t.chooseLicense };
  return (
    <form className="selection" aria-label={t.selectionActions} onSubmit={submit}>
      <div className="bar">
        <strong aria-live="polite">{t.countSelected(users.length)}</strong>
        <select aria-label={t.action} value={action} onChange={(event) => setAction(event.target.value as Action)}>
          {!currentLicense && <option value="assign">{t.assignLicense}</option>}
          <option value="revoke">{t.removeLicense}</option>
          <option value="reassign">{t.moveLicense}</option>
        </select>
        {action !== "assign" && !currentLicense && (
          <LicenseSelect label={t.currentLicense} value={from} onChange={setFrom} extraOptions={placeholder} required />
        )}
        {action === "reassign" && <span aria-hidden="true">→</span>}
        {action !== "revoke" && (
          <LicenseSelect label={t.newLicense} value={to} onChange={setTo} extraOptions={placeholder} required />
        )}
        <button className="primary" disabled={isBusy || !isReady}>
          {isBusy ? t.working : t.seatActions[action]}
        </button>
        <button type="button" className="quiet" onClick={onDone}>
          {t.clearSelection}
        </button>
      </div>
      <Problems problems={problems} />
      {isConfirming && (
        <ConfirmDialog
          title={t.removeLicenseTitle(source!.name)}
          action={t.removeLicense}
          onConfirm={() => void run()}
          onCancel={() => setConfirming(false)}
        >
          <p>{t.removeLicenseQuestion(source!.name, users.length)}</p>
          <p className="muted">
            {users
              .slice(0, MAX_NAMES)
              .map(({ name }) => name)
              .join(", ")}
            {users.length > MAX_NAMES && ` ${t.andMore(users.length - MAX_NAMES)}`}
          </p>
        </ConfirmDialog>
      )}
    </form>
  );
}

const MAX_NAMES = 10;
