import type { TrailEvent } from '../../shared/audit/trail.ts';
import { breakerEvent, sweepEvent, type SweepContext } from '../../shared/audit/sweep-event.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import type { Plan } from '../../shared/evaluate/safety.ts';
import type { Outcome } from '../../shared/jobs/verdict.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { NoticeEvent } from '../../shared/notices/event.ts';
import type { Sight, TargetReport } from './sight.ts';
import { countBy } from './summary.ts';
import { noticesOf, type News } from './tell.ts';
import { breakerTrouble, targetTroubles, troubleNews, type Standing, type TroubleNews } from './troubles.ts';
import { exemptionTroubles, retryTroubles, standstillTrouble } from './warnings.ts';
import type { Run } from './world.ts';

const heartbeatMs = 3_600_000;

/** What a sweep ends with, before it is summed up. */
export interface Report {
  readonly news: readonly News[];
  readonly outcomes: readonly Outcome[];
  readonly sight: Sight;
  readonly plan: Plan;
  readonly now: Circumstances;
  readonly policyTroubles: readonly Standing[];
}

/** What of a report has to be kept in the ledger. */
export type Kept = Pick<LedgerDocument, 'troubles' | 'heartbeatAtMs' | 'breakerClosed'>;

/** What every event of the sweep as a whole says. */
export function eventContext(run: Run): SweepContext {
  const { setting } = run.compiled.deployment;
  return { ...run.context, nowMs: run.world.clock.now(), modes: { setting, policy: run.compiled.policy.mode } };
}

function targetSummary({ target, jobs, redacted, complete, unreadable, unreachable, failed }: TargetReport) {
  return { name: target, complete, jobs, redacted, unreadable: unreadable.length, unreachable, why: failed };
}

function completed(run: Run, { sight, outcomes }: Report): TrailEvent {
  const counts = { jobs: sight.seen, ...countBy(outcomes, ({ did }) => did) };
  const targets = sight.targets.map(targetSummary);
  const why = 'The sweep came to its end.';
  return sweepEvent({
    context: eventContext(run),
    why,
    startedAtMs: run.startedAtMs,
    targets,
    counts,
    troubles: run.troubles,
  });
}

function troublesOf(run: Run, report: Report, before: LedgerDocument['troubles']): TroubleNews {
  const context = eventContext(run);
  const { breaker: limits } = run.compiled.policy;
  const { sight, plan, now: around } = report;
  const { breaker } = plan;
  const open = breaker.open && !around.breakerClosed ? [breakerTrouble(context, breaker, sight.seen, limits)] : [];
  const still = around.standstill === undefined ? [] : [standstillTrouble(around.standstill)];
  const { policy } = run.compiled;
  const now = [
    ...open,
    ...still,
    ...retryTroubles(policy, plan.verdicts, around),
    ...exemptionTroubles(policy, context.nowMs),
    ...targetTroubles(context, sight),
    ...report.policyTroubles,
  ];
  const about = { plannedCancels: breaker.planned, jobsSeen: sight.seen, maxCancels: limits.maxCancels };
  const closed = () =>
    breakerEvent({ name: 'breaker.closed', context, why: 'Fewer cancels are planned again.', ...about });
  return troubleNews(before, now, context.nowMs, closed);
}

/** The told marks of the notices that warn: from their receipts the graces count. */
function markTold(run: Run, notices: readonly NoticeEvent[], atMs: number): void {
  for (const { data } of notices) {
    if (data.phase !== 'warned') continue;
    for (const job of data.jobs) run.book.told([job.case], job.rule, { noticeId: data.id, atMs });
  }
}

/** What the sweep as a whole has to say: events of troubles, notices, and the heartbeat; and what of it is kept. */
export function report(
  run: Run,
  all: Report,
  before: LedgerDocument,
): { readonly events: readonly TrailEvent[]; readonly kept: Kept } {
  const nowMs = run.world.clock.now();
  const troubles = troublesOf(run, all, before.troubles);
  const notices = noticesOf(all.news, troubles.troubles, run.compiled.policy, { ...run.context, atMs: nowMs });
  markTold(run, notices, nowMs);
  const happened = all.news.length > 0 || troubles.events.length > 0 || notices.length > 0;
  const isDue = happened || nowMs - before.heartbeatAtMs >= heartbeatMs;
  const breakerClosed = before.breakerClosed !== undefined && all.plan.breaker.open ? undefined : before.breakerClosed;
  return {
    events: [...troubles.events, ...notices, ...(isDue ? [completed(run, all)] : [])],
    kept: { troubles: { ...troubles.standing }, heartbeatAtMs: isDue ? nowMs : before.heartbeatAtMs, breakerClosed },
  };
}
