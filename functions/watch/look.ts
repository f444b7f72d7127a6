import { EngineError } from '../../shared/engines/engine.ts';
import { coverageOf, type RuleCoverage } from '../../shared/evaluate/coverage.ts';
import { needsLook } from '../../shared/evaluate/evaluate.ts';
import { isSameJob, jobName, type Job } from '../../shared/jobs/job.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { caseId } from '../../shared/audit/event.ts';
import { isBeingCancelled, isLeftAlone } from '../../shared/ledger/case.ts';
import { see, unfound, type Sight } from './sight.ts';
import { sweepTimes } from './clock.ts';
import { foreseeing, type Foreseen } from './foresee.ts';
import { isReal } from './intend.ts';
import { nearAsListed, type Near } from './near.ts';
import { inParallel } from './parallel.ts';
import { judgeWithin } from './soon.ts';
import type { Run } from './world.ts';
import { namedTargets } from '../../shared/evaluate/compile.ts';

/** What a sweep found: the verdicts, by job, and what was seen of the targets. */
export interface Found {
  readonly sight: Sight;
  readonly verdicts: readonly Verdict[];
  /** Jobs that may come to break a limit on what they use before the sweep is over, and are not cancelled anyway. */
  readonly near: readonly Near[];
  /** Jobs that will be due after the last moment to cancel, and before the next sweep may have listed them. */
  readonly foreseen: Foreseen;
  /** Cases whose jobs were listed, and the jobs of those that break no rule any more. */
  readonly seen: ReadonlySet<string>;
  readonly innocent: ReadonlyMap<string, Job>;
  /** What each rule covers, by the jobs as they were listed. */
  readonly rules: Readonly<Record<string, RuleCoverage>>;
}

const maxFetches = 50;
const fetchesAtOnce = 8;

interface Candidate {
  readonly job: Job;
  readonly verdicts: readonly Verdict[];
}

function urgency(run: Run, { verdicts }: Candidate): number {
  if (verdicts.some((verdict) => verdict.action === 'cancel' && run.book.isNews(verdict))) return 0;
  return verdicts.some((verdict) => run.book.isNews(verdict)) ? 1 : 2;
}

/** A list may show a job for a while after its end; one whose end is not known might go on, and nobody would hear of it. */
function sayUnknown(run: Run, job: Job): void {
  if (run.book.caseOf(job)?.state === 'closed') return;
  const says = `is listed as ${job.state}, but the engine says that there is no such job: it is not judged.`;
  run.troubles.push(`${jobName(job)} ${says}`);
}

/** The verdicts on the job's full record; on the listed one where that cannot be had. A job that ended meanwhile has none. */
async function closer(run: Run, { job, verdicts }: Candidate): Promise<readonly Verdict[]> {
  try {
    const fresh = await run.opened.sources[job.engine]?.get(job, run.listing);
    if (fresh?.state === 'done') return [];
    if (fresh === undefined) {
      sayUnknown(run, job);
      return [];
    }
    if (isSameJob(job, fresh)) return judgeWithin(run, fresh);
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

/** Collects, job by job, what a listing shows. */
function collector(run: Run) {
  const candidates = new Map<string, Candidate>();
  const seen = new Set<string>();
  const innocent = new Map<string, Job>();
  const near = new Map<string, Near>();
  const isNear = nearAsListed(run);
  const foreseen = foreseeing(run);
  const coverage = coverageOf(run.compiled, run.world.clock.now());
  const elsewhere = run.part.elsewhere();
  const onJob = (job: Job): void => {
    coverage.note(job);
    if (elsewhere.size > 0 && elsewhere.has(caseId(job))) return;
    const nowMs = run.world.clock.now();
    const known = run.book.caseOf(job);
    if (known !== undefined) seen.add(known.id);
    if (isLeftAlone(known, nowMs)) return;
    const verdicts = judgeWithin(run, job);
    const isDue = verdicts.some(isReal);
    const soon = isDue ? undefined : isNear(job, known);
    if (soon !== undefined) near.set(jobName(job), soon);
    if (!isDue) foreseen.onJob(job);
    const isOpen = verdicts.length > 0 || needsLook(run.compiled, job, nowMs);
    if (!isOpen && known !== undefined && !isBeingCancelled(known)) innocent.set(known.id, job);
    // A list may show a job for a while after its end: once its story is over, only its own record counts.
    // By its name, because a list that changes while it is read may show a job twice.
    if (isOpen) candidates.set(jobName(job), { job, verdicts: known?.state === 'closed' ? [] : verdicts });
  };
  return { candidates, seen, innocent, near, foreseen, coverage, onJob };
}

/** All targets of its part; those that had jobs in the last sweep come first, so that what can be found is found early. */
export function targetsOf({ compiled: { policy, deployment }, world: { active }, part }: Run) {
  const all = namedTargets(policy, deployment.found).filter(({ name }) => part.looksIn(name));
  const hadJobs = ({ name }: { readonly name: string }) => active?.has(name) === true;
  return [...all.filter(hadJobs), ...all.filter((target) => !hadJobs(target))];
}

function noteActive({ world: { active } }: Run, { targets }: Sight): void {
  active?.clear();
  for (const { target, jobs } of targets) if (jobs > 0) active?.add(target);
}

/** Lists all targets, judges every job as its page arrives, and looks more closely at those that break a rule. */
export async function find(run: Run): Promise<Found> {
  const { candidates, seen, innocent, near, foreseen, coverage, onJob } = collector(run);
  const beganMs = run.world.clock.now();
  const budget = { ...run.listing, patience: () => run.world.clock.after(sweepTimes.patienceMs) };
  const all = targetsOf(run);
  const due = run.world.quiet?.due(all, run.compiled, run.startedAtMs) ?? all;
  const seenOf = await see(due, run.opened.sources, budget, onJob);
  const lost = run.discovered.failed.map(({ target, why }) => unfound(target, why));
  const sight = {
    ...seenOf,
    quiet: all.length - due.length,
    targets: [...seenOf.targets, ...lost, ...run.part.others],
  };
  noteActive(run, seenOf);
  run.world.quiet?.note(seenOf.targets, new Set(all.map(({ name }) => name)), run.startedAtMs);
  const verdicts = await lookCloser(run, [...candidates.values()]);
  for (const { job } of verdicts) innocent.delete(caseId(job));
  for (const verdict of verdicts) if (isReal(verdict)) near.delete(jobName(verdict.job));
  const left = { near: [...near.values()], foreseen: foreseen.until(run.world.clock.now() - beganMs) };
  return { sight, verdicts, ...left, seen, innocent, rules: coverage.rules() };
}
