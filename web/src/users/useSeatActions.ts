import { useMutation } from "urql";
import { problemsOf, type Problem } from "../api/userErrors";
import { readFragment } from "../gql";
import { useWords } from "../words/WordsProvider";
import { AssignUserLicenses, ReassignUserLicenses, TakeUserLicenses } from "./seatMutations";
import { UserRowFields } from "./UserRow";

/** How an action ended: what has been done, and why not all of it. */
export interface SeatOutcome {
  done: string | null;
  problems: Problem[];
}

/** Giving licenses to users, taking them away, and swapping them, with the outcome in words. */
export function useSeatActions() {
  const words = useWords();
  const [assigning, assign] = useMutation(AssignUserLicenses);
  const [taking, takeAway] = useMutation(TakeUserLicenses);
  const [reassigning, reassign] = useMutation(ReassignUserLicenses);

  const give = async (licenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const outcome = await assign({ input: { licenseId, userIds } });
    const problems = problemsOf(outcome, outcome.data?.assignUserLicenses?.userErrors, words.unreachable);
    return { done: problems.length ? null : words.given(userIds.length), problems };
  };

  const take = async (licenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const outcome = await takeAway({ input: { licenseId, userIds } });
    const payload = outcome.data?.revokeUserLicenses;
    const problems = problemsOf(outcome, payload?.userErrors, words.unreachable);
    const results = payload?.results ?? [];
    const taken = results.filter((result) => result.outcome === "REVOKED").length;
    for (const { outcome: what, user, blocker } of results) {
      const name = readFragment(UserRowFields, user)?.name ?? "";
      if (what === "BLOCKED" && blocker) problems.push({ message: words.keeps(name, blocker), field: null });
      if (what === "NOT_ASSIGNED") problems.push({ message: words.doesNotHold(name), field: null });
    }
    return { done: taken ? words.takenFrom(taken) : null, problems };
  };

  const swap = async (fromLicenseId: string, toLicenseId: string, userIds: string[]): Promise<SeatOutcome> => {
    const outcome = await reassign({ input: { fromLicenseId, toLicenseId, userIds } });
    const problems = problemsOf(outcome, outcome.data?.reassignUserLicenses?.userErrors, words.unreachable);
    return { done: problems.length ? null : words.swapped(userIds.length), problems };
  };

  return { give, take, swap, isBusy: assigning.fetching || taking.fetching || reassigning.fetching };
}
