import type { Problem } from '../jobs/problem.ts';
import type { Mode } from '../jobs/verdict.ts';
import type {
  BreakerEvent,
  EventName,
  JobEventName,
  PolicyEvent,
  StopEvent,
  SweepEvent,
  TargetEvent,
} from './event.ts';
import { eventType, schemaId, severities } from './event.ts';
import { boundedVersion, type PolicyVersion } from './fields.ts';
import { maxChanges, maxRules, type PolicyDifference, type SweepData, type TargetSummary } from './sweep-data.ts';
import { bounded, idPart, isoTime } from './text.ts';

/** What all events of one sweep share. `policy` is the one in force, null when none was ever good. */
export interface SweepContext {
  readonly source: string;
  readonly sweepId: string;
  readonly nowMs: number;
  readonly policy: PolicyVersion | null;
  readonly modes: { readonly setting: Mode; readonly policy: Mode | null };
}

type SweepEventName = Exclude<EventName, JobEventName>;

const maxTargets = 500;
const short = (text: string): string => bounded(text, 300);
const sentence = (text: string): string => bounded(text, 1000);

function attributes(
  name: SweepEventName,
  context: SweepContext,
  about: { subject: string; data: string; id?: string },
) {
  const sweep = idPart(context.sweepId, /^[\w.:@+-]{1,200}$/);
  return {
    specversion: '1.0' as const,
    id: [sweep, name, ...(about.id === undefined ? [] : [about.id])].join('.'),
    source: context.source,
    subject: short(about.subject),
    time: isoTime(context.nowMs),
    datacontenttype: 'application/json' as const,
    dataschema: `${schemaId}#/$defs/${about.data}`,
    correlationid: short(context.sweepId),
    severity: severities[name],
  };
}

function inForce({ policy, modes }: SweepContext, why: string) {
  return {
    policy: policy && boundedVersion(policy),
    mode: { setting: modes.setting, policy: modes.policy },
    why: sentence(why),
  };
}

/** Who closed the breaker by hand, and why; `atMs` is epoch ms. */
export interface ByHand {
  readonly atMs: number;
  readonly reason: string;
  readonly by?: string | undefined;
}

/** The breaker opened or closed; `maxShare` is a part of 1. */
export function breakerEvent(input: {
  readonly name: 'breaker.opened' | 'breaker.closed';
  readonly context: SweepContext;
  readonly why: string;
  readonly plannedCancels: number;
  readonly jobsSeen: number;
  readonly maxCancels: number;
  readonly maxShare?: number;
  readonly closedByHand?: ByHand | undefined;
}): BreakerEvent {
  const { name, context, why, plannedCancels, jobsSeen, maxCancels, maxShare, closedByHand } = input;
  return {
    ...attributes(name, context, { subject: 'breaker', data: 'BreakerData' }),
    type: eventType(name),
    data: {
      ...inForce(context, why),
      plannedCancels,
      jobsSeen,
      maxCancels,
      maxShare,
      closedByHand: closedByHand && byHandOf(closedByHand),
    },
  };
}

function byHandOf({ atMs, reason, by }: ByHand) {
  return { reason: sentence(reason), by: by && short(by), at: isoTime(atMs) };
}

/** Every cancel is stopped by hand from now on, or is not any more; `sinceMs` is epoch ms. */
export function stopEvent(input: {
  readonly name: 'stop.set' | 'stop.cleared';
  readonly context: SweepContext;
  readonly why: string;
  readonly order?: { readonly until: string; readonly reason: string; readonly by?: string | undefined } | undefined;
  readonly sinceMs?: number;
}): StopEvent {
  const { name, context, why, order, sinceMs } = input;
  return {
    ...attributes(name, context, { subject: 'stop', data: 'StopData' }),
    type: eventType(name),
    data: {
      ...inForce(context, why),
      until: order?.until,
      reason: order && sentence(order.reason),
      by: order?.by && short(order.by),
      since: sinceMs === undefined ? undefined : isoTime(sinceMs),
    },
  };
}

/** A policy was rejected, with its problems, or came into force, with what it changed. `subject` is that policy. */
export function policyEvent(input: {
  readonly name: 'policy.rejected' | 'policy.changed';
  readonly context: SweepContext;
  readonly why: string;
  readonly subject: PolicyVersion;
  readonly problems?: readonly Problem[];
  readonly difference?: Omit<PolicyDifference, 'moreChanges'>;
}): PolicyEvent {
  const { name, context, why, subject, problems = [], difference } = input;
  return {
    ...attributes(name, context, { subject: subject.where, data: 'PolicyData' }),
    type: eventType(name),
    data: {
      ...inForce(context, why),
      subject: boundedVersion(subject),
      problems: problems.slice(0, 20).map(problemOf),
      moreProblems: Math.max(0, problems.length - 20),
      difference: difference && boundedDifference(difference),
    },
  };
}

function boundedDifference({
  before,
  known,
  harsher,
  changes,
}: Omit<PolicyDifference, 'moreChanges'>): PolicyDifference {
  return {
    before: { sha256: short(before.sha256) },
    known,
    harsher,
    changes: changes
      .slice(0, maxChanges)
      .map(({ effect, where, says }) => ({ effect, where: short(where), says: sentence(says) })),
    moreChanges: Math.max(0, changes.length - maxChanges),
  };
}

function problemOf({ code, severity, where, line, says, try: cure }: Problem) {
  return { code: short(code), severity, where: short(where), line, says: sentence(says), try: sentence(cure) };
}

/** A target could not be listed, or not completely. */
export function targetEvent(input: {
  readonly context: SweepContext;
  readonly target: string;
  readonly why: string;
  readonly failure?: string;
  readonly retryable?: boolean;
}): TargetEvent {
  const { context, target, why, failure, retryable } = input;
  return {
    ...attributes('target.failed', context, { subject: target, data: 'TargetData', id: idPart(target) }),
    type: eventType('target.failed'),
    data: { ...inForce(context, why), target: short(target), failure: failure && short(failure), retryable },
  };
}

/** One pass over all targets, in numbers. `counts` are the sweep's own words for what it counted. */
export function sweepEvent(input: {
  readonly context: SweepContext;
  readonly why: string;
  readonly startedAtMs: number;
  readonly targets: readonly TargetSummary[];
  readonly counts: Readonly<Record<string, number>>;
  readonly rules: NonNullable<SweepData['rules']>;
  readonly troubles: readonly string[];
}): SweepEvent {
  const { context, why, startedAtMs, targets, counts, rules, troubles } = input;
  return {
    ...attributes('sweep.completed', context, { subject: context.sweepId, data: 'SweepData' }),
    type: eventType('sweep.completed'),
    data: {
      ...inForce(context, why),
      startedAt: isoTime(startedAtMs),
      durationMs: Math.max(0, context.nowMs - startedAtMs),
      targets: targets.slice(0, maxTargets).map(summaryOf),
      moreTargets: Math.max(0, targets.length - maxTargets),
      counts,
      rules: boundedRules(rules),
      troubles: troubles.slice(0, 50).map(sentence),
    },
  };
}

function boundedRules(rules: NonNullable<SweepData['rules']>): NonNullable<SweepData['rules']> {
  const all = Object.entries(rules).toSorted(([, a], [, b]) => b.over - a.over || b.jobs - a.jobs);
  return Object.fromEntries(all.slice(0, maxRules).map(([name, covered]) => [short(name), covered]));
}

function summaryOf(target: TargetSummary): SweepData['targets'][number] {
  const unreachable = target.unreachable.slice(0, 50).map(short);
  return { ...target, name: short(target.name), unreachable, why: target.why && sentence(target.why) };
}
