import type { Compiled } from '../evaluate/compile.ts';
import { judge } from '../evaluate/evaluate.ts';
import { jobAt, startOf, type PastJob } from '../history/past-job.ts';
import type { Action, HeldBack, Modes, Verdict } from '../jobs/verdict.ts';
import { lifeKey, type InForce } from './in-force.ts';
import { cancelByMs, instantsOf, isPlannable, sightings, sweepBefore, sweepMs } from './instants.ts';

/** What a rule had to say on a job: when for the first time, and what held a cancel back at last. */
export interface Fall {
  readonly rule: string;
  readonly action: Action;
  readonly phase: 'limit' | 'warnAt';
  readonly atMs: number;
  readonly because: string;
  readonly heldBack?: HeldBack;
}

/** A cancel that nothing held back any more. */
interface Open {
  readonly atMs: number;
  readonly rule: string;
  readonly because: string;
}

/**
 * What the policy makes of a life, before breaker and budgets: `open` is the first cancel that nothing held back, `later`
 * what would be recorded and warned of after it, should breaker or budget hold it back. `plannable` are the moments that sweeps may plan a cancel for; the job need not come to them as it was.
 */
export interface Life {
  readonly falls: readonly Fall[];
  readonly later: readonly Fall[];
  readonly plannable: readonly number[];
  readonly open?: Open;
}

const noLife: Life = { falls: [], later: [], plannable: [] };
const enforce: Modes = { setting: 'enforce', policy: 'enforce', target: 'enforce', rule: 'enforce' };

/** A message is taken to be delivered so long after the sweep that wrote it. */
export const deliveryMs = 60_000;

const enforced = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.map((verdict) => ({ ...verdict, mode: 'enforce', modes: enforce }));

/** The verdicts on a job at a moment of its life, as if its target enforced. */
export function verdictsAt(compiled: Compiled, past: PastJob, atMs: number): readonly Verdict[] {
  const job = jobAt(past, atMs);
  return job === undefined ? [] : enforced(judge(compiled, job, atMs));
}

/** The verdicts of the sweep before a moment on what it plans for that moment: it takes the job as it sees it. */
export function plannedFor(compiled: Compiled, past: PastJob, dueMs: number): readonly Verdict[] {
  const job = jobAt(past, sweepBefore(dueMs));
  return job === undefined ? [] : enforced(judge(compiled, job, dueMs));
}

/**
 * Whether any rule could have had a say, or could have been planned for: numbers only grow while a job waits and while it
 * runs. A short wait is not looked at where the job ran afterwards: all but its waiting time stands in what it was then.
 */
function mayConcern({ compiled: { candidates }, shortestWaitMs }: InForce, past: PastJob): boolean {
  const startMs = startOf(past);
  const waited = startMs === past.endedAtMs || startMs - past.createdAtMs > shortestWaitMs - cancelByMs;
  const ends = waited ? [startMs - 1, past.endedAtMs - 1] : [past.endedAtMs - 1];
  return ends.some((atMs) => {
    const job = jobAt(past, atMs);
    return job !== undefined && candidates.of(job, atMs + cancelByMs).length > 0;
  });
}

interface Walk {
  readonly force: InForce;
  readonly past: PastJob;
  readonly falls: Map<string, Fall>;
  readonly instants: number[];
  readonly plannable: number[];
  open?: Open;
}

function note({ falls }: Walk, { rule, action, phase, because, heldBack }: Verdict, atMs: number): void {
  const key = `${rule} ${action} ${phase}`;
  const first = falls.get(key) ?? { rule, action, phase, atMs, because };
  falls.set(key, heldBack === undefined ? first : { ...first, heldBack });
}

/** The warning line of a cancel rule, and a cancel that waits for its grace, are told; the grace counts from then. */
function tell({ force, past, instants, plannable }: Walk, verdict: Verdict, atMs: number): void {
  const rule = force.compiled.policy.rules.find(({ name }) => name === verdict.rule);
  const isTold = verdict.heldBack?.by === 'grace' || verdict.phase === 'warnAt';
  if (!isTold || rule?.action !== 'cancel' || rule.graceMs === undefined || rule.graceMs === 0) return;
  const key = lifeKey(past.final);
  const told = force.told.get(key) ?? new Map();
  force.told.set(key, told);
  if (told.has(rule.name)) return;
  const deliveredMs = atMs + deliveryMs;
  told.set(rule.name, { atMs, receipt: { how: 'delivered', atMs: deliveredMs } });
  const over = { atMs: deliveredMs + rule.graceMs, isForeseen: true };
  instants.push(...sightings(past, over));
  if (isPlannable(past, over)) plannable.push(over.atMs);
  instants.sort((a, b) => a - b);
}

/** Whether a verdict is a cancel that nothing holds back. */
export const isOpen = ({ action, heldBack }: Verdict): boolean => action === 'cancel' && heldBack === undefined;

/** Looks at the life at one moment. */
function lookAt(walk: Walk, atMs: number): void {
  const isSweep = atMs % sweepMs === 0;
  for (const verdict of verdictsAt(walk.force.compiled, walk.past, atMs)) {
    const { action, rule, because } = verdict;
    const opens = isOpen(verdict);
    if (!opens && !isSweep) continue;
    // What holds cancels back after the first one is for breaker and budgets to say.
    if (walk.open === undefined || action !== 'cancel') note(walk, verdict, atMs);
    if (opens) {
      walk.open ??= { atMs, rule, because };
      return;
    }
    tell(walk, verdict, atMs);
  }
}

/** The moments for which a sweep would plan a cancel, in order. */
function planned({ force, past, plannable }: Walk): readonly number[] {
  return plannable
    .filter((atMs) => plannedFor(force.compiled, past, atMs).some(isOpen))
    .sort((one, other) => one - other);
}

function parted(falls: readonly Fall[], atMs: number): readonly [readonly Fall[], readonly Fall[]] {
  return [falls.filter((fall) => fall.atMs <= atMs), falls.filter((fall) => fall.atMs > atMs)];
}

/**
 * Replays a life through the product's own judging at every moment at which something can change: limits that pass,
 * graces, windows, freezes and exemptions that begin and end.
 */
export function replay(force: InForce, past: PastJob): Life {
  if (!mayConcern(force, past)) return noLife;
  const { looks, plannable } = instantsOf(force.compiled, past);
  const walk: Walk = { force, past, falls: new Map(), instants: [...looks], plannable: [...plannable] };
  // A look may add instants, all of them later than itself.
  for (let index = 0; index < walk.instants.length; index += 1) lookAt(walk, walk.instants[index] ?? past.endedAtMs);
  const { open } = walk;
  const [falls, later] = parted([...walk.falls.values()], open?.atMs ?? Number.POSITIVE_INFINITY);
  return { falls, later, plannable: planned(walk), ...(open && { open }) };
}
