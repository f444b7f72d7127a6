import { z } from 'zod';
import { jobName, type Job } from '../jobs/job.ts';
import { severityWords, type Severity } from '../jobs/severity.ts';
import { jobData } from './job-data.ts';
import { breakerData, policyData, stopData, sweepData, targetData } from './sweep-data.ts';
import { sha256 } from './text.ts';

/** Every event there is, and how loud it is. */
export const severities = {
  'job.recorded': 'INFO',
  'job.warned': 'NOTICE',
  'warn.would-have': 'INFO',
  'cancel.held-back': 'NOTICE',
  'cancel.would-have': 'NOTICE',
  'cancel.intended': 'NOTICE',
  'cancel.confirmed': 'NOTICE',
  'cancel.finished-first': 'NOTICE',
  'cancel.failed-by-itself': 'NOTICE',
  'cancel.gone': 'NOTICE',
  'cancel.forbidden': 'ERROR',
  'cancel.unconfirmed': 'WARNING',
  'cancel.error': 'ERROR',
  'case.ended': 'INFO',
  'case.withdrawn': 'INFO',
  'breaker.opened': 'CRITICAL',
  'breaker.closed': 'NOTICE',
  'stop.set': 'WARNING',
  'stop.cleared': 'NOTICE',
  'policy.rejected': 'CRITICAL',
  'policy.changed': 'NOTICE',
  'target.failed': 'ERROR',
  'sweep.completed': 'INFO',
} as const satisfies Readonly<Record<string, Severity>>;
export type EventName = keyof typeof severities;

export const jobEventNames = [
  'job.recorded',
  'job.warned',
  'warn.would-have',
  'cancel.held-back',
  'cancel.would-have',
  'cancel.intended',
  'cancel.confirmed',
  'cancel.finished-first',
  'cancel.failed-by-itself',
  'cancel.gone',
  'cancel.forbidden',
  'cancel.unconfirmed',
  'cancel.error',
  'case.ended',
  'case.withdrawn',
] as const satisfies readonly EventName[];
export type JobEventName = (typeof jobEventNames)[number];

/** What every type begins with; consumers filter on what follows. */
export const typePrefix = 'dev.jobwarden.';

/** The CloudEvents type of an event. */
export function eventType<N extends string>(name: N): `${typeof typePrefix}${N}.v1` {
  return `${typePrefix}${name}.v1`;
}

/** The name of an event without the prefix and version of its type. */
export function eventName(type: string): string {
  return type.slice(type.startsWith(typePrefix) ? typePrefix.length : 0).replace(/\.v\d+$/, '');
}

export const schemaId = 'urn:jobwarden:audit-event:v1';

const attributes = {
  specversion: z.literal('1.0'),
  id: z.string().min(1).max(500).describe('Deterministic: the same for a record that is published again.'),
  source: z.string().min(1).max(300).describe('The deployment, as a URI reference.'),
  subject: z.string().min(1).max(1100).describe('The name of the job, the target, the policy or the sweep.'),
  time: z.iso.datetime(),
  datacontenttype: z.literal('application/json'),
  dataschema: z.string().regex(new RegExp(`^${schemaId}#/\\$defs/\\w+$`)),
  correlationid: z.string().max(300).describe('The sweep.'),
  severity: z.enum(severityWords),
};

const ofCase = {
  case: z
    .string()
    .regex(/^[0-9a-f]{20}$/)
    .describe('The story of one run of one job.'),
  sequence: z.int().min(0).describe('Number of the event in its case: sort by it, drop repeated ids.'),
};

const jobRecord = z
  .object({ ...attributes, ...ofCase, type: z.literal(jobEventNames.map(eventType)), data: jobData })
  .readonly();
const breakerTypes = z.literal([eventType('breaker.opened'), eventType('breaker.closed')]);
const breakerRecord = z.object({ ...attributes, type: breakerTypes, data: breakerData }).readonly();
const stopTypes = z.literal([eventType('stop.set'), eventType('stop.cleared')]);
const stopRecord = z.object({ ...attributes, type: stopTypes, data: stopData }).readonly();
const policyTypes = z.literal([eventType('policy.rejected'), eventType('policy.changed')]);
const policyRecord = z.object({ ...attributes, type: policyTypes, data: policyData }).readonly();
const targetRecord = z
  .object({ ...attributes, type: z.literal(eventType('target.failed')), data: targetData })
  .readonly();
const sweepRecord = z
  .object({ ...attributes, type: z.literal(eventType('sweep.completed')), data: sweepData })
  .readonly();

/** The schema of an audit record: CloudEvents 1.0 in structured JSON. Unknown fields are allowed: later versions add. */
export const auditEventSchema = z
  .discriminatedUnion('type', [jobRecord, breakerRecord, stopRecord, policyRecord, targetRecord, sweepRecord])
  .meta({ title: 'Jobwarden audit event' });

/** One entry of the audit trail. */
export type AuditEvent = z.infer<typeof auditEventSchema>;
export type JobEvent = z.infer<typeof jobRecord>;
export type BreakerEvent = z.infer<typeof breakerRecord>;
export type StopEvent = z.infer<typeof stopRecord>;
export type PolicyEvent = z.infer<typeof policyRecord>;
export type TargetEvent = z.infer<typeof targetRecord>;
export type SweepEvent = z.infer<typeof sweepRecord>;

/** The name of the story of one run of a job, the same in every sweep and deployment. */
export function caseId(job: Job): string {
  return sha256(`${jobName(job)}|${job.createdAtMs}`, 20);
}
