import { useState } from "react";
import { useAction } from "../../api/useAction";
import { useAnnounce } from "../../frame/Announcements";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { Problems } from "../../parts/Problems";
import { useMay } from "../../session/viewer";
import { useFormats, useWords } from "../../words/WordsProvider";
import { leaving, type PlannedMove } from "../surplus/plannedMoves";
import { MovesNotice } from "./MovesNotice";
import { RejectForm } from "./RejectForm";

const ReviewFields = graphql(`
  fragment Review on LicenseChangeSet {
    id
    status
    canActivate
    effectiveAt
    vendor {
      name
      supportUrl
    }
    surplusRequirements {
      id
      seatsToRemove
      license {
        id
        key
        name
      }
    }
  }
`);

const ActivateLicenses = graphql(`
  mutation ActivateLicenses($input: ActivateLicensesInput!) {
    activateLicenses(input: $input) {
      changeSet {
        id
      }
      userErrors {
        ...UserErrorFields
      }
    }
  }
`);

interface Props {
  changeSet: FragmentType<typeof ReviewFields>;
  moves: PlannedMove[];
  setMoves: (moves: PlannedMove[]) => void;
  onDone: () => void;
  /** Opens the dialog that removes what is superfluous of this license. */
  onRemove: (licenseKey: string) => void;
}

/** Activate or reject. What stands in the way of activating is said beside the button. */
export function Review({ changeSet, moves, setMoves, onDone, onRemove }: Props) {
  const words = useWords();
  const formats = useFormats();
  const announce = useAnnounce();
  const may = useMay();
  const reviewed = readFragment(ReviewFields, changeSet);
  const { id, vendor } = reviewed;
  const { act, isBusy, problems } = useAction();
  const [isRejecting, setRejecting] = useState(false);

  const missing = reviewed.surplusRequirements
    .map(({ license, seatsToRemove }) => ({ license, seats: seatsToRemove - leaving(moves, license.id) }))
    .filter(({ seats }) => seats > 0);
  const isFreedByMoves = reviewed.status === "BLOCKED_BY_SURPLUS" && moves.length > 0 && missing.length === 0;
  const isLater = new Date(reviewed.effectiveAt) > new Date();
  const canActivate = (reviewed.canActivate || isFreedByMoves) && may("LICENSES_WRITE");

  const activate = async () => {
    const payload = await act(ActivateLicenses, {
      changeSetId: id,
      moves: moves.map(({ fromLicenseId, toLicenseKey, users }) => ({
        fromLicenseId,
        toLicenseKey,
        userIds: users.map((user) => user.id),
      })),
    });
    if (!payload) return;
    setMoves([]);
    announce(words.activated(vendor.name));
    onDone();
  };

  if (isRejecting) return <RejectForm changeSet={reviewed} onBack={() => setRejecting(false)} onDone={onDone} />;

  return (
    <>
      <p className="notice">
        {words.caution}{" "}
        {vendor.supportUrl && (
          <a href={vendor.supportUrl} target="_blank" rel="noreferrer">
            {words.contact(vendor.name)}
          </a>
        )}
      </p>
      <MovesNotice moves={moves} setMoves={setMoves} />
      <Problems problems={problems} />
      <div id="why-not" aria-live="polite">
        {missing.map(({ license, seats }) => (
          <p key={license.id} className="notice bad between">
            {words.mustBeRemovedFirst(seats, license.name)}
            <button type="button" onClick={() => onRemove(license.key)}>
              {words.removeSuperfluous}
            </button>
          </p>
        ))}
        {isLater && <p className="notice">{words.notYetInEffect(formats.dateTime(reviewed.effectiveAt))}</p>}
        {!canActivate && !isLater && missing.length === 0 && <p className="notice bad">{words.cannotActivate}</p>}
      </div>
      <footer>
        {may("LICENSES_WRITE") && (
          <button type="button" className="aside" onClick={() => setRejecting(true)}>
            {words.reject}
          </button>
        )}
        <button type="button" onClick={onDone}>
          {words.later}
        </button>
        <button
          type="button"
          className="primary"
          disabled={!canActivate || isBusy}
          aria-describedby="why-not"
          onClick={activate}
        >
          {isBusy ? words.activating : words.activate}
        </button>
      </footer>
    </>
  );
}
