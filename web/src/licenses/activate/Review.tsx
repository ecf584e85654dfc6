import { useState } from "react";
import { useApiMutation } from "../../api/useApiMutation";
import { Problems } from "../../components/Problems";
import { graphql, readFragment, type FragmentType } from "../../gql";
import { useFormats, useTranslations } from "../../i18n/TranslationsProvider";
import { useAnnounce } from "../../layout/AnnouncementProvider";
import { usePermission } from "../../session/viewer";
import { countPlannedUsers, type PlannedMove } from "../surplus/plannedMoves";
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
  /** Opens the dialog that removes the surplus of a license. */
  onRemove: (licenseKey: string) => void;
}

/** Buttons to activate or reject new licenses, with the reasons that block activation. */
export function Review({ changeSet, moves, setMoves, onDone, onRemove }: Props) {
  const t = useTranslations();
  const formats = useFormats();
  const announce = useAnnounce();
  const hasPermission = usePermission();
  const reviewed = readFragment(ReviewFields, changeSet);
  const { id, vendor } = reviewed;
  const { mutate, isBusy, problems } = useApiMutation();
  const [isRejecting, setRejecting] = useState(false);

  const outstanding = reviewed.surplusRequirements
    .map(({ license, seatsToRemove }) => ({ license, seats: seatsToRemove - countPlannedUsers(moves, license.id) }))
    .filter(({ seats }) => seats > 0);
  const isResolvedByMoves = reviewed.status === "BLOCKED_BY_SURPLUS" && moves.length > 0 && outstanding.length === 0;
  const isNotYetEffective = new Date(reviewed.effectiveAt) > new Date();
  const canActivate = (reviewed.canActivate || isResolvedByMoves) && hasPermission("LICENSES_WRITE");

  const activate = async () => {
    const payload = await mutate(ActivateLicenses, {
      changeSetId: id,
      moves: moves.map(({ fromLicenseId, toLicenseKey, users }) => ({
        fromLicenseId,
        toLicenseKey,
        userIds: users.map((user) => user.id),
      })),
    });
    if (!payload) return;
    setMoves([]);
    announce(t.activated(vendor.name));
    onDone();
  };

  if (isRejecting) return <RejectForm changeSet={reviewed} onBack={() => setRejecting(false)} onDone={onDone} />;

  return (
    <>
      <p className="notice">
        {t.caution}{" "}
        {vendor.supportUrl && (
          <a href={vendor.supportUrl} target="_blank" rel="noreferrer">
            {t.contact(vendor.name)}
          </a>
        )}
      </p>
      <MovesNotice moves={moves} setMoves={setMoves} />
      <Problems problems={problems} />
      <div id="activation-blockers" aria-live="polite">
        {outstanding.map(({ license, seats }) => (
          <p key={license.id} className="notice bad between">
            {t.removalRequired(seats, license.name)}
            <button type="button" onClick={() => onRemove(license.key)}>
              {t.removeSuperfluous}
            </button>
          </p>
        ))}
        {isNotYetEffective && <p className="notice">{t.notYetInEffect(formats.dateTime(reviewed.effectiveAt))}</p>}
        {!canActivate && !isNotYetEffective && outstanding.length === 0 && (
          <p className="notice bad">{t.cannotActivate}</p>
        )}
      </div>
      <footer>
        {hasPermission("LICENSES_WRITE") && (
          <button type="button" className="aside" onClick={() => setRejecting(true)}>
            {t.rejectCommand}
          </button>
        )}
        <button type="button" onClick={onDone}>
          {t.later}
        </button>
        <button
          type="button"
          className="primary"
          disabled={!canActivate || isBusy}
          aria-describedby="activation-blockers"
          onClick={activate}
        >
          {isBusy ? t.activating : t.activate}
        </button>
      </footer>
    </>
  );
}
