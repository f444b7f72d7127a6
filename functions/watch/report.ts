import type { TrailEvent } from '../../shared/audit/trail.ts';
import { sweepEvent, type SweepContext } from '../../shared/audit/sweep-event.ts';
import type { Circumstances } from '../../shared/evaluate/circumstances.ts';
import type { Plan } from '../../shared/evaluate/safety.ts';
import type { Holder, Outcome } from '../../shared/jobs/verdict.ts';
import { closedByHand } from '../../shared/ledger/closed-by-hand.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { Stopped } from '../../shared/ledger/stop.ts';
import { breakerClosing } from './breaker-closing.ts';
import type { Found } from './look.ts';
import type { PolicyChange } from './policy-change.ts';
import type { Sight, TargetReport } from './sight.ts';
import { stopCleared, stopTrouble } from './stopped.ts';
import { countBy } from './summary.ts';
import { tell, type News } from './tell.ts';
import { breakerTrouble, targetTroubles, troubleNews, type Standing, type TroubleNews } from './troubles.ts';
import {
  exemptionTroubles,
  failingTroubles,
  rememberedRetries,
  retryTroubles,
  standstillTrouble,
  stuckTroubles,
} from './warnings.ts';
import type { Run } from './world.ts';

const heartbeatMs = 3_600_000;

/** What is known of a sweep once its plan stands. */
export interface Report {
  /** What has been settled so far. */
  readonly news: readonly News[];
  readonly sight: Sight;
  readonly plan: Plan;
  readonly now: Circumstances;
  /** Who closed the breaker by hand, as far as that holds for the plan. */
  readonly closed: LedgerDocument['breakerClosed'];
  /** What stopped every cancel when the plan was made. */
  readonly stopped: Stopped | undefined;
  /** What is handed over to the next sweep. */
  readonly foreseen: LedgerDocument['foreseen'];
  readonly policyTroubles: readonly Standing[];
  readonly policyChange: PolicyChange | undefined;
}

/** What of a report has to be kept in the ledger. */
export type Kept = Pick<LedgerDocument, 'troubles' | 'breakerClosed' | 'policySeen' | 'daily' | 'foreseen'>;

/** What a report says, and what of it is kept. */
export interface Said {
  readonly events: readonly TrailEvent[];
  readonly kept: Kept;
  /** What the troubles that stand inhibit, for what is told later in this sweep. */
  readonly inhibits: readonly Holder[];
}

/** What every event of the sweep as a whole says. */
export function eventContext(run: Run): SweepContext {
  const { setting } = run.compiled.deployment;
  return { ...run.context, nowMs: run.world.clock.now(), modes: { setting, policy: run.compiled.policy.mode } };
}

function targetSummary({ target, jobs, redacted, complete, unreadable, unreachable, failed }: TargetReport) {
  return { name: target, complete, jobs, redacted, unreadable: unreadable.length, unreachable, why: failed };
}

/** What a sweep came to, for its last event. */
interface Ended {
  readonly sight: Sight;
  readonly rules: Found['rules'];
  readonly outcomes: readonly Outcome[];
}

function completed(run: Run, { sight, rules, outcomes }: Ended): TrailEvent {
  const counts = { jobs: sight.seen, ...countBy(outcomes, ({ did }) => did) };
  const targets = sight.targets.map(targetSummary);
  const why = 'The sweep came to its end.';
  return sweepEvent({
    context: eventContext(run),
    why,
    startedAtMs: run.startedAtMs,
    targets,
    counts,
    rules,
    troubles: run.troubles,
  });
}

/** What stands in this sweep. A breaker that was closed by hand for this sweep does not. */
function standingIn(run: Run, report: Report, context: SweepContext): readonly Standing[] {
  const { policy } = run.compiled;
  const { sight, plan, now: around, stopped } = report;
  const isOpen = plan.breaker.open && !around.breakerClosed;
  const still = around.standstill === undefined ? [] : [standstillTrouble(around.standstill)];
  return [
    ...(isOpen ? [breakerTrouble(context, plan.breaker, around.seen, policy.breaker)] : []),
    ...(stopped === undefined ? still : [stopTrouble(context, stopped)]),
    ...failingTroubles(around.failing),
    ...stuckTroubles(run.book.open(), context.nowMs),
    ...retryTroubles(policy, plan.verdicts, around),
    ...exemptionTroubles(policy, context.nowMs),
    ...targetTroubles(context, sight),
    ...report.policyTroubles,
    ...run.lookups.troubles,
  ];
}

/** What concerns all of Jobwarden: one part of a fleet says it, and not each of them. */
const isForAll = ({ key }: Standing) => /^(?:breaker$|standstill:stop|exemption:|policy:|lookup:)/.test(key);

function troublesOf(run: Run, report: Report, before: LedgerDocument): TroubleNews {
  const context = eventContext(run);
  const { plan, now: around } = report;
  const { speaks } = run.part;
  const all = standingIn(run, report, context);
  const now = all.filter((one) => speaks || !isForAll(one));
  const isByHand = around.breakerClosed && plan.breaker.open;
  const byHand = isByHand ? report.closed : undefined;
  const about = { seen: around.seen, limits: run.compiled.policy.breaker, byHand };
  const closed = () => breakerClosing(context, plan, about);
  const news = troubleNews(before.troubles, now, context.nowMs, closed);
  // One that was closed before it could open is on record as well.
  const ahead = speaks && isByHand && before.troubles['breaker'] === undefined ? [closed()] : [];
  const standing = { ...rememberedRetries(run.compiled.policy, before.troubles, context.nowMs), ...news.standing };
  const inhibits = all.flatMap(({ trouble }) => trouble.standsFor ?? []);
  const events = [...news.events, ...ahead, ...stopCleared(before.troubles, now, context)];
  return { ...news, inhibits, standing, events };
}

/** What has to be kept of the sweep as a whole. A closing of the breaker by hand is kept until it was needed, or is over. */
function keptOf(
  run: Run,
  { plan, foreseen }: Report,
  before: LedgerDocument,
  nowMs: number,
): Omit<Kept, 'troubles' | 'daily'> {
  const { sha256 } = run.context.policy;
  const isOver = plan.breaker.open || closedByHand(before, nowMs) === undefined;
  return {
    breakerClosed: isOver ? undefined : before.breakerClosed,
    policySeen: before.policySeen?.sha256 === sha256 ? before.policySeen : { sha256, sinceMs: nowMs },
    foreseen,
  };
}

/** What there is to say once the plan stands: events of troubles, and the notices of all that was settled so far. */
export function report(run: Run, all: Report): Said {
  const before = run.before.document;
  const troubles = troublesOf(run, all, before);
  const { event, trouble } = all.policyChange ?? {};
  const told = tell(run, {
    news: all.news,
    troubles: [...(trouble === undefined ? [] : [trouble]), ...troubles.troubles],
    inhibits: troubles.inhibits,
    daily: before.daily,
  });
  const kept = keptOf(run, all, before, run.world.clock.now());
  return {
    events: [...(event === undefined ? [] : [event]), ...troubles.events, ...told.events],
    kept: { troubles: { ...troubles.standing }, ...kept, daily: told.daily },
    inhibits: troubles.inhibits,
  };
}

/** How a sweep ends: the notices of what came after its report, and the heartbeat, where anything happened or an hour passed. */
export function ending(
  run: Run,
  about: Ended & { readonly later: readonly News[]; readonly said: Said },
  hasHappened: boolean,
): { readonly events: readonly TrailEvent[] } & Pick<LedgerDocument, 'heartbeatAtMs' | 'daily'> {
  const { heartbeatAtMs } = run.before.document;
  const { inhibits, kept } = about.said;
  const nowMs = run.world.clock.now();
  const { events, daily } = tell(run, { news: about.later, troubles: [], inhibits, daily: kept.daily });
  const isDue = run.part.speaks && nowMs - heartbeatAtMs >= heartbeatMs;
  if (!hasHappened && !isDue) return { events, heartbeatAtMs, daily };
  return { events: [...events, completed(run, about)], heartbeatAtMs: nowMs, daily };
}
