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

/** A license that users can move to on activation. */
export interface MoveTarget {
  key: string;
  name: string;
  /** Seats available after activation; null if unlimited. */
  seatsLeft: number | null;
}

/**
 * Return the licenses that holders of a license can move to on activation: added licenses, and current ones that are
 * not removed, with the seats they will have. Only a plan can replace a plan; the server checks this for added licenses.
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
