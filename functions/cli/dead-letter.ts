import { z } from 'zod';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { noticeSchema, noticeType, type Notice } from '../../shared/notices/notice.ts';

/** A notice that could not be delivered: the event to publish again, and why it is a dead letter, where that is known. */
export interface Letter {
  readonly event: TrailEvent;
  readonly notice: Notice;
  readonly reason: string | undefined;
}

/** The event of a notice as it was published, with the `reason` that `notify` adds when it gives a notice up. */
const event = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  datacontenttype: z.literal('application/json'),
  correlationid: z.string(),
  severity: z.string(),
  data: z.unknown(),
  reason: z.string().optional(),
});

function parsed(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data));
  } catch {
    return undefined;
  }
}

/** Reads a dead letter, or says in words why it is none that could be delivered. */
export function readLetter(data: Uint8Array): Letter | { readonly why: string } {
  const json = parsed(data);
  if (json === undefined) return { why: 'it is not JSON' };
  const read = event.safeParse(json);
  if (!read.success) return { why: 'it is not an event of Jobwarden' };
  const { reason, ...found } = read.data;
  if (found.type !== noticeType) return { why: `it is no notice that this version knows (${found.type.slice(0, 60)})` };
  const notice = noticeSchema.safeParse(found.data);
  if (notice.success) return { event: found, notice: notice.data, reason };
  const [issue] = notice.error.issues;
  return { why: `its notice is not understood (${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'})` };
}
