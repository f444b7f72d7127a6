import { z } from 'zod';
import { engineNames, type Job } from '../jobs/job.ts';
import { actions } from '../jobs/verdict.ts';
import type { Unwrapped } from './unwrap.ts';

const moment = z.iso.datetime().transform((text) => Date.parse(text));
const text = z.string().nullish();

/** What a report needs of an event about a job. Words that a later version adds do not make it unreadable. */
const jobShape = z.object({
  job: z.object({
    name: z.string(),
    engine: z.enum(engineNames).catch('bigquery'),
    target: z.string(),
    project: z.string(),
    location: z.string().optional(),
    id: z.string(),
    createdAt: moment.optional(),
    startedAt: moment.optional(),
    endedAt: moment.optional(),
    jobType: z.string().optional(),
    statementType: text,
    reservation: text,
    edition: text,
    bytesProcessed: z.number().optional(),
    slotMs: z.number().optional(),
    queryHash: z.string().optional(),
  }),
  ranBy: z.object({ principal: z.string().optional(), client: text }),
  owner: z.object({ name: z.string() }).nullable(),
  rule: z.object({
    name: z.string(),
    action: z.enum(actions),
    phase: z.enum(['warnAt', 'limit']),
    measured: z.array(z.object({ metric: z.string(), threshold: z.number(), over: z.boolean().nullable() })),
  }),
  heldBack: z.object({ by: z.string(), why: z.string() }).nullable(),
  mode: z.object({ effective: z.enum(['observe', 'enforce']) }),
  when: z.object({ measuredAt: moment, cancelSentAt: moment.optional(), confirmedAt: moment.optional() }),
  result: z.object({ how: z.enum(['succeeded', 'failed', 'stopped']) }).nullable(),
});
type Data = z.infer<typeof jobShape>;

/** One step in the story of a job, as an event tells it. Times are epoch ms. */
export interface JobSeen extends Pick<Data, 'rule' | 'heldBack' | 'when'> {
  /** What happened, without prefix and version: `cancel.confirmed`. */
  readonly name: string;
  readonly id: string;
  readonly story: string;
  readonly sequence: number;
  readonly atMs: number;
  readonly sweep: string;
  readonly mode: 'observe' | 'enforce';
  readonly owner: string;
  readonly client: string;
  readonly jobName: string;
  readonly queryHash: string | undefined;
  /** As it was then; `end` where it is over. */
  readonly job: Job;
}

function jobOf({ job, ranBy, result }: Data): Job {
  const { name: _, queryHash: __, createdAt, startedAt, endedAt, ...rest } = job;
  return {
    ...rest,
    state: result === null ? 'running' : 'done',
    redacted: false,
    ...(createdAt !== undefined && { createdAtMs: createdAt }),
    ...(startedAt !== undefined && { startedAtMs: startedAt }),
    ...(endedAt !== undefined && { endedAtMs: endedAt }),
    ...(ranBy.principal !== undefined && { principal: ranBy.principal }),
    ...(result !== null && { end: { how: result.how } }),
  };
}

/** What an event about a job says, or why that cannot be read. */
export function jobSeen(event: Unwrapped, name: string): JobSeen | string {
  const { id, story, sequence, atMs, sweep } = event;
  const read = jobShape.safeParse(event.data);
  if (story === undefined || !Number.isFinite(sequence)) return 'it is about a job and has no case, or no number in it';
  if (!read.success) return `its ${['data', ...(read.error.issues[0]?.path ?? [])].join('.')} is missing or wrong`;
  const { job, ranBy, owner, rule, heldBack, mode, when } = read.data;
  return {
    name,
    id,
    story,
    sequence,
    atMs,
    sweep,
    rule,
    heldBack,
    when,
    mode: mode.effective,
    owner: owner?.name ?? 'nobody was looked for',
    client: ranBy.client ?? 'none known',
    jobName: job.name,
    queryHash: job.queryHash,
    job: jobOf(read.data),
  };
}

const timed: Readonly<Record<string, 'startedAtMs' | 'createdAtMs'>> = {
  runTime: 'startedAtMs',
  queueTime: 'createdAtMs',
};

/**
 * When the limit passed, as far as this step tells: to the millisecond where a time alone is over it, else when it was
 * seen to be over. Undefined where no limit has passed.
 */
export function limitPassedAt({ rule, job, when }: JobSeen): number | undefined {
  if (rule.phase !== 'limit') return undefined;
  const over = rule.measured.filter((one) => one.over === true);
  const [only] = over;
  if (only === undefined) return undefined;
  const from = timed[only.metric];
  const sinceMs = over.length === 1 && from !== undefined ? job[from] : undefined;
  return sinceMs === undefined ? when.measuredAt : sinceMs + only.threshold;
}
