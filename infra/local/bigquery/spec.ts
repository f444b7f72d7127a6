import { z } from 'zod';
import type { JsonObject } from './json.ts';

const ms = z.number().int().nonnegative();

const jobError = z.strictObject({ reason: z.string().min(1), message: z.string().min(1) });

const cancelHow = z.enum(['stops', 'finishesFirst', 'ignored', 'denied', 'emptyBody', 'failsOtherwise']);

const cancelBehaviour = z.strictObject({
  how: cancelHow,
  /** From the cancel request to the end of the job. */
  afterMs: ms.default(1_500),
  /** What a job that `failsOtherwise` reports. */
  error: jobError.default({
    reason: 'backendError',
    message: 'Error encountered during execution. Retrying may help.',
  }),
});

const onCancel = z.union([cancelHow.transform((how) => cancelBehaviour.parse({ how })), cancelBehaviour]);

const workShape = {
  id: z
    .string()
    .regex(/^[\w-]{1,1024}$/)
    .optional(),
  jobType: z.enum(['QUERY', 'LOAD', 'EXTRACT', 'COPY']).default('QUERY'),
  /** As the API names them; guessed from the SQL when left out. */
  statementType: z.string().optional(),
  query: z.string().optional(),
  /** `dataset.table` or `project.dataset.table`. */
  destinationTable: z
    .string()
    .regex(/^(?:[^.]+\.)?[^.]+\.[^.]+$/)
    .optional(),
  priority: z.enum(['INTERACTIVE', 'BATCH']).default('INTERACTIVE'),
  pendingForMs: ms.default(0),
  /** From start to end when nobody interferes; one hour unless told. */
  runsForMs: ms.optional(),
  estimatedBytes: z.number().nonnegative().optional(),
  bytesPerSecond: z.number().nonnegative().optional(),
  slots: z.number().nonnegative().default(5),
  /** Numbers of a running job appear after this time and change no more often than this. */
  refreshEveryMs: ms.min(1).default(3_000),
  /** As for a table with row-level security: byte counts are hidden for good. */
  hidesBytes: z.boolean().default(false),
  ends: z.union([z.literal('succeeded'), jobError]).default('succeeded'),
  onCancel: onCancel.prefault('stops'),
};

const childSpec = z.strictObject(workShape);

/** What a made-up job is and will do; times are relative to the moment it is added, sizes in bytes. */
export const jobSpec = z.strictObject({
  ...workShape,
  project: z.string().min(1),
  location: z.string().min(1).default('US'),
  /** An e-mail address, or `principal://…` for an external identity. */
  principal: z.string().min(1).default('demo@example.com'),
  principalSubject: z.string().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  reservation: z.string().optional(),
  edition: z.enum(['STANDARD', 'ENTERPRISE', 'ENTERPRISE_PLUS']).optional(),
  continuous: z.boolean().default(false),
  jobTimeoutMs: ms.optional(),
  sessionId: z.string().optional(),
  /** How long it has been running when it is added; it waited before that. */
  startedAgoMs: ms.optional(),
  /** How long it has existed when it is added; not together with startedAgoMs. */
  createdAgoMs: ms.optional(),
  /** Statements of a script, one after the other; the job itself is then its parent. */
  children: z.array(childSpec).default([]),
  /** What becomes of the running statement when its script ends early. */
  childrenOnCancel: z.enum(['stop', 'leftRunning']).default('stop'),
  /** The configuration exactly as a client sent it, instead of one made from the fields above. */
  configuration: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null).optional(),
});

/** What a caller writes to add a job. */
export type JobSpec = z.input<typeof jobSpec>;

/** A job spec with every default filled in. */
export type FullJobSpec = z.output<typeof jobSpec>;

/** An error as the API reports it on a job. */
export type JobError = z.output<typeof jobError>;
