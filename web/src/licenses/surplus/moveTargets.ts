import { graphql, readFragment, type FragmentType } from "../../gql";

export const MoveTargetFields = graphql(`
  fragment MoveTarget on License {
    key
    name
    isPlan
    seats {
      total
      inUse
    }
  }
`);

const ChangeFields = graphql(`
  fragment MoveTargetChange on LicenseChange {
    key
    name
    scope
    kind
    newTotal
  }
`);

/** A license that users can move to with the activation. */
export interface MoveTarget {
  key: string;
  name: string;
  /** Seats that will be left; null if unlimited. */
  seatsLeft: number | null;
}

/**
 * The other licenses of the change set that users of this one can move to: those in force with the seats they will have,
 * and those that are added. A plan is replaced by a plan; whether an added license is one only the server knows.
 */
export function moveTargets(
  from: { key: string; isPlan: boolean },
  changes: readonly FragmentType<typeof ChangeFields>[],
  licenses: readonly FragmentType<typeof MoveTargetFields>[],
): MoveTarget[] {
  const changed = new Map(readFragment(ChangeFields, changes).map((change) => [change.key, change]));
  const added = [...changed.values()]
    .filter(({ kind, scope }) => kind === "ADDED" && scope === "USER")
    .map(({ key, name, newTotal }) => ({ key, name, seatsLeft: newTotal }));
  const inForce = readFragment(MoveTargetFields, licenses)
    .filter(({ key, isPlan }) => isPlan === from.isPlan && changed.get(key)?.kind !== "REMOVED")
    .map(({ key, name, seats }) => {
      const total = changed.has(key) ? changed.get(key)!.newTotal : (seats?.total ?? null);
      return { key, name, seatsLeft: total === null ? null : total - (seats?.inUse ?? 0) };
    });
  return [...added, ...inForce].filter(({ key }) => key !== from.key);
}
