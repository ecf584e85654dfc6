/** Users that move from one license to another with the activation of a change set; nothing has happened to them yet. */
export interface PlannedMove {
  changeSetId: string;
  fromLicenseId: string;
  toLicenseKey: string;
  toLicenseName: string;
  users: { id: string; name: string }[];
}

/** How many users leave a license with the activation. */
export function leaving(moves: PlannedMove[], licenseId: string) {
  return moves
    .filter(({ fromLicenseId }) => fromLicenseId === licenseId)
    .reduce((count, { users }) => count + users.length, 0);
}

/** The moves with one more; whoever had another plan from the same license follows the new one. */
export function withMove(moves: PlannedMove[], added: PlannedMove) {
  const moving = new Set(added.users.map(({ id }) => id));
  const others = moves.map((move) =>
    move.fromLicenseId === added.fromLicenseId
      ? { ...move, users: move.users.filter(({ id }) => !moving.has(id)) }
      : move,
  );
  return [...others, added].filter(({ users }) => users.length > 0);
}
