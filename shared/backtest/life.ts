import type { Compiled } from '../evaluate/compile.ts';
import { judge } from '../evaluate/evaluate.ts';
import { jobAt, startOf, type PastJob } from '../history/past-job.ts';
import type { Action, HeldBack, Modes, Verdict } from '../jobs/verdict.ts';
import { lifeKey, type InForce } from './in-force.ts';
import { instantsOf, sightings, sweepMs } from './instants.ts';

/** What a rule had to say on a job: when for the first time, and what held a cancel back at last. */
export interface Fall {
  readonly rule: string;
  readonly action: Action;
  readonly phase: 'limit' | 'warnAt';
  readonly atMs: number;
  readonly because: string;
  readonly heldBack?: HeldBack;
}

/** What the policy makes of a life, before breaker and budgets: `open` is the cancel that nothing held back any more. */
export interface Life {
  readonly falls: readonly Fall[];
  readonly open?: { readonly atMs: number; readonly rule: string; readonly because: string };
}

const noLife: Life = { falls: [] };
const enforce: Modes = { setting: 'enforce', policy: 'enforce', target: 'enforce', rule: 'enforce' };

/** A message is taken to be delivered so long after the sweep that wrote it. */
const deliveryMs = 60_000;

/** The verdicts on a job at a moment of its life, as if its target enforced. */
export function verdictsAt(compiled: Compiled, past: PastJob, atMs: number): readonly Verdict[] {
  const job = jobAt(past, atMs);
  if (job === undefined) return [];
  return judge(compiled, job, atMs).map((verdict) => ({ ...verdict, mode: 'enforce', modes: enforce }));
}

/**
 * Whether any rule could have had a say: numbers only grow while a job waits and while it runs. A short wait is not looked
 * at where the job ran afterwards: all but its waiting time stands in what it was then.
 */
function mayConcern({ compiled: { candidates }, shortestWaitMs }: InForce, past: PastJob): boolean {
  const startMs = startOf(past);
  const waited = startMs === past.endedAtMs || startMs - past.createdAtMs > shortestWaitMs;
  const ends = waited ? [startMs - 1, past.endedAtMs - 1] : [past.endedAtMs - 1];
  return ends.some((atMs) => {
    const job = jobAt(past, atMs);
    return job !== undefined && candidates.of(job, atMs).length > 0;
  });
}

interface Walk {
  readonly force: InForce;
  readonly past: PastJob;
  readonly falls: Map<string, Fall>;
  readonly instants: number[];
}

function note({ falls }: Walk, { rule, action, phase, because, heldBack }: Verdict, atMs: number): void {
  const key = `${rule} ${action} ${phase}`;
  const first = falls.get(key) ?? { rule, action, phase, atMs, because };
  falls.set(key, heldBack === undefined ? first : { ...first, heldBack });
}

/** The warning line of a cancel rule, and a cancel that waits for its grace, are told; the grace counts from then. */
function tell({ force, past, instants }: Walk, verdict: Verdict, atMs: number): void {
  const rule = force.compiled.policy.rules.find(({ name }) => name === verdict.rule);
  const isTold = verdict.heldBack?.by === 'grace' || verdict.phase === 'warnAt';
  if (!isTold || rule?.action !== 'cancel' || rule.graceMs === undefined || rule.graceMs === 0) return;
  const key = lifeKey(past.final);
  const told = force.told.get(key) ?? new Map();
  force.told.set(key, told);
  if (told.has(rule.name)) return;
  const deliveredMs = atMs + deliveryMs;
  told.set(rule.name, { atMs, receipt: { how: 'delivered', atMs: deliveredMs } });
  instants.push(...sightings(past, { atMs: deliveredMs + rule.graceMs, isForeseen: true }));
  instants.sort((a, b) => a - b);
}

/** Looks at the life at one moment: the cancel that is open then. */
function lookAt(walk: Walk, atMs: number): Life['open'] {
  const isSweep = atMs % sweepMs === 0;
  for (const verdict of verdictsAt(walk.force.compiled, walk.past, atMs)) {
    const isOpen = verdict.action === 'cancel' && verdict.heldBack === undefined;
    if (!isOpen && !isSweep) continue;
    note(walk, verdict, atMs);
    if (isOpen) return { atMs, rule: verdict.rule, because: verdict.because };
    tell(walk, verdict, atMs);
  }
  return undefined;
}

/**
 * Replays a life through the product's own judging at every moment at which something can change: limits that pass,
 * graces, windows, freezes and exemptions that begin and end. It ends where a cancel is open, or with the job.
 */
export function replay(force: InForce, past: PastJob): Life {
  if (!mayConcern(force, past)) return noLife;
  const walk: Walk = { force, past, falls: new Map(), instants: [...instantsOf(force.compiled, past)] };
  for (let index = 0; index < walk.instants.length; index += 1) {
    const atMs = walk.instants[index];
    const open = atMs === undefined ? undefined : lookAt(walk, atMs);
    if (open !== undefined) return { falls: [...walk.falls.values()], open };
  }
  return { falls: [...walk.falls.values()] };
}
