import type { BreakerState } from '../../shared/evaluate/breaker.ts';
import { jobName } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Holder, Mode, Outcome } from '../../shared/jobs/verdict.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import type { LogEntry } from '../log.ts';
import type { Sight, TargetReport } from './sight.ts';

/** What `watch` answers: the sweep in numbers, and everything that went wrong, as sentences. */
export interface Summary {
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
    verdicts: countBy(outcomes, (outcome) => outcome.verdict.action),
    outcomes: countBy(outcomes, (outcome) => outcome.did),
    heldBack: countBy(outcomes, (outcome) => outcome.verdict.heldBack?.by),
    breaker: breaker.open ? { open: true, why: breaker.why } : { open: false },
    events: ending.events,
    troubles: ending.troubles,
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

/** The one line that ends every sweep. */
export function completedLine(summary: Summary): LogEntry {
  const severity = summary.status === 'ok' ? 'INFO' : summary.status === 'degraded' ? 'WARNING' : 'ERROR';
  const did = Object.entries(summary.outcomes).map(([word, count]) => `${count} ${word}`);
  const said = did.length === 0 ? 'nothing to do' : did.join(', ');
  return {
    ...summary,
    severity,
    message: `Sweep ${summary.status}: ${summary.jobsSeen} jobs in ${summary.targets.length} targets, ${said}.`,
    event: 'sweep.completed',
    'logging.googleapis.com/labels': { status: summary.status, mode: summary.mode },
  };
}
