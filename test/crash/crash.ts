import { boundaryText, type Boundary, type Exchange } from './gate.ts';
import { roles } from './control.ts';
import type { Evidence } from './evidence.ts';
import { openLane, type Lane } from './lane.ts';
import { play } from './play.ts';
import { judge, type Judgement } from './promises.ts';

/** Which boundaries are tried, by their numbers (from 1). */
export interface Choice {
  readonly wanted: (boundary: Boundary, number: number) => boolean;
  /** Ends it early: what is under way is finished, and nothing else is begun. */
  readonly signal?: AbortSignal;
}

/** One run with a process that ended at a boundary. */
export interface Tried extends Judgement {
  readonly number: number;
  readonly boundary: Boundary;
  /** Where something was broken: what the processes wrote. */
  readonly logs: readonly string[];
}

/** What it all came to. */
export interface CrashReport {
  /** All boundaries of the run without an accident. */
  readonly boundaries: readonly Boundary[];
  /** The run without an accident; where it breaks a promise, nothing else is tried. */
  readonly clean: Evidence;
  readonly tried: readonly Tried[];
}

const lanes = 2;
/** A boundary that is not reached, because the machine was slow, is tried again. */
const mostTries = 3;

const whens = ['before', 'after', 'commit'] as const;

/** The same in every run, whatever came first in it: so a number always means the same boundary. */
function inOrder(one: Boundary, other: Boundary): number {
  return (
    roles.indexOf(one.by) - roles.indexOf(other.by) ||
    one.what.localeCompare(other.what, 'en', { numeric: true }) ||
    whens.indexOf(one.when) - whens.indexOf(other.when)
  );
}

/** The boundaries of a run: each request twice, and each write. */
function boundariesOf(
  passed: readonly (Exchange & { readonly what: string })[],
  commits: readonly string[],
): readonly Boundary[] {
  const requests = passed.flatMap(({ by, what }) =>
    (['before', 'after'] as const).map((when): Boundary => ({ by, when, what })),
  );
  const writes = commits.flatMap((line, at): readonly Boundary[] => {
    const nth = commits.slice(0, at + 1).filter((one) => one === line).length;
    const by = roles.find((role) => line.startsWith(`${role} `));
    return by === undefined ? [] : [{ by, when: 'commit', what: `${line.slice(by.length + 1)} #${nth}` }];
  });
  return [...requests, ...writes].toSorted(inOrder);
}

async function tryOne(lane: Lane, number: number, boundary: Boundary): Promise<Tried> {
  let evidence: Evidence = await play(lane, boundary);
  for (let tries = 1; evidence.gone === 0 && tries < mostTries; tries += 1) evidence = await play(lane, boundary);
  const judgement = judge(evidence);
  return { number, boundary, ...judgement, logs: judgement.broken.length > 0 ? evidence.logs : [] };
}

function chosen(all: readonly Boundary[], { wanted }: Choice) {
  const numbered = all.map((boundary, index) => ({ boundary, number: index + 1 }));
  return numbered.filter(({ boundary, number }) => wanted(boundary, number));
}

async function inLane<T>(work: (lane: Lane) => Promise<T>): Promise<T> {
  const lane = await openLane();
  try {
    return await work(lane);
  } finally {
    await lane.close();
  }
}

/** Plays the story without an accident, and then once for each boundary that was chosen; `onTried` hears of each. */
export async function crash(choice: Choice, onTried: (tried: Tried, of: number) => void): Promise<CrashReport> {
  return inLane(async (first) => {
    const clean = await play(first, undefined);
    const boundaries = boundariesOf(first.gate().passed, await first.commits());
    const queue = chosen(boundaries, choice);
    const wanted = queue.length;
    const tried: Tried[] = [];
    const work = async (lane: Lane): Promise<void> => {
      for (let next = queue.shift(); next !== undefined && !choice.signal?.aborted; next = queue.shift()) {
        const one = await tryOne(lane, next.number, next.boundary);
        tried.push(one);
        onTried(one, wanted);
      }
    };
    const others = Array.from({ length: Math.max(0, Math.min(lanes, wanted) - 1) }, async () => inLane(work));
    if (judge(clean).broken.length === 0) await Promise.all([work(first), ...others]);
    return { boundaries, clean, tried: tried.toSorted((a, b) => a.number - b.number) };
  });
}

/** A boundary that did not go well, in lines. */
export function failureLines({ number, boundary, broken }: Tried): readonly string[] {
  return [`${number}. ${boundaryText(boundary)}:`, ...broken.map((says) => `     ${says}`)];
}
