import { useAction } from "../api/useAction";
import { useWords } from "../words/WordsProvider";
import { AssignUserLicenses, ReassignUserLicenses, TakeUserLicenses } from "./seatMutations";

/** What has been done, in words, and whether that is all. */
interface SeatOutcome {
  done: string | null;
  isAll: boolean;
}

/** Giving licenses to users, taking them away, and swapping them, with the outcome in words. */
export function useSeatActions() {
  const words = useWords();
  const { act, isBusy, problems, setProblems } = useAction();

  const give = async (licenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const isAll = (await act(AssignUserLicenses, { licenseId, userIds })) !== null;
    return { done: isAll ? words.given(userIds.length) : null, isAll };
  };

  const take = async (licenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const payload = await act(TakeUserLicenses, { licenseId, userIds });
    if (!payload) return { done: null, isAll: false };
    const kept = payload.results.flatMap(({ outcome, user, blocker }) => {
      const name = user?.name ?? "";
      if (outcome === "BLOCKED" && blocker) return [words.keeps(name, blocker)];
      return outcome === "NOT_ASSIGNED" ? [words.doesNotHold(name)] : [];
    });
    setProblems(kept.map((message) => ({ message, field: null })));
    const taken = payload.results.filter(({ outcome }) => outcome === "REVOKED").length;
    return { done: taken ? words.takenFrom(taken) : null, isAll: kept.length === 0 };
  };

  const swap = async (fromLicenseId: string, toLicenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const isAll = (await act(ReassignUserLicenses, { fromLicenseId, toLicenseId, userIds })) !== null;
    return { done: isAll ? words.swapped(userIds.length) : null, isAll };
  };

  return { give, take, swap, isBusy, problems };
}
