/** Something that goes wrong in the next calls of a kind: all kinds, and for ever, where that is left out. */
interface Switch<Call extends string, Kind extends string> {
  readonly kind: Kind;
  readonly call?: Call;
  readonly times?: number;
}

/** The failures that a stand-in was told to make. */
export interface Switches<Call extends string, Kind extends string> {
  readonly add: (one: Switch<Call, Kind>) => void;
  readonly clear: () => void;
  /** The oldest that fits a call; it counts as used. */
  readonly take: (call: Call) => Kind | undefined;
}

/** None so far. */
export function switches<Call extends string, Kind extends string>(): Switches<Call, Kind> {
  const set: { readonly one: Switch<Call, Kind>; left: number }[] = [];
  return {
    add: (one) => void set.push({ one, left: one.times ?? Number.POSITIVE_INFINITY }),
    clear: () => void (set.length = 0),
    take(call) {
      const hit = set.find(({ one, left }) => left > 0 && (one.call ?? call) === call);
      if (hit !== undefined) hit.left -= 1;
      return hit?.one.kind;
    },
  };
}
