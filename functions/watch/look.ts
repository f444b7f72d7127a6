import { EngineError } from '../../shared/engines/engine.ts';
import { judge, needsLook } from '../../shared/evaluate/evaluate.ts';
import { isSameJob, jobName, type Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { isBeingCancelled, type Case } from '../../shared/ledger/case.ts';
import { see, type Sight } from './sight.ts';
import { inParallel } from './parallel.ts';
import type { Run } from './world.ts';
import { namedTargets } from '../../shared/evaluate/compile.ts';

/** What a sweep found: the verdicts, by job, and what was seen of the targets. */
export interface Found {
  readonly sight: Sight;
  readonly verdicts: readonly Verdict[];
}

const maxFetches = 50;
const fetchesAtOnce = 8;
const retryForbiddenMs = 3_600_000;

/** A job whose cancel is under way, or was refused within the hour, is left to the follow-up. */
function isLeftAlone(known: Case | undefined, nowMs: number): boolean {
  if (known === undefined) return false;
  return isBeingCancelled(known) || (known.state === 'forbidden' && nowMs - known.updatedAtMs < retryForbiddenMs);
}

interface Candidate {
  readonly job: Job;
  readonly verdicts: readonly Verdict[];
}

function urgency(run: Run, { verdicts }: Candidate): number {
  if (verdicts.some((verdict) => verdict.action === 'cancel' && run.book.isNews(verdict))) return 0;
  return verdicts.some((verdict) => run.book.isNews(verdict)) ? 1 : 2;
}

/** The verdicts on the job's full record; on the listed one where that cannot be had. A job that ended meanwhile has none. */
async function closer(run: Run, { job, verdicts }: Candidate): Promise<readonly Verdict[]> {
  try {
    const fresh = await run.opened.sources[job.engine]?.get(job, run.listing);
    if (fresh === undefined || fresh.state === 'done') return [];
    if (isSameJob(job, fresh)) return judge(run.compiled, fresh, run.world.clock.now());
    run.troubles.push(`${jobName(job)} is not judged: its creation time or principal is missing or has changed.`);
    return [];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    run.troubles.push(`${jobName(job)} could not be looked at more closely: ${error.message}`);
    return verdicts;
  }
}

/** Jobs with news, and jobs that the list alone cannot decide, are fetched; the rest keeps what the list said. */
async function lookCloser(run: Run, candidates: readonly Candidate[]): Promise<readonly Verdict[]> {
  const wanted = candidates.filter((one) => one.verdicts.length === 0 || urgency(run, one) < 2);
  const fetched = new Set(wanted.toSorted((a, b) => urgency(run, a) - urgency(run, b)).slice(0, maxFetches));
  const verdicts = await inParallel(candidates, fetchesAtOnce, async (one) =>
    fetched.has(one) ? closer(run, one) : one.verdicts,
  );
  return verdicts.flat();
}

/** Lists all targets, judges every job as its page arrives, and looks more closely at those that break a rule. */
export async function find(run: Run): Promise<Found> {
  const candidates: Candidate[] = [];
  const { clock } = run.world;
  const sight = await see(namedTargets(run.compiled.policy), run.opened.sources, run.listing, (job) => {
    const nowMs = clock.now();
    const known = run.book.caseOf(job);
    if (isLeftAlone(known, nowMs)) return;
    const verdicts = judge(run.compiled, job, nowMs);
    if (verdicts.length === 0 && !needsLook(run.compiled, job, nowMs)) return;
    // A list may show a job for a while after its end: once its story is over, only its own record counts.
    candidates.push({ job, verdicts: known?.state === 'closed' ? [] : verdicts });
  });
  return { sight, verdicts: await lookCloser(run, candidates) };
}
