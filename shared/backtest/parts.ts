/** What of a what-if is one owner's or one client's, by limit. */
export interface Part {
  readonly name: string;
  readonly caught: readonly number[];
  readonly likelyFalseAlarms: readonly number[];
  readonly slotHours: readonly number[];
}

/** The parts with the most, and the rest in one where there are more. */
export interface Parted {
  readonly different: number;
  readonly most: readonly Part[];
  readonly others: Omit<Part, 'name'> | undefined;
}

/** Divides what is caught at each of some limits by names, in memory that does not grow without bound. */
export interface Parting {
  note(name: string, at: number, one: { readonly isFalseAlarm: boolean; readonly slotHours: number }): void;
  /** Ordered by what is caught at the limit of an index, then by what is caught at the lowest limit. */
  parted(at: number): Parted;
}

type Columns = { readonly [Key in 'caught' | 'likelyFalseAlarms' | 'slotHours']: Float64Array };

/** Names beyond these are counted together. */
const mostNames = 1000;
const mostShown = 10;

/** Begins to divide by names over so many limits. */
export function parting(limits: number): Parting {
  const empty = (): Columns => ({
    caught: new Float64Array(limits),
    likelyFalseAlarms: new Float64Array(limits),
    slotHours: new Float64Array(limits),
  });
  const known = new Map<string, Columns>();
  const beyond = empty();
  let isBeyond = false;
  const columnsOf = (name: string) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    isBeyond ||= known.size >= mostNames;
    if (known.size >= mostNames) return beyond;
    const columns = empty();
    known.set(name, columns);
    return columns;
  };
  return {
    note: (name, at, { isFalseAlarm, slotHours }) => {
      const columns = columnsOf(name);
      columns.caught[at] = (columns.caught[at] ?? 0) + 1;
      if (isFalseAlarm) columns.likelyFalseAlarms[at] = (columns.likelyFalseAlarms[at] ?? 0) + 1;
      columns.slotHours[at] = (columns.slotHours[at] ?? 0) + slotHours;
    },
    parted: (at) => {
      const count = ({ caught }: Columns, index: number) => caught[index] ?? 0;
      const all = [...known].sort(
        ([a, first], [b, second]) =>
          count(second, at) - count(first, at) || count(second, 0) - count(first, 0) || (a < b ? -1 : 1),
      );
      const rest = [...all.slice(mostShown).map(([, columns]) => columns), ...(isBeyond ? [beyond] : [])];
      return {
        different: known.size,
        most: all.slice(0, mostShown).map(([name, columns]) => ({ name, ...plain([columns], limits) })),
        others: rest.length === 0 ? undefined : plain(rest, limits),
      };
    },
  };
}

function plain(columns: readonly Columns[], limits: number): Omit<Part, 'name'> {
  const sum = (key: keyof Columns) =>
    Array.from({ length: limits }, (_, at) => columns.reduce((total, one) => total + (one[key][at] ?? 0), 0));
  return { caught: sum('caught'), likelyFalseAlarms: sum('likelyFalseAlarms'), slotHours: sum('slotHours') };
}
