import type { TrailEvent } from '../../shared/audit/trail.ts';
import { breakerEvent, sweepEvent, type SweepContext } from '../../shared/audit/sweep-event.ts';
import type { BreakerState } from '../../shared/evaluate/breaker.ts';
import type { Outcome } from '../../shared/jobs/verdict.ts';
import type { LedgerDocument } from '../../shared/ledger/ledger.ts';
import type { Publisher } from './publish.ts';
import type { Sight, TargetReport } from './sight.ts';
import { countBy } from './summary.ts';
import { noticesOf, type News } from './tell.ts';
import { breakerTrouble, targetTroubles, troubleNews, type Standing, type TroubleNews } from './troubles.ts';
import type { Run } from './world.ts';

const heartbeatMs = 3_600_000;

/** What a sweep ends with, before it is summed up. */
export interface Report {
  readonly news: readonly News[];
  readonly outcomes: readonly Outcome[];
  readonly sight: Sight;
  readonly breaker: BreakerState;
  readonly policyTroubles: readonly Standing[];
}

/** What of a report has to be kept in the ledger. */
export type Kept = Pick<LedgerDocument, 'troubles' | 'heartbeatAtMs'>;

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
  const { sight, breaker } = report;
  const open = breaker.open ? [breakerTrouble(context, breaker, sight.seen, limits)] : [];
  const now = [...open, ...targetTroubles(context, sight), ...report.policyTroubles];
  const about = { plannedCancels: breaker.planned, jobsSeen: sight.seen, maxCancels: limits.maxCancels };
  const closed = () =>
    breakerEvent({ name: 'breaker.closed', context, why: 'Fewer cancels are planned again.', ...about });
  return troubleNews(before, now, context.nowMs, closed);
}

/** Publishes what happened: events of troubles, notices, and the heartbeat when something happened or an hour has passed. */
export async function report(run: Run, publisher: Publisher, all: Report, before: LedgerDocument): Promise<Kept> {
  const nowMs = run.world.clock.now();
  const troubles = troublesOf(run, all, before.troubles);
  const notices = noticesOf(all.news, troubles.troubles, run.compiled.policy, { ...run.context, atMs: nowMs });
  const happened = all.news.length > 0 || troubles.events.length > 0 || notices.length > 0;
  const isDue = happened || nowMs - before.heartbeatAtMs >= heartbeatMs;
  await publisher.publish([...troubles.events, ...notices, ...(isDue ? [completed(run, all)] : [])]);
  return { troubles: troubles.standing, heartbeatAtMs: isDue ? nowMs : before.heartbeatAtMs };
}
