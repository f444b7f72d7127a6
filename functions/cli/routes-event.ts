import { auditEventSchema, eventName, type AuditEvent, type JobEvent } from '../../shared/audit/event.ts';
import type { JobData } from '../../shared/audit/job-data.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import type { Tidings, Trouble } from '../../shared/notices/digest.ts';
import type { Tell } from '../../shared/notices/notice-job.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import type { Owned } from './told.ts';

/** An event as a sweep would tell it, or in words why it is none. */
export type EventRead =
  | { readonly tidings: Tidings; readonly name: string; readonly atMs: number; readonly job?: Job }
  | { readonly why: string };

const msOf = (time: string | undefined) => (time === undefined ? undefined : Date.parse(time));

/** The job of an event: everything that an event says of it, which leaves out its statement. */
function jobOf({ job, ranBy, result }: JobData): Job {
  const { name: _, createdAt, startedAt, endedAt, labelsNote: __, queryHash: ___, ...facts } = job;
  return {
    ...facts,
    createdAtMs: msOf(createdAt),
    startedAtMs: msOf(startedAt),
    endedAtMs: msOf(endedAt),
    principal: ranBy.principal,
    principalKind: ranBy.kind,
    ...(result === null ? {} : { end: result }),
  };
}

function verdictOf({ rule, mode, when, heldBack }: JobData, job: Job, owned: Owned): Verdict {
  const { effective, ...modes } = mode;
  const measured = rule.measured.map(({ metric, value, threshold, over, why }) => ({
    metric,
    value: value ?? undefined,
    threshold,
    over: over ?? undefined,
    why,
  }));
  return {
    job,
    rule: rule.name,
    action: rule.action,
    phase: rule.phase,
    mode: effective,
    modes,
    because: rule.because,
    measured,
    superseded: rule.superseded.map(({ name, ...rest }) => ({ rule: name, ...rest })),
    cancelAtMs: msOf(when.cancelAt),
    owner: ownerOf(job, owned.policy, owned.lookups),
    ...(heldBack === null ? {} : { heldBack }),
  };
}

function tellOf(event: JobEvent, owned: Owned): Tell {
  const { data } = event;
  const job = jobOf(data);
  const verdict = verdictOf(data, job, owned);
  const { did, why } = data.outcome ?? { did: 'recorded' as const, why: 'Nothing was done yet.' };
  const outcome: Outcome = { verdict, did, why, job, confirmedAtMs: msOf(data.when.confirmedAt) };
  return {
    outcome,
    case: event.case,
    event: event.id,
    eventName: eventName(event.type),
    attempt: data.attempt,
    willCancelAtMs: verdict.cancelAtMs,
    costUsd: data.spent.costUsd,
  };
}

function isJobEvent(event: AuditEvent): event is JobEvent {
  return 'case' in event;
}

function troubleOf(event: Exclude<AuditEvent, JobEvent>): Trouble {
  const name = eventName(event.type);
  return { code: name, event: name, title: `${name}: ${event.subject}`, lines: [event.data.why] };
}

/** Reads an audit event as it stands in the record. Its owner is found anew, by the policy that is tried. */
export function readEvent(json: unknown, owned: Owned): EventRead {
  const read = auditEventSchema.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') ?? '';
    return { why: `${where === '' ? 'All of it' : where}: ${issue?.message ?? 'wrong'}`.slice(0, 300) };
  }
  const event = read.data;
  const about = { name: eventName(event.type), atMs: Date.parse(event.time) };
  if (!isJobEvent(event)) return { ...about, tidings: { tells: [], troubles: [troubleOf(event)] } };
  const tell = tellOf(event, owned);
  return { ...about, tidings: { tells: [tell], troubles: [] }, job: tell.outcome.job };
}
