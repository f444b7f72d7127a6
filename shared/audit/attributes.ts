import { z } from 'zod';
import { eventName } from './event.ts';

/** What an event may say about a job; anything else says nothing. */
const aboutJob = z.object({
  job: z.object({ engine: z.string(), project: z.string() }),
  rule: z.object({ name: z.string(), action: z.string() }),
});

/** Which subscribers a message is for: the record, the people, or another instance of the watchdog. */
export function kindOf(type: string): 'audit' | 'notice' | 'shard' {
  const [first] = eventName(type).split('.');
  return first === 'notice' || first === 'shard' ? first : 'audit';
}

/** The attributes of the Pub/Sub message, for filters: only known keys, values within Pub/Sub's 1024 bytes. */
export function attributesOf(event: {
  readonly type: string;
  readonly severity: string;
  readonly data: unknown;
}): Record<string, string> {
  const about = aboutJob.safeParse(event.data).data;
  const attributes = {
    kind: kindOf(event.type),
    event: eventName(event.type),
    severity: event.severity,
    engine: about?.job.engine,
    project: about?.job.project,
    rule: about?.rule.name,
    action: about?.rule.action,
  };
  const sayable = Object.entries(attributes).map(([key, value]): [string, string] => [
    key,
    attributeValue(value ?? ''),
  ]);
  return Object.fromEntries(sayable.filter(([, value]) => value !== ''));
}

const maxBytes = 1024;

/** Well-formed text without control characters, cut between characters. */
function attributeValue(text: string): string {
  const plain = text
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim();
  const bytes = new TextEncoder().encode(plain);
  // A decoder that waits for more drops a character that was cut in two.
  return bytes.length <= maxBytes ? plain : new TextDecoder().decode(bytes.subarray(0, maxBytes), { stream: true });
}
