import { caseId } from '../../shared/audit/event.ts';
import { queryHash } from '../../shared/audit/query.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { End, HeldBack, Outcome } from '../../shared/jobs/verdict.ts';
import { closedByHand } from '../../shared/ledger/closed-by-hand.ts';
import type { LedgerDocument, TargetHealth } from '../../shared/ledger/document.ts';
import type { Run } from './world.ts';

const maxSkewMs = 60_000;
const maxFailures = 3;
const observeMs = 600_000;

function clockTrouble(run: Run): HeldBack | undefined {
  const skews = Object.values(run.opened.sources).map((source) => source?.clockSkewMs?.() ?? 0);
  const worst = Math.max(0, ...skews.map(Math.abs));
  if (worst <= maxSkewMs) return undefined;
  return { by: 'clock', why: `The clock of Jobwarden and that of the engine are ${Math.round(worst / 1000)} s apart.` };
}

function failureTrouble({ observeUntilMs }: LedgerDocument, nowMs: number): HeldBack | undefined {
  if (nowMs >= observeUntilMs) return undefined;
  return { by: 'failures', why: 'Cancels failed in several targets; nothing is cancelled for ten minutes.' };
}

/** What keeps the whole sweep from cancelling: what was stopped by hand, a clock that is off, failures in several targets. */
export function standstillOf(run: Run, stopped: HeldBack | undefined): HeldBack | undefined {
  const byHand = stopped && { by: stopped.by, why: stopped.why };
  return byHand ?? clockTrouble(run) ?? failureTrouble(run.before.document, run.world.clock.now());
}

/**
 * In how many jobs the same query of the same principal was cancelled before this one; undefined where its statement
 * should be known and is not.
 */
export function retriesIn(attempts: LedgerDocument['attempts'], job: Job, sinceMs: number): number | undefined {
  const hash = queryHash(job);
  if (hash === undefined) return job.jobType === undefined || job.jobType === 'query' ? undefined : 0;
  const own = caseId(job);
  const isSame = (one: LedgerDocument['attempts'][number]) =>
    one.queryHash === hash && one.principal === job.principal && one.atMs > sinceMs && one.case !== own;
  return new Set(attempts.filter(isSame).map((one) => one.case)).size;
}

/** What this sweep's plan depends on beside the policy: the past from the ledger, what is stopped by hand, the clock. */
export function circumstancesOf(run: Run, seen: number, stopped: HeldBack | undefined): Circumstances {
  const { document } = run.before;
  const nowMs = run.world.clock.now();
  const standstill = standstillOf(run, stopped);
  const failing = Object.entries(document.targets).filter(([, { observeUntilMs }]) => nowMs < observeUntilMs);
  const said = 'Three cancels in a row failed in this target; it is only observed for ten minutes.';
  return {
    seen,
    nowMs,
    attempts: document.attempts,
    ...(standstill === undefined ? {} : { standstill }),
    failing: new Map(failing.map(([target]) => [target, said])),
    breakerClosed: closedByHand(document, nowMs) !== undefined,
    wasObserved: (verdict) => verdict.mode === 'observe' && !run.book.isNews(verdict),
    retriesOf: (job, withinMs) => retriesIn(document.attempts, job, nowMs - withinMs),
  };
}

const failures: ReadonlySet<End> = new Set(['error', 'forbidden']);

/** Only a cancel that is proved ends a row of failures; it does not shorten the time in which nothing is tried. */
function healthAfter({ failures: before, observeUntilMs }: TargetHealth, did: End, nowMs: number): TargetHealth {
  if (did === 'cancelled') return { failures: 0, observeUntilMs };
  if (!failures.has(did)) return { failures: before, observeUntilMs };
  return before + 1 < maxFailures
    ? { failures: before + 1, observeUntilMs }
    : { failures: 0, observeUntilMs: nowMs + observeMs };
}

/** The health of the targets after the cancels of a sweep: three failures in a row, or two such targets, mean observe. */
export function healthOf(
  before: Pick<LedgerDocument, 'targets' | 'observeUntilMs'>,
  outcomes: readonly Outcome[],
  nowMs: number,
): Pick<LedgerDocument, 'targets' | 'observeUntilMs'> {
  const targets = { ...before.targets };
  for (const { did, verdict, cancelSentAtMs } of outcomes) {
    const { target } = verdict.job;
    const health = targets[target] ?? { failures: 0, observeUntilMs: 0 };
    if (cancelSentAtMs !== undefined) targets[target] = healthAfter(health, did, nowMs);
  }
  const failing = Object.values(targets).filter((one) => one.observeUntilMs > nowMs);
  const observeUntilMs =
    failing.length >= 2 ? Math.max(...failing.map((one) => one.observeUntilMs)) : before.observeUntilMs;
  const kept = Object.entries(targets).filter(([, one]) => one.failures > 0 || one.observeUntilMs > nowMs);
  return { targets: Object.fromEntries(kept), observeUntilMs };
}
