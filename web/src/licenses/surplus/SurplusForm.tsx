import { useState, type FormEvent } from "react";
import { useApiMutation } from "../../api/useApiMutation";
import { Problems } from "../../components/Problems";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { userIdOf } from "../../holders/holder";
import { HolderList } from "../../holders/HolderList";
import { SelectedNames } from "../../holders/SelectedNames";
import { useSelection } from "../../holders/useSelection";
import { useTranslations } from "../../i18n/TranslationsProvider";
import { useAnnounce } from "../../layout/AnnouncementProvider";
import { usePermission } from "../../session/viewer";
import { TakeUserLicenses } from "../../users/seatMutations";
import { MoveTargetFields, moveTargets } from "./moveTargets";
import { countPlannedUsers, withMove, type PlannedMove } from "./plannedMoves";
import { SuggestButton } from "./SuggestButton";
import { SurplusCounts } from "./SurplusCounts";

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

/** A form that removes the license from selected holders immediately, or plans their move on activation. */
export function SurplusForm({ requirement, licenses, moves, setMoves, onDone, onClose }: Props) {
  const t = useTranslations();
  const announce = useAnnounce();
  const hasPermission = usePermission();
  const { id, license, changeSet, seatsInUse, seatsAvailable, seatsToRemove } = readFragment(
    SurplusFormFields,
    requirement,
  );
  const targets = moveTargets(license, changeSet.changes, licenses);
  const [targetKey, setTargetKey] = useState("");
  const target = targets.find(({ key }) => key === targetKey);
  const { selected, select, clear } = useSelection(userIdOf);
  const { mutate, isBusy, problems, setProblems } = useApiMutation();

  const licenseMoves = moves.filter((move) => move.changeSetId === changeSet.id && move.fromLicenseId === license.id);
  const planned = countPlannedUsers(licenseMoves, license.id);
  const remaining = Math.max(0, seatsToRemove - planned - selected.size);

  const chooseTarget = (key: string) => {
    setTargetKey(key);
    if (!key)
      select(
        [...selected.values()].filter(({ blocker }) => blocker),
        false,
      );
  };

  const move = () => {
    const users = [...selected.values()].map(({ user }) => ({ id: user.id, name: user.name }));
    const { key: toLicenseKey, name: toLicenseName } = target!;
    setMoves(
      withMove(moves, { changeSetId: changeSet.id, fromLicenseId: license.id, toLicenseKey, toLicenseName, users }),
    );
    if (remaining > 0) clear();
    else onDone();
  };

  const remove = async () => {
    const userIds = [...selected.keys()];
    const payload = await mutate(TakeUserLicenses, { licenseId: license.id, userIds });
    if (!payload) return;
    clear();
    const blocked = payload.results.filter(({ outcome }) => outcome === "BLOCKED");
    setProblems(
      blocked.map(({ user, blocker }) => ({ message: t.notRemoved(user?.name ?? "", blocker!), field: null })),
    );
    if (blocked.length > 0) return;
    announce(t.removedFrom(license.name, userIds.length));
    if (remaining === 0) onDone();
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (target) move();
    else void remove();
  };

  return (
    <form onSubmit={submit}>
      <h3>{license.name}</h3>
      <SurplusCounts
        inUse={seatsInUse}
        available={seatsAvailable}
        remaining={remaining}
        isEnough={selected.size > 0 || planned > 0}
      />
      <p>{t.surplusHelp(seatsToRemove)}</p>
      {planned > 0 && (
        <p className="notice between">
          {t.plannedMoves(planned)}
          <button type="button" onClick={() => setMoves(moves.filter((move) => !licenseMoves.includes(move)))}>
            {t.undo}
          </button>
        </p>
      )}
      <HolderList
        licenseKey={license.key}
        selected={selected}
        onSelect={select}
        canSelect={(blocker) => !blocker || (blocker === "OPEN_REQUESTS" && target !== undefined)}
        searchActions={
          <SuggestButton
            requirementId={id}
            count={seatsToRemove - planned}
            onSuggest={(holders) => select(holders, true)}
          />
        }
      />
      <footer>
        <Problems problems={problems} />
        <SelectedNames selected={selected} onDeselect={(holder) => select([holder], false)} />
        {targets.length > 0 && (
          <label className="aside inline">
            {t.action}
            <select value={targetKey} onChange={(event) => chooseTarget(event.target.value)}>
              <option value="">{t.removeLicense}</option>
              {targets.map(({ key, name, seatsLeft }) => (
                <option key={key} value={key} disabled={seatsLeft !== null && seatsLeft <= 0}>
                  {t.moveTo(name, seatsLeft)}
                </option>
              ))}
            </select>
          </label>
        )}
        <button type="button" onClick={onClose}>
          {t.cancel}
        </button>
        <button
          className="primary"
          disabled={selected.size === 0 || isBusy || !hasPermission("USERS_WRITE")}
          title={target ? t.moveTo(target.name, null) : t.removeFrom(selected.size)}
        >
          {isBusy ? t.removing : t.ok}
        </button>
      </footer>
    </form>
  );
}
