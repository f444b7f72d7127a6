import { z } from 'zod';
import { principalOf } from '../../shared/engines/bigquery/principal.ts';
import { reader } from '../../shared/engines/http/read.ts';
import { engineNames, type Job } from '../../shared/jobs/job.ts';
import { entry } from '../../shared/policy/entry.ts';
import { bytes, duration, text } from '../../shared/policy/scalars.ts';
import type { Hints } from './shape.ts';

const unknown = z.literal('unknown');
const orUnknown = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, unknown]);

const clientHint =
  'The client is told from labels, id and query: write labels: { dbt_invocation_id: x } for dbt, labels: { looker-context-user_id: "1" } for Looker, id: sheets_dataconnector_1 for Connected Sheets.';

/** What to write instead of keys that a job does not have. */
export const jobHints: Hints = {
  client: clientHint,
  user: 'Did you mean principal?',
  user_email: 'Did you mean principal?',
  owner: 'The owner follows from the policy; write labels, principal or project.',
  billing: 'Write reservation: none for on-demand, or the name of a reservation.',
  bytes: 'Did you mean bytesProcessed or bytesEstimated?',
  cost: 'The cost follows from bytes, slot hours and the prices of the policy.',
  costSoFar: 'The cost follows from bytes, slot hours and the prices of the policy.',
  costEstimated: 'The cost follows from bytesEstimated and the prices of the policy.',
  slotMs: 'Did you mean slotHours?',
  duration: 'Did you mean runTime?',
};

/** A job in a few words. Left out is what an ordinary query has, or unknown where that is a number. */
export const shortJob = entry({
  id: text.optional().describe('Its id. Left out: job-1, job-2 and so on.'),
  engine: z.enum(engineNames).optional().describe('The engine that runs it. Left out: bigquery.'),
  project: text.optional().describe('The project that runs it. Left out: the first project of the targets.'),
  location: text.optional().describe('Where it runs, or unknown. Left out: US.'),
  principal: text.optional().describe('The identity that runs it. Left out: unknown.'),
  principalKind: z
    .enum(['person', 'serviceAccount', 'external', 'unknown'])
    .optional()
    .describe('What kind of identity. Left out: told from the principal, as BigQuery writes them.'),
  jobType: text.optional().describe('query, load, extract, copy, or unknown. Left out: query.'),
  statementType: text.optional().describe('As BigQuery names it; none or unknown. Left out: SELECT for a query.'),
  priority: z
    .enum(['interactive', 'batch', 'none', 'unknown'])
    .optional()
    .describe('Left out: interactive for a query.'),
  labels: orUnknown(z.record(text, z.string()))
    .optional()
    .describe('Its labels, all of them. Left out: it is known to have none.'),
  reservation: text
    .optional()
    .describe('The reservation that pays for it; none is on demand. Left out: none, and unknown while it is pending.'),
  edition: text.optional().describe('The edition of the reservation. Left out: unknown.'),
  continuous: orUnknown(z.boolean()).optional().describe('Whether it is a continuous query. Left out: false.'),
  state: z
    .enum(['pending', 'running', 'done', 'unknown'])
    .optional()
    .describe('Left out: running; pending with queueTime alone.'),
  runTime: orUnknown(duration).optional().describe('How long it has run. Left out: unknown.'),
  queueTime: orUnknown(duration).optional().describe('How long it waits, or waited before it ran.'),
  created: text.optional().describe('When it was created, instead of queueTime.'),
  started: text.optional().describe('When it started, instead of runTime.'),
  ended: text.optional().describe('When it ended.'),
  bytesProcessed: orUnknown(bytes).optional().describe('What it has read so far. Left out: unknown.'),
  bytesEstimated: orUnknown(bytes).optional().describe('What the planner says that it will read. Left out: unknown.'),
  slotHours: orUnknown(z.number().min(0))
    .optional()
    .describe('Slot time so far, in hours of one slot. Left out: unknown.'),
  query: text.optional().describe('Its statement, or unknown. Left out: one that tells nothing about its client.'),
  parent: text.optional().describe('The id of the script that it belongs to. Left out: it belongs to none.'),
  redacted: z.boolean().optional().describe('Whether only its existence may be seen. Left out: false.'),
}).meta({ id: 'Job', description: "A job in the policy's own words." });

/** A job in the short form, as it was written; sizes in bytes, times in ms. */
export type ShortJob = Readonly<z.output<typeof shortJob>>;

/** What a short job does not say itself. Moments are epoch ms. */
export interface JobContext {
  readonly id: string;
  readonly project: string;
  readonly nowMs: number;
  readonly moment: (text: string | undefined) => number | undefined;
}

const known = <Value>(value: Value | 'unknown' | undefined): Value | undefined =>
  value === 'unknown' ? undefined : value;

/** `none` is known to be absent, `unknown` is not known, and what was left out is `otherwise`. */
function word<Otherwise>(value: string | undefined, otherwise: Otherwise): string | null | undefined | Otherwise {
  if (value === undefined) return otherwise;
  return value === 'none' ? null : known(value);
}

type Times = Pick<Job, 'state' | 'createdAtMs' | 'startedAtMs' | 'endedAtMs'>;

function timesOf(short: ShortJob, { nowMs, moment }: JobContext): Times {
  const waits = short.runTime === undefined && short.started === undefined && short.queueTime !== undefined;
  const state = short.state ?? (waits ? 'pending' : 'running');
  const runTimeMs = known(short.runTime);
  const queueTimeMs = known(short.queueTime);
  const endedAtMs = moment(short.ended);
  const started = runTimeMs === undefined ? undefined : (endedAtMs ?? nowMs) - runTimeMs;
  const startedAtMs = moment(short.started) ?? started;
  const since = state === 'pending' ? nowMs : startedAtMs;
  const created = queueTimeMs === undefined || since === undefined ? startedAtMs : since - queueTimeMs;
  return { state, createdAtMs: moment(short.created) ?? created, startedAtMs, endedAtMs };
}

function identityOf({ principal, principalKind, engine }: ShortJob): Pick<Job, 'principal' | 'principalKind'> {
  const name = known(principal);
  const told = engine === undefined || engine === 'bigquery' ? principalOf(reader({ user_email: name })) : {};
  return {
    ...told,
    principal: name?.toLowerCase(),
    ...(principalKind !== undefined && { principalKind: known(principalKind) }),
  };
}

function workOf(short: ShortJob): Partial<Job> {
  const isBigQuery = short.engine === undefined || short.engine === 'bigquery';
  const jobType = short.jobType === undefined && isBigQuery ? 'query' : known(short.jobType);
  const ofQuery = <Value>(value: Value) => (jobType === 'query' ? value : jobType === undefined ? undefined : null);
  const priority = short.priority ?? 'left out';
  return {
    jobType,
    statementType: word(short.statementType, isBigQuery ? ofQuery('SELECT') : undefined),
    priority: priority === 'left out' ? ofQuery('interactive' as const) : priority === 'none' ? null : known(priority),
    continuous: short.continuous === undefined ? false : known(short.continuous),
    queryText: short.query === undefined ? '' : known(short.query),
  };
}

/** What pays for it shows as the adapter shows it: not while it is pending, and never for a script. */
function paymentOf(short: ShortJob, pays: boolean): Pick<Job, 'reservation' | 'edition'> {
  const reservation = word(short.reservation, pays ? null : undefined);
  return { reservation, edition: word(short.edition, reservation === null ? null : undefined) };
}

/** The job that a short form means. A redacted one shows its place, its state and its times alone. */
export function jobOf(short: ShortJob, context: JobContext): Job {
  const engine = short.engine ?? 'bigquery';
  const project = short.project ?? context.project;
  const times = timesOf(short, context);
  const location = short.location === undefined ? 'US' : known(short.location);
  const ref = { engine, target: `${engine}:${project}`, project, location, id: short.id ?? context.id };
  if (short.redacted === true) return { ...ref, ...times, redacted: true };
  const work = workOf(short);
  const slotHours = known(short.slotHours);
  return {
    ...ref,
    ...times,
    redacted: false,
    ...identityOf(short),
    ...work,
    labels: short.labels === undefined ? {} : known(short.labels),
    ...paymentOf(short, times.state !== 'pending' && work.statementType !== 'SCRIPT' && engine === 'bigquery'),
    bytesProcessed: known(short.bytesProcessed),
    bytesEstimated: known(short.bytesEstimated),
    slotMs: slotHours === undefined ? undefined : Math.round(slotHours * 3_600_000),
    parentId: word(short.parent, null),
  };
}

/** The keys of a file's every job with those of one job in their place. */
export function merged(base: ShortJob, own: ShortJob): ShortJob {
  const given = Object.entries(own).filter(([, value]) => value !== undefined);
  const isReplaced = (key: string) =>
    (key === 'started' && own.runTime !== undefined) || (key === 'runTime' && own.started !== undefined);
  const kept = Object.entries(base).filter(([key]) => !isReplaced(key));
  return Object.fromEntries([...kept, ...given]);
}
