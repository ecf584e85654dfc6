/** Users to be moved from one license to another when a change set is activated. */
export interface PlannedMove {
  changeSetId: string;
  fromLicenseId: string;
  toLicenseKey: string;
  toLicenseName: string;
  users: { id: string; name: string }[];
}

/** Return the number of users who will leave a license on activation. */
export function countPlannedUsers(moves: PlannedMove[], licenseId: string) {
  return moves
    .filter(({ fromLicenseId }) => fromLicenseId === licenseId)
    .reduce((count, { users }) => count + users.length, 0);
}

/** Return the moves with one added; its users are taken out of earlier moves from the same license. */
export function withMove(moves: PlannedMove[], added: PlannedMove) {
  const movedIds = new Set(added.users.map(({ id }) => id));
  const others = moves.map((move) =>
    move.fromLicenseId === added.fromLicenseId
      ? { ...move, users: move.users.filter(({ id }) => !movedIds.has(id)) }
      : move,
  );
  return [...others, added].filter(({ users }) => users.length > 0);
}
