import { createHmac } from 'node:crypto';
import { ChannelError, type Channel } from './channel.ts';
import { fitting } from './fitting.ts';
import { refusal } from './http-answer.ts';
import { postJson, type Endpoint } from './post.ts';
import { webhookEvent } from './webhook-event.ts';

const name = 'webhook';
const maxBytes = 100_000;

/** `secret`: `whsec_` and 24 to 64 bytes in base64; several, apart by blanks, while one takes the place of another. */
export interface WebhookOptions extends Omit<Endpoint, 'channel'> {
  readonly secret: string;
  readonly now?: () => number;
}

function keysOf(secret: string): readonly Buffer[] {
  const keys = secret
    .split(/\s+/)
    .filter((one) => one !== '')
    .map((one) => Buffer.from(/^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(one)?.[1] ?? '', 'base64'));
  if (keys.length > 0 && keys.every(({ length }) => length >= 24 && length <= 64)) return keys;
  const reason = 'its secret is not whsec_ and 24 to 64 bytes in base64';
  throw new ChannelError(`[${name}] ${reason}`, { kind: 'credential', reason });
}

/** The headers of the Standard Webhooks specification: one HMAC-SHA256 of `id.timestamp.body` per key. */
function signed(keys: readonly Buffer[], { id, seconds, body }: { id: string; seconds: number; body: string }) {
  const signature = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': signature.join(' ') };
}

/**
 * Any HTTPS endpoint: a CloudEvent, signed as Standard Webhooks has it. The id of the call is that of the notice, so a
 * repetition can be told. Any 2xx is success; 410 and most other 4xx mean that this endpoint will never take it.
 */
export function webhookChannel({ secret, now = Date.now, ...options }: WebhookOptions): Channel {
  const endpoint = { channel: name, ...options };
  return {
    name,
    send: async (message, _to, { noticeId, notice, signal }) => {
      const body = fitting(maxBytes, [
        () => webhookEvent(message, notice === undefined ? { noticeId } : { noticeId, notice }),
        () => webhookEvent(message, { noticeId }),
      ]);
      const headers = signed(keysOf(secret), { id: noticeId, seconds: Math.floor(now() / 1000), body });
      const answer = await postJson(endpoint, { body, headers, signal });
      if (answer.status < 200 || answer.status >= 300) throw refusal(name, answer);
      return { room: 'webhook', id: noticeId };
    },
  };
}
