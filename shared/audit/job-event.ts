import { jobName } from '../jobs/job.ts';
import type { Measurement, Metric, Outcome, Superseded, Verdict } from '../jobs/verdict.ts';
import { eventType, schemaId, severities, type JobEvent, type JobEventName } from './event.ts';
import { boundedVersion, type PolicyVersion } from './fields.ts';
import type { JobData } from './job-data.ts';
import { jobFacts, ranBy, spentBy } from './job-facts.ts';
import { bounded, idPart, isoTime, isoTimeIfKnown } from './text.ts';

/** What all events about jobs of one sweep share. */
interface JobContext {
  readonly source: string;
  readonly sweepId: string;
  readonly nowMs: number;
  readonly policy: PolicyVersion;
}

/**
 * An event about one job. `sequence` is its number in the case, `attempt` tells apart what happens to the same rule of
 * the same case more than once (attempts to cancel, repeated warnings). `measuredAtMs` is now, and `costUsd` what the
 * verdict measured, where they are left out.
 */
export interface JobEventInput {
  readonly name: JobEventName;
  readonly verdict: Verdict;
  readonly outcome?: Outcome;
  readonly case: string;
  readonly sequence: number;
  readonly attempt: number;
  readonly measuredAtMs?: number;
  readonly costUsd?: number;
  readonly context: JobContext;
}

const units: Readonly<Record<Metric, JobData['rule']['measured'][number]['unit']>> = {
  runTime: 'ms',
  queueTime: 'ms',
  bytesProcessed: 'bytes',
  bytesEstimated: 'bytes',
  slotHours: 'slot hours',
  costSoFar: 'USD',
  costEstimated: 'USD',
};

const sentence = (text: string): string => bounded(text, 1000);
const short = (text: string): string => bounded(text, 300);

/** The audit record of one step in a case. The same input gives the same record, its id included. */
export function jobEvent(input: JobEventInput): JobEvent {
  const { name, context, verdict } = input;
  return {
    specversion: '1.0',
    id: jobEventId(input),
    source: context.source,
    type: eventType(name),
    subject: bounded(jobName(verdict.job), 1100),
    time: isoTime(context.nowMs),
    datacontenttype: 'application/json',
    dataschema: `${schemaId}#/$defs/JobData`,
    case: input.case,
    sequence: input.sequence,
    correlationid: short(context.sweepId),
    severity: severities[name],
    data: dataOf(input),
  };
}

/** `case.event.rule.attempt`; a warning at the earlier line has a part more, so that the one at the limit is another. */
function jobEventId({ name, verdict, case: story, attempt }: JobEventInput): string {
  const parts = [story, name, idPart(verdict.rule), ...(verdict.phase === 'warnAt' ? ['warnAt'] : []), String(attempt)];
  return parts.join('.');
}

function dataOf(input: JobEventInput): JobData {
  const { verdict, outcome, context } = input;
  const job = outcome?.job ?? verdict.job;
  const measuredAtMs = input.measuredAtMs ?? context.nowMs;
  const heldBack = outcome?.verdict.heldBack ?? verdict.heldBack;
  return {
    job: jobFacts(job),
    ranBy: ranBy(job),
    owner: ownerOf(verdict),
    rule: ruleOf(verdict),
    attempt: input.attempt,
    outcome: outcome === undefined ? null : { did: outcome.did, why: sentence(outcome.why) },
    heldBack: heldBack === undefined ? null : { by: heldBack.by, why: sentence(heldBack.why) },
    policy: boundedVersion(context.policy),
    mode: { ...verdict.modes, effective: verdict.mode },
    when: {
      measuredAt: isoTime(measuredAtMs),
      cancelAt: isoTimeIfKnown(verdict.cancelAtMs),
      cancelSentAt: isoTimeIfKnown(outcome?.cancelSentAtMs),
      confirmedAt: isoTimeIfKnown(outcome?.confirmedAtMs),
    },
    result: resultOf(job.end),
    spent: spentBy(job, measuredAtMs, input.costUsd ?? costOf(verdict)),
  };
}

function costOf({ measured }: Verdict): number | undefined {
  return measured.find(({ metric }) => metric === 'costSoFar')?.value;
}

function ownerOf({ owner }: Verdict): JobData['owner'] {
  if (owner === undefined) return null;
  const { slack, email } = owner.reach;
  const reach = { slack: slack && short(slack), email: email && short(email) };
  return { name: short(owner.name), kind: owner.kind, foundBy: sentence(owner.foundBy), reach };
}

function ruleOf(verdict: Verdict): JobData['rule'] {
  return {
    name: short(verdict.rule),
    action: verdict.action,
    phase: verdict.phase,
    because: sentence(verdict.because),
    measured: verdict.measured.slice(0, 20).map(measurementOf),
    superseded: verdict.superseded.slice(0, 20).map(supersededOf),
  };
}

function supersededOf({ rule, action, because }: Superseded): JobData['rule']['superseded'][number] {
  return { name: short(rule), action, because: sentence(because) };
}

function measurementOf({ metric, value, threshold, over, why }: Measurement): JobData['rule']['measured'][number] {
  const isKnown = value !== undefined && Number.isFinite(value);
  return {
    metric,
    unit: units[metric],
    value: isKnown ? value : null,
    threshold,
    over: over ?? null,
    why: why === undefined && !isKnown ? 'The engine did not say.' : why && sentence(why),
  };
}

function resultOf(end: Outcome['job']['end']): JobData['result'] {
  if (end === undefined) return null;
  return { how: end.how, reason: end.reason && short(end.reason), message: end.message && sentence(end.message) };
}
