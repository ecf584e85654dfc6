import { useState, type FormEvent } from "react";
import { useAnnounce } from "../frame/Announcements";
import { Problems } from "../parts/Problems";
import { useWords } from "../words/WordsProvider";
import { ConfirmDialog } from "../parts/ConfirmDialog";
import { LicenseChoice, useUserLicenses } from "./LicenseChoice";
import { useSeatActions } from "./useSeatActions";

export interface NamedUser {
  id: string;
  name: string;
}

type Action = "give" | "take" | "swap";

interface Props {
  users: NamedUser[];
  /** A license that all of them hold, which is then not to be chosen. */
  held?: { id: string; name: string };
  onDone: () => void;
}

/** What can be done with those who are ticked: give them a license, take it away, or swap it for another. */
export function SeatActions({ users, held, onDone }: Props) {
  const words = useWords();
  const announce = useAnnounce();
  const [action, setAction] = useState<Action>(held ? "take" : "give");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [isAsking, setAsking] = useState(false);
  const licenses = useUserLicenses();
  const { give, take, swap, isBusy, problems } = useSeatActions();
  const first = held ?? licenses.find(({ key }) => key === from);
  const second = licenses.find(({ key }) => key === to);
  const isReady = (action === "give" || first) && (action === "take" || second);

  const act = async () => {
    setAsking(false);
    const ids = users.map(({ id }) => id);
    const { done, isAll } =
      action === "give"
        ? await give(second!.id, ids)
        : action === "take"
          ? await take(first!.id, ids)
          : await swap(first!.id, second!.id, ids);
    if (done) announce(done);
    if (isAll) onDone();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (action === "take") setAsking(true);
    else void act();
  };

  const choose = { "": words.chooseLicense };
  return (
    <form className="selection" aria-label={words.forThoseTicked} onSubmit={submit}>
      <div className="bar">
        <strong aria-live="polite">{words.countTicked(users.length)}</strong>
        <select aria-label={words.action} value={action} onChange={(event) => setAction(event.target.value as Action)}>
          {!held && <option value="give">{words.give}</option>}
          <option value="take">{words.takeAway}</option>
          <option value="swap">{words.swap}</option>
        </select>
        {action !== "give" && !held && (
          <LicenseChoice label={words.licenseTheyHold} value={from} onChoose={setFrom} others={choose} required />
        )}
        {action === "swap" && <span aria-hidden="true">→</span>}
        {action !== "take" && (
          <LicenseChoice label={words.licenseTheyGet} value={to} onChoose={setTo} others={choose} required />
        )}
        <button className="primary" disabled={isBusy || !isReady}>
          {isBusy ? words.working : words.actions[action]}
        </button>
        <button type="button" className="quiet" onClick={onDone}>
          {words.untickAll}
        </button>
      </div>
      <Problems problems={problems} />
      {isAsking && (
        <ConfirmDialog
          title={words.takeTitle(first!.name)}
          action={words.takeAway}
          onConfirm={() => void act()}
          onCancel={() => setAsking(false)}
        >
          <p>{words.takeQuestion(first!.name, users.length)}</p>
          <p className="muted">{users.slice(0, NAMED).map(({ name }) => name).join(", ")}{users.length > NAMED && ` ${words.andMore(users.length - NAMED)}`}</p>
        </ConfirmDialog>
      )}
    </form>
  );
}

const NAMED = 10;
