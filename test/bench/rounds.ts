/** Something to be timed: all its work once, for so many units (jobs, pages, sweeps …). */
export interface Timed {
  readonly name: string;
  readonly units: number;
  readonly run: () => unknown;
}

/** Nanoseconds a unit of each contender, by its name, one for each round. */
export type Times = ReadonlyMap<string, readonly number[]>;

async function nsPerUnit({ units, run }: Timed): Promise<number> {
  const before = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - before) / units;
}

/**
 * Times contenders in turns, A B C A B C, so that a busy machine is busy for all of them. Each is warmed up by
 * `warmUps` untimed runs first.
 */
export async function interleaved(
  contenders: readonly Timed[],
  { rounds, warmUps }: { readonly rounds: number; readonly warmUps: number },
): Promise<Times> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (const { run } of contenders) for (let index = 0; index < warmUps; index += 1) await run();
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) times.get(contender.name)?.push(await nsPerUnit(contender));
  }
  return times;
}

/** The middle one; of an even number the mean of the two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** The median over all rounds of how many times as long `a` took as `b` did in the same round. */
export function ratio(times: Times, a: string, b: string): number {
  const others = times.get(b) ?? [];
  return median((times.get(a) ?? []).map((ns, round) => ns / (others[round] ?? NaN)));
}
