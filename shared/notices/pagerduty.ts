import { z } from 'zod';
import type { Channel } from './channel.ts';
import { jsonOf, malformed, refusal, type HttpAnswer } from './http-answer.ts';
import { pagerEvents, type PagerEvent } from './pagerduty-events.ts';
import { postJson, type Endpoint } from './post.ts';

const name = 'pagerduty';

/** `key` is the routing key of an Events API v2 integration; `url` is for a stand-in. */
export interface PagerDutyOptions extends Omit<Endpoint, 'channel' | 'url'> {
  readonly key: string;
  readonly url?: string;
}

const accepted = z.object({ status: z.literal('success') });
const refused = z.object({ errors: z.array(z.string()).optional(), message: z.string().optional() });

/** So many alerts at a time, each with its events in order. */
const atOnce = 5;

/** An invalid key is answered with the same status as an invalid event; only the words tell (PagerDuty Events API v2). */
function isAboutKey(answer: HttpAnswer): boolean {
  const read = refused.safeParse(jsonOf(answer));
  if (!read.success) return false;
  return [...(read.data.errors ?? []), read.data.message ?? ''].some((words) => /routing[ _]?key/i.test(words));
}

async function sendAll(events: readonly PagerEvent[], send: (event: PagerEvent) => Promise<void>): Promise<void> {
  for (const event of events) await send(event);
}

/**
 * PagerDuty by its Events API v2: an alert per case, with the case as its key, so a repetition changes nothing. A failure
 * of one event is the failure of the message; what was taken already is not opened a second time.
 */
export function pagerDutyChannel(options: PagerDutyOptions): Channel {
  const { key, url = 'https://events.pagerduty.com/v2/enqueue', ...rest } = options;
  const endpoint = { ...rest, channel: name, url };
  return {
    name,
    send: async (message, _to, { signal, ...about }) => {
      const one = async (event: PagerEvent) => {
        const answer = await postJson(endpoint, { body: JSON.stringify({ routing_key: key, ...event }), signal });
        if (answer.status === 400 && isAboutKey(answer)) throw refusal(name, answer, 'credential');
        if (answer.status < 200 || answer.status >= 300) throw refusal(name, answer);
        if (!accepted.safeParse(jsonOf(answer)).success) throw malformed(name);
      };
      const alerts = pagerEvents(message, about);
      for (let start = 0; start < alerts.length; start += atOnce) {
        const ends = await Promise.allSettled(
          alerts.slice(start, start + atOnce).map((events) => sendAll(events, one)),
        );
        const failure = ends.find((end) => end.status === 'rejected');
        if (failure !== undefined) throw failure.reason;
      }
      return { room: name, id: alerts[0]?.[0]?.dedup_key ?? about.noticeId };
    },
  };
}
