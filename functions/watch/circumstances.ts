import { queryHash } from '../../shared/audit/query.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import type { HeldBack, Outcome } from '../../shared/jobs/verdict.ts';
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

/** What this sweep's plan depends on beside the policy: the past from the ledger, the stop switch, the clock. */
export async function circumstancesOf(run: Run, seen: number): Promise<Circumstances> {
  const { document } = run.before;
  const nowMs = run.world.clock.now();
  const standstill = (await run.world.stop()) ?? clockTrouble(run) ?? failureTrouble(document, nowMs);
  const failing = Object.entries(document.targets).filter(([, { observeUntilMs }]) => nowMs < observeUntilMs);
  const said = 'Three cancels in a row failed in this target; it is only observed for ten minutes.';
  return {
    seen,
    nowMs,
    attempts: document.attempts,
    ...(standstill === undefined ? {} : { standstill }),
    failing: new Map(failing.map(([target]) => [target, said])),
    breakerClosed: document.breakerClosed !== undefined,
    retriesOf: (job, withinMs) => {
      const hash = queryHash(job);
      const isSame = (one: LedgerDocument['attempts'][number]) =>
        hash !== undefined && one.queryHash === hash && one.principal === job.principal && nowMs - one.atMs < withinMs;
      return document.attempts.filter(isSame).length;
    },
  };
}

function healthAfter(health: TargetHealth | undefined, failed: boolean, nowMs: number): TargetHealth {
  if (!failed) return { failures: 0, observeUntilMs: 0 };
  const failures = (health?.failures ?? 0) + 1;
  const observeUntilMs = failures >= maxFailures ? nowMs + observeMs : (health?.observeUntilMs ?? 0);
  return { failures: failures >= maxFailures ? 0 : failures, observeUntilMs };
}

/** The health of the targets after the cancels of a sweep: three failures in a row, or two such targets, mean observe. */
export function healthOf(
  before: Pick<LedgerDocument, 'targets' | 'observeUntilMs'>,
  outcomes: readonly Outcome[],
  nowMs: number,
): Pick<LedgerDocument, 'targets' | 'observeUntilMs'> {
  const targets = { ...before.targets };
  for (const { did, verdict, cancelSentAtMs } of outcomes) {
    if (cancelSentAtMs === undefined) continue;
    const failed = did === 'error' || did === 'forbidden';
    targets[verdict.job.target] = healthAfter(targets[verdict.job.target], failed, nowMs);
  }
  const failing = Object.values(targets).filter((one) => one.observeUntilMs > nowMs);
  const observeUntilMs =
    failing.length >= 2 ? Math.max(...failing.map((one) => one.observeUntilMs)) : before.observeUntilMs;
  const kept = Object.entries(targets).filter(([, one]) => one.failures > 0 || one.observeUntilMs > nowMs);
  return { targets: Object.fromEntries(kept), observeUntilMs };
}
