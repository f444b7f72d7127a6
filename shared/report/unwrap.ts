import { z } from 'zod';

/** An event, or the log line of a sweep, out of whatever it was stored in. Its `data` is not looked at yet. */
export interface Unwrapped {
  readonly id: string;
  readonly type: string;
  readonly atMs: number;
  readonly story: string | undefined;
  readonly sequence: number;
  readonly sweep: string;
  readonly data: unknown;
}

const isMoment = (text: string) => Number.isFinite(Date.parse(text));

const envelope = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  time: z.string().refine(isMoment, 'is no time'),
  case: z.string().nullish(),
  job_case: z.string().nullish(),
  sequence: z.union([z.number(), z.string(), z.null()]).optional(),
  correlationid: z.string().nullish(),
  sweep: z.string().nullish(),
  data: z.unknown(),
});

/** The line that ends every sweep in the log, and what of it is an event of its own here. */
const logLine = z.object({
  event: z.literal('sweep.completed'),
  sweepId: z.string(),
  startedAt: z.string().refine(isMoment, 'is no time'),
  rules: z.unknown(),
});

/** The type that the log line of a sweep gets here; no event has it. */
export const sweepLine = 'log.sweep.completed';

const fields = z.record(z.string(), z.unknown());

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const fromBase64 = (text: string) => parsed(Buffer.from(text, 'base64').toString());

/** The layers that the stores put around an event, from the outside; the value itself where there is none. */
function inner(value: unknown): unknown {
  const row = fields.safeParse(value).data;
  if (row === undefined) return value;
  const message = fields.safeParse(row['message']).data;
  if (typeof message?.['data'] === 'string') return fromBase64(message['data']);
  if (row['jsonPayload'] !== undefined) return row['jsonPayload'];
  if (row['type'] !== undefined || row['event'] !== undefined) return value;
  const { data } = row;
  return typeof data === 'string' ? (parsed(data) ?? fromBase64(data)) : (data ?? value);
}

function lineOf(value: unknown): Unwrapped | undefined {
  const line = logLine.safeParse(value).data;
  if (line === undefined) return undefined;
  const { sweepId, startedAt, rules } = line;
  const about = { story: undefined, sequence: 0, sweep: sweepId, data: { rules } };
  return { id: sweepId, type: sweepLine, atMs: Date.parse(startedAt), ...about };
}

/**
 * The event in a value as it was stored: a CloudEvent, a row of the table of events or of the view `all_events` (its JSON
 * columns as objects or as text), a message as pulled from Pub/Sub, or the log line of a sweep. A sentence where it is
 * none of these.
 */
export function unwrapped(value: unknown): Unwrapped | string {
  const event = inner(value);
  const line = lineOf(event);
  if (line !== undefined) return line;
  const read = envelope.safeParse(event);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue?.path.join('.') ?? '';
    return where === '' ? 'it is no event' : `it is no event: its ${where} is missing or wrong`;
  }
  const { id, type, time, sequence, correlationid, sweep, data } = read.data;
  return {
    id,
    type,
    atMs: Date.parse(time),
    story: read.data.case ?? read.data.job_case ?? undefined,
    sequence: Number(sequence ?? 0),
    sweep: correlationid ?? sweep ?? '',
    data: typeof data === 'string' ? parsed(data) : data,
  };
}
