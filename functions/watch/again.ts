import { EngineError } from '../../shared/engines/engine.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { planBeside } from '../../shared/evaluate/plan-beside.ts';
import { isSameJob, jobName, type Job } from '../../shared/jobs/job.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { cancelOne } from './carry-out.ts';
import { isReal } from './intend.ts';
import { nearOf, type Near } from './near.ts';
import { withOwner } from './owners.ts';
import type { Late } from './late.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import type { Run } from './world.ts';

// Limits on what a job uses cannot be foreseen as those on time can: the job is looked at again when one may have passed.

/** So many jobs are waited for in a sweep, those first that come to their limit first; and each is looked at so often. */
const mostWaitedFor = 50;
const mostLooks = 6;
/** The next look is this far on the way to the moment that was predicted: by then the pace is known better. */
const shareOfTheWay = 0.75;
/** What is this close is looked at when it should be there. */
const closeMs = 3000;
const leastBetweenMs = 1000;

/** When a job is looked at next: epoch ms. */
function lookAt({ passesAtMs, sample: { atMs } }: Near): number {
  const leftMs = passesAtMs - atMs;
  return atMs + Math.ceil(Math.max(leastBetweenMs, leftMs <= closeMs ? leftMs : shareOfTheWay * leftMs));
}

/**
 * Which of the jobs near a limit are waited for. They are counted as if all of them came over it, beside what is planned:
 * where that would open the breaker none of them is, and none but those whose cancels are within the budgets. So waiting
 * never keeps a job from being cancelled that is over its limit now, and never cancels more than the policy allows.
 */
export function worthWaiting(
  run: Run,
  near: readonly Near[],
  plan: readonly Verdict[],
  now: Circumstances,
): readonly Near[] {
  const inTime = near.filter((one) => lookAt(one) < run.cancelByMs);
  if (inTime.length === 0) return [];
  const owned = inTime.map(({ verdict }) => withOwner(run, verdict));
  const free = new Set(planBeside(run.compiled, plan, owned, now).map(({ job }) => jobName(job)));
  const allowed = inTime.filter(({ verdict }) => free.has(jobName(verdict.job)));
  return allowed.toSorted((a, b) => a.passesAtMs - b.passesAtMs).slice(0, mostWaitedFor);
}

/** The job as it is now; undefined where it is over, or is another one. A look that fails is said. */
async function look(run: Run, known: Job): Promise<Job | 'failed' | undefined> {
  const { signal } = run.acting;
  const leftMs = run.cancelByMs - run.world.clock.now();
  const budget = { untilMs: run.cancelByMs, signal: AbortSignal.any([signal, run.world.clock.after(leftMs)]) };
  try {
    const fresh = await run.opened.sources[known.engine]?.get(known, budget);
    return fresh !== undefined && fresh.state !== 'done' && isSameJob(known, fresh) ? fresh : undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    run.troubles.push(`${jobName(known)} is near a limit, and could not be looked at again: ${error.message}`);
    return 'failed';
  }
}

/** A later prediction: from a fresh record, or from the old one where there is none. Undefined: it is not near any more. */
function predictedAnew(run: Run, near: Near, fresh: Job | 'failed'): Near | undefined {
  const atMs = run.world.clock.now();
  if (fresh !== 'failed') return nearOf(run, { job: fresh, atMs }, near.sample);
  return { ...near, passesAtMs: Math.max(near.passesAtMs, atMs + closeMs), sample: { ...near.sample, atMs } };
}

/** Waits for one job, and looks at it until it is over a limit: then its verdict. Undefined: that was not so in time. */
async function waitFor(run: Run, first: Near): Promise<Verdict | undefined> {
  const { clock } = run.world;
  let near: Near | undefined = first;
  for (let looks = 0; near !== undefined && looks < mostLooks; looks += 1) {
    const atMs = lookAt(near);
    if (atMs >= run.cancelByMs) return undefined;
    await clock.wait(Math.max(0, atMs - clock.now()), run.acting.signal);
    if (clock.now() >= run.cancelByMs) return undefined;
    const fresh = await look(run, first.sample.job);
    if (fresh === undefined || clock.now() >= run.cancelByMs) return undefined;
    const over = fresh === 'failed' ? undefined : judge(run.compiled, fresh, clock.now()).find(isReal);
    if (over !== undefined) return over;
    near = predictedAnew(run, near, fresh);
  }
  return undefined;
}

/**
 * Looks again at the jobs that are waited for, each at its moment, and cancels those that are over their limit by then,
 * as any other: planned and recorded first. Of a job that is not over in time nothing is said, and nothing is used up.
 */
export async function waitForNear(run: Run, near: readonly Near[], late: Late): Promise<readonly Outcome[]> {
  const outcomes = await Promise.all(
    near.map(async (one): Promise<readonly Outcome[]> => {
      const over = await waitFor(run, one);
      const planned = over === undefined ? undefined : await late.plan(over);
      if (planned === undefined) return [];
      return [planned.heldBack === undefined ? await cancelOne(run, planned) : unrecorded(planned)];
    }),
  );
  return outcomes.flat();
}

function unrecorded(verdict: Verdict): Outcome {
  return { verdict, did: 'held-back', why: verdict.heldBack?.why ?? '', job: verdict.job };
}
