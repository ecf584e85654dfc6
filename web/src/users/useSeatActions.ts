import { useApiMutation } from "../api/useApiMutation";
import { useTranslations } from "../i18n/TranslationsProvider";
import { AssignUserLicenses, ReassignUserLicenses, TakeUserLicenses } from "./seatMutations";

/** The result of an action: a message for the user, and whether it succeeded for all users. */
interface SeatOutcome {
  message: string | null;
  isComplete: boolean;
}

/** Return functions that assign, revoke and reassign licenses of users, each with a message about the result. */
export function useSeatActions() {
  const t = useTranslations();
  const { mutate, isBusy, problems, setProblems } = useApiMutation();

  const assign = async (licenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const isComplete = (await mutate(AssignUserLicenses, { licenseId, userIds })) !== null;
    return { message: isComplete ? t.assignedTo(userIds.length) : null, isComplete };
  };

  const revoke = async (licenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const payload = await mutate(TakeUserLicenses, { licenseId, userIds });
    if (!payload) return { message: null, isComplete: false };
    const failures = payload.results.flatMap(({ outcome, user, blocker }) => {
      const name = user?.name ?? "";
      if (outcome === "BLOCKED" && blocker) return [t.notRemoved(name, blocker)];
      return outcome === "NOT_ASSIGNED" ? [t.notAssigned(name)] : [];
    });
    setProblems(failures.map((message) => ({ message, field: null })));
    const revokedCount = payload.results.filter(({ outcome }) => outcome === "REVOKED").length;
    return { message: revokedCount ? t.licenseRemovedFrom(revokedCount) : null, isComplete: failures.length === 0 };
  };

  const reassign = async (fromLicenseId: string, toLicenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const isComplete = (await mutate(ReassignUserLicenses, { fromLicenseId, toLicenseId, userIds })) !== null;
    return { message: isComplete ? t.movedTo(userIds.length) : null, isComplete };
  };

  return { assign, revoke, reassign, isBusy, problems };
}
