import { z } from 'zod';
import { parseBytes, parseDurationMs } from './amounts.ts';
import type { JobSpec } from './spec.ts';

function amount(parse: (text: string) => number | undefined, kind: string, example: string) {
  const says = (written: unknown) => `"${String(written)}" is not a ${kind}; write it like ${example}`;
  return z.string({ error: ({ input }) => says(input) }).transform((text, context) => {
    const value = parse(text);
    if (value === undefined) context.addIssue(says(text));
    return value ?? 0;
  });
}

const time = amount(parseDurationMs, 'time', '29m50s');
const size = amount(parseBytes, 'size', '3 TB');
const rate = amount((text) => (text.endsWith('/s') ? parseBytes(text.slice(0, -2)) : undefined), 'rate', '2 GB/s');

const ends = z.union([z.literal('well'), z.strictObject({ reason: z.string(), message: z.string() })], {
  error: 'ends is "well" or an error with reason and message',
});

const HOW = {
  stops: 'stops',
  'finishes first': 'finishesFirst',
  ignored: 'ignored',
  denied: 'denied',
  'empty body': 'emptyBody',
  'fails otherwise': 'failsOtherwise',
} as const;

const WORDS = ['stops', 'finishes first', 'ignored', 'denied', 'empty body', 'fails otherwise'] as const;

const how = z.enum(WORDS).transform((word) => HOW[word]);

const onCancel = z.union(
  [how.transform((done) => ({ how: done, after: undefined })), z.strictObject({ how, after: time.optional() })],
  {
    error: `onCancel is one of ${WORDS.join(', ')}, or an object with how and after`,
  },
);

const work = {
  name: z.string().optional().describe('What people call the job; stands in messages about the scenario.'),
  id: z.string().optional().describe('The job id; made up when left out.'),
  kind: z.enum(['query', 'load', 'extract', 'copy']).default('query').describe('The type of job.'),
  statement: z.string().optional().describe('The statement type as BigQuery names it; guessed from sql when left out.'),
  sql: z.string().optional().describe('The text of the query.'),
  destination: z.string().optional().describe('The table it writes to, as dataset.table.'),
  priority: z.enum(['interactive', 'batch']).default('interactive'),
  pending: time.optional().describe('How long it waits in the queue before it starts.'),
  runs: time.optional().describe('How long it runs in all when nobody interferes; an hour when left out.'),
  estimates: size.optional().describe('What the planner expects it to read.'),
  scans: rate.optional().describe('How fast it reads.'),
  slots: z.number().nonnegative().optional().describe('How many slots it keeps busy.'),
  ends: ends.default('well').describe('How it ends when nobody interferes.'),
  onCancel: onCancel.optional().describe('What a cancel request does to it; it stops after 1.5 s when left out.'),
};

const statement = z.strictObject(work);

/** A job of a scenario in the words of its file. */
export const scenarioJob = z.strictObject({
  ...work,
  appears: time.default(0).describe('When it is added, after the start of the scenario.'),
  project: z.string().describe('The project that runs the job.'),
  location: z.string().default('US').describe('Where it runs.'),
  principal: z.string().describe('Who runs it: an e-mail address, or principal://… for an external identity.'),
  labels: z.record(z.string(), z.coerce.string()).default({}).describe('The labels on the job.'),
  reservation: z
    .string()
    .optional()
    .describe('The reservation it runs in, as project:location.name; on demand without.'),
  edition: z.enum(['standard', 'enterprise', 'enterprise plus']).optional().describe('The edition of the reservation.'),
  continuous: z.boolean().default(false).describe('Whether it is a continuous query.'),
  session: z.string().optional().describe('The session it belongs to.'),
  timeout: time.optional().describe('The time-out set on the job, from its creation.'),
  ran: time.optional().describe('How long it has been running when it appears.'),
  statements: z.array(statement).default([]).describe('The statements of a script, one after the other.'),
});

export type ScenarioJob = z.output<typeof scenarioJob>;

const JOB_TYPES = { query: 'QUERY', load: 'LOAD', extract: 'EXTRACT', copy: 'COPY' } as const;
const EDITIONS = { standard: 'STANDARD', enterprise: 'ENTERPRISE', 'enterprise plus': 'ENTERPRISE_PLUS' } as const;

function workOf(job: z.output<typeof statement>): Omit<JobSpec, 'project'> {
  return {
    id: job.id,
    jobType: JOB_TYPES[job.kind],
    statementType: job.statement,
    query: job.sql,
    destinationTable: job.destination,
    priority: job.priority === 'batch' ? 'BATCH' : 'INTERACTIVE',
    pendingForMs: job.pending,
    runsForMs: job.runs,
    estimatedBytes: job.estimates,
    bytesPerSecond: job.scans,
    slots: job.slots,
    ends: job.ends === 'well' ? 'succeeded' : job.ends,
    onCancel: job.onCancel && { how: job.onCancel.how, afterMs: job.onCancel.after },
  };
}

/** The same job in the terms of the stand-in. */
export function specOfScenarioJob(job: ScenarioJob): JobSpec {
  return {
    ...workOf(job),
    project: job.project,
    location: job.location,
    principal: job.principal,
    labels: job.labels,
    reservation: job.reservation,
    edition: job.edition && EDITIONS[job.edition],
    continuous: job.continuous,
    sessionId: job.session,
    jobTimeoutMs: job.timeout,
    startedAgoMs: job.ran,
    children: job.statements.map(workOf),
  };
}
