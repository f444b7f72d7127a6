import type { BreakerState } from '../../shared/evaluate/breaker.ts';
import type { RuleCoverage } from '../../shared/evaluate/coverage.ts';
import { jobName } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Holder, Mode, Outcome } from '../../shared/jobs/verdict.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import type { LogEntry } from '../log.ts';
import type { Measured } from './measured.ts';
import type { Sight, TargetReport } from './sight.ts';

/** What `watch` answers: the sweep in numbers, and everything that went wrong, as sentences. */
export interface Summary extends Measured {
  readonly sweepId: string;
  /** `degraded`: something could not be seen, recorded or confirmed. `failed`: nothing was judged. */
  readonly status: 'ok' | 'degraded' | 'failed';
  readonly mode: Mode;
  readonly startedAt: string;
  readonly tookMs: number;
  readonly policy: {
    readonly standing: PolicyState['standing'];
    readonly sha256?: string;
    readonly problems: readonly Problem[];
  };
  readonly targets: readonly TargetReport[];
  readonly jobsSeen: number;
  /** Targets that have had no jobs for a while, and were not listed this time. */
  readonly quiet?: number;
  /** What each rule covers, by its name. */
  readonly rules: Readonly<Record<string, RuleCoverage>>;
  /** Jobs that this sweep had to do with and that are, or were to their end, over a limit. */
  readonly violations: number;
  /** Cancels that were sent, and those that are proved. */
  readonly cancels: { readonly sent: number; readonly confirmed: number };
  /** Of the jobs over a limit that still go on, the one that began first, and for how long it has gone on. */
  readonly oldestOverLimit?: { readonly job: string; readonly rule: string; readonly forMs: number } | undefined;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly heldBack: Readonly<Record<string, number>>;
  readonly breaker: { readonly open: boolean; readonly why?: string };
  readonly events: { readonly published: number; readonly waiting: number };
  readonly troubles: readonly string[];
}

/** How often each word occurs. */
export function countBy<Item>(
  items: readonly Item[],
  word: (item: Item) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const key = word(item);
    if (key !== undefined) counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

/** Everything that a summary is made of. */
export interface Ending {
  readonly sweepId: string;
  readonly mode: Mode;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly state: PolicyState;
  readonly sight: Sight;
  readonly rules: Summary['rules'];
  readonly measured: Measured;
  readonly outcomes: readonly Outcome[];
  readonly breaker: BreakerState;
  readonly events: Summary['events'];
  readonly troubles: readonly string[];
}

const worrying: ReadonlySet<string> = new Set(['unconfirmed', 'forbidden', 'error']);

function statusOf(ending: Ending): Summary['status'] {
  const { targets } = ending.sight;
  if (targets.length > 0 && targets.every((target) => target.failed !== undefined && target.jobs === 0))
    return 'failed';
  const incomplete = targets.some((target) => !target.complete || target.redacted > 0);
  const unsettled = ending.outcomes.some(({ did, verdict }) => worrying.has(did) || verdict.heldBack?.by === 'record');
  const unwell = ending.troubles.length > 0 || ending.events.waiting > 0 || ending.state.standing !== 'current';
  return incomplete || unsettled || unwell || ending.breaker.open ? 'degraded' : 'ok';
}

/** Cases that ended without any limit being passed now, and jobs that nobody can find, are no violations. */
const isOver: ReadonlySet<string> = new Set(['ended', 'withdrawn', 'gone']);

function violating(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(({ verdict, did }) => verdict.phase === 'limit' && !isOver.has(did));
}

function oldestOf(outcomes: readonly Outcome[], nowMs: number): Summary['oldestOverLimit'] {
  const going = outcomes.flatMap(({ job, verdict }) => {
    const sinceMs = job.startedAtMs ?? job.createdAtMs;
    return job.state === 'done' || sinceMs === undefined ? [] : [{ job, verdict, sinceMs }];
  });
  const [oldest] = going.toSorted((a, b) => a.sinceMs - b.sinceMs);
  if (oldest === undefined) return undefined;
  return { job: jobName(oldest.job), rule: oldest.verdict.rule, forMs: nowMs - oldest.sinceMs };
}

/** Sums a sweep up. */
export function summarise(ending: Ending): Summary {
  const { outcomes, state, breaker } = ending;
  return {
    sweepId: ending.sweepId,
    status: statusOf(ending),
    mode: ending.mode,
    startedAt: new Date(ending.startedAtMs).toISOString(),
    tookMs: ending.endedAtMs - ending.startedAtMs,
    policy: { standing: state.standing, sha256: state.version?.sha256, problems: state.problems },
    targets: ending.sight.targets,
    jobsSeen: ending.sight.seen,
    ...(ending.sight.quiet ? { quiet: ending.sight.quiet } : {}),
    rules: ending.rules,
    violations: new Set(violating(outcomes).map(({ job }) => jobName(job))).size,
    cancels: {
      sent: outcomes.filter(({ cancelSentAtMs }) => cancelSentAtMs !== undefined).length,
      confirmed: outcomes.filter(({ did }) => did === 'cancelled').length,
    },
    oldestOverLimit: oldestOf(violating(outcomes), ending.endedAtMs),
    verdicts: countBy(outcomes, (outcome) => outcome.verdict.action),
    outcomes: countBy(outcomes, (outcome) => outcome.did),
    heldBack: countBy(outcomes, (outcome) => outcome.verdict.heldBack?.by),
    breaker: breaker.open ? { open: true, why: breaker.why } : { open: false },
    events: ending.events,
    troubles: ending.troubles,
    ...ending.measured,
  };
}

/** These sentences come from the policy, and name people. */
const namesPeople: ReadonlySet<Holder> = new Set(['protection', 'exemption', 'freeze', 'opt-out']);

/** The reason of an outcome as far as it may be logged: what an engine says of a failure may quote the statement. */
function loggable({ verdict, did, why, job }: Outcome): string {
  const by = verdict.heldBack?.by;
  if (did === 'held-back' && by !== undefined && namesPeople.has(by)) return `Held back by ${by}.`;
  if (did === 'failed-by-itself') return 'What the engine said of it is in its event.';
  return job.principal === undefined || job.principal === '' ? why : why.replaceAll(job.principal, '(its principal)');
}

/** One decision as a log entry: never the statement, the principal or the owner's address. */
export function decisionLine(sweepId: string, outcome: Outcome, isNews: boolean): LogEntry {
  const { verdict, did, job } = outcome;
  const { action, rule, because, mode, heldBack } = verdict;
  return {
    severity: worrying.has(did) ? 'ERROR' : isNews ? 'NOTICE' : 'DEBUG',
    message: `${jobName(job)} ${because} (rule ${rule}, ${action}): ${did}. ${loggable(outcome)}`,
    event: 'decision',
    sweepId,
    job: { engine: job.engine, project: job.project, location: job.location, id: job.id },
    rule,
    action,
    mode,
    did,
    heldBack: heldBack?.by,
    isNews,
    'logging.googleapis.com/labels': { rule, did, mode },
  };
}
