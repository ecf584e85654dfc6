import { useState, type FormEvent } from "react";
import { useAction } from "../../api/useAction";
import { useAnnounce } from "../../frame/Announcements";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { userOf } from "../../holders/holder";
import { HoldersOf } from "../../holders/HoldersOf";
import { TickedNames } from "../../holders/TickedNames";
import { useTicks } from "../../holders/useTicks";
import { Problems } from "../../parts/Problems";
import { useMay } from "../../session/viewer";
import { TakeUserLicenses } from "../../users/seatMutations";
import { useWords } from "../../words/WordsProvider";
import { Counts } from "./Counts";
import { MoveTargetFields, moveTargets } from "./moveTargets";
import { leaving, withMove, type PlannedMove } from "./plannedMoves";
import { SuggestButton } from "./SuggestButton";

const SurplusFormFields = graphql(`
  fragment SurplusForm on SurplusRequirement {
    id
    seatsInUse
    seatsAvailable
    seatsToRemove
    license {
      id
      key
      name
      isPlan
    }
    changeSet {
      id
      changes {
        ...MoveTargetChange
      }
    }
  }
`);

interface Props {
  requirement: FragmentType<typeof SurplusFormFields>;
  licenses: readonly FragmentType<typeof MoveTargetFields>[];
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
  onDone: () => void;
  onClose: () => void;
}

/** Ticks count down what must be removed. The license is taken at once; a move waits for the activation. */
export function SurplusForm({ requirement, licenses, moves, setMoves, onDone, onClose }: Props) {
  const words = useWords();
  const announce = useAnnounce();
  const may = useMay();
  const { id, license, changeSet, seatsInUse, seatsAvailable, seatsToRemove } = readFragment(
    SurplusFormFields,
    requirement,
  );
  const targets = moveTargets(license, changeSet.changes, licenses);
  const [targetKey, setTargetKey] = useState("");
  const target = targets.find(({ key }) => key === targetKey);
  const { ticked, tick, clear } = useTicks(userOf);
  const { act, isBusy, problems, setProblems } = useAction();

  const inPlan = moves.filter((move) => move.changeSetId === changeSet.id && move.fromLicenseId === license.id);
  const planned = leaving(inPlan, license.id);
  const left = Math.max(0, seatsToRemove - planned - ticked.size);

  const choose = (key: string) => {
    setTargetKey(key);
    if (!key) tick([...ticked.values()].filter(({ blocker }) => blocker), false);
  };

  const move = () => {
    const users = [...ticked.values()].map(({ user }) => ({ id: user.id, name: user.name }));
    const { key: toLicenseKey, name: toLicenseName } = target!;
    setMoves(withMove(moves, { changeSetId: changeSet.id, fromLicenseId: license.id, toLicenseKey, toLicenseName, users }));
    if (left > 0) clear();
    else onDone();
  };

  const take = async () => {
    const userIds = [...ticked.keys()];
    const payload = await act(TakeUserLicenses, { licenseId: license.id, userIds });
    if (!payload) return;
    clear();
    const kept = payload.results.filter(({ outcome }) => outcome === "BLOCKED");
    setProblems(kept.map(({ user, blocker }) => ({ message: words.keeps(user?.name ?? "", blocker!), field: null })));
    if (kept.length > 0) return;
    announce(words.taken(license.name, userIds.length));
    if (left === 0) onDone();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (target) move();
    else void take();
  };

  return (
    <form onSubmit={submit}>
      <h3>{license.name}</h3>
      <Counts inUse={seatsInUse} available={seatsAvailable} left={left} isEnough={ticked.size > 0 || planned > 0} />
      <p>{words.surplusHelp(seatsToRemove)}</p>
      {planned > 0 && (
        <p className="notice between">
          {words.plannedMoves(planned)}
          <button type="button" onClick={() => setMoves(moves.filter((one) => !inPlan.includes(one)))}>
            {words.undo}
          </button>
        </p>
      )}
      <HoldersOf
        licenseKey={license.key}
        ticked={ticked}
        onTick={tick}
        canTick={(blocker) => !blocker || (blocker === "OPEN_REQUESTS" && target !== undefined)}
        beside={
          <SuggestButton requirementId={id} count={seatsToRemove - planned} onSuggest={(holders) => tick(holders, true)} />
        }
      />
      <footer>
        <Problems problems={problems} />
        <TickedNames ticked={ticked} onUntick={(holder) => tick([holder], false)} />
        {targets.length > 0 && (
          <label className="aside inline">
            {words.thoseTicked}
            <select value={targetKey} onChange={(event) => choose(event.target.value)}>
              <option value="">{words.loseTheLicense}</option>
              {targets.map(({ key, name, seatsLeft }) => (
                <option key={key} value={key} disabled={seatsLeft !== null && seatsLeft <= 0}>
                  {words.moveTo(name, seatsLeft)}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" onClick={onClose}>
          {words.cancel}
        </button>
        <button
          className="primary"
          disabled={ticked.size === 0 || isBusy || !may("USERS_WRITE")}
          title={target ? words.moveTo(target.name, null) : words.takeFrom(ticked.size)}
        >
          {isBusy ? words.removing : words.ok}
        </button>
      </footer>
    </form>
  );
}
