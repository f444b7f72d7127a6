import { z } from 'zod';

/** An HTTP request, as far as decoding needs it: the body may have been parsed already, by its content type. */
export interface WireRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/** An event that came in whichever wire form, or a sentence that says what is wrong with the request. */
export type Decoded =
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly id: string;
      readonly data: unknown;
      /** Who made it, where the event itself says so. */
      readonly source?: string;
      readonly attempt?: number;
    }
  | { readonly kind: 'malformed'; readonly says: string };

const publishedType = 'google.cloud.pubsub.topic.v1.messagePublished';

const ownEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  type: z.string().min(1),
  source: z.string().min(1).optional(),
  data: z.unknown().optional(),
});
const structured = ownEvent.extend({ data_base64: z.string().optional() });
const message = z.object({ data: z.string().min(1) });
// The push body, with its two spellings, and the body that the Functions Framework makes of it for background functions.
const published = z.union([
  z.object({ message, deliveryAttempt: z.number().int().optional() }),
  z.object({ data: message }).transform(({ data }) => ({ message: data, deliveryAttempt: undefined })),
]);

function malformed(says: string): Decoded {
  return { kind: 'malformed', says };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonOf(body: unknown): unknown {
  if (typeof body === 'string') return parsed(body);
  return body instanceof Uint8Array ? parsed(Buffer.from(body).toString('utf8')) : body;
}

function header(request: WireRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Base64 as it is written, not as Node forgives it; undefined when it is none, or no UTF-8. */
function textOf(base64: string): string | undefined {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

function eventInMessage(data: unknown): Decoded {
  const push = published.safeParse(data);
  if (!push.success) return malformed('There is no Pub/Sub message with data in the request.');
  const text = textOf(push.data.message.data);
  if (text === undefined) return malformed('The data of the Pub/Sub message is not base64 of UTF-8.');
  const json = parsed(text);
  if (json === undefined) return malformed('The data of the Pub/Sub message is not JSON.');
  const event = ownEvent.safeParse(json);
  if (!event.success) return malformed('The data of the Pub/Sub message is not a CloudEvent 1.0.');
  const attempt = push.data.deliveryAttempt;
  return { ...ours(event.data), ...(attempt === undefined ? {} : { attempt }) };
}

interface Opened {
  readonly type: string;
  readonly id: string;
  readonly source?: string | undefined;
  readonly data?: unknown;
}

function ours({ type, id, source, data }: Opened): Decoded {
  return { kind: 'event', type, id, data, ...(source === undefined ? {} : { source }) };
}

function opened(event: Opened): Decoded {
  return event.type === publishedType ? eventInMessage(event.data) : ours(event);
}

function fromStructured(body: unknown): Decoded {
  const event = structured.safeParse(body);
  if (!event.success) return malformed('The request is not a CloudEvent 1.0 in structured mode.');
  const { data_base64: base64, ...given } = event.data;
  if (base64 === undefined) return opened(given);
  const text = textOf(base64);
  const json = text === undefined ? undefined : parsed(text);
  return json === undefined
    ? malformed('The data of the CloudEvent is not base64 of JSON.')
    : opened({ ...given, data: json });
}

/**
 * Reads an event from a request in any of the forms in which Pub/Sub, Eventarc and the Functions Framework deliver it: a
 * raw push body, a CloudEvent in binary mode (`ce-*` headers), or one in structured mode. An event of our own may also
 * come without a Pub/Sub message around it.
 */
export function decode(request: WireRequest): Decoded {
  const body = jsonOf(request.body);
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return malformed('The body is not a JSON object.');
  const contentType = header(request, 'content-type') ?? '';
  const type = header(request, 'ce-type');
  const id = header(request, 'ce-id');
  if (type !== undefined && id !== undefined && header(request, 'ce-specversion') === '1.0')
    return opened({ type, id, source: header(request, 'ce-source'), data: body });
  if (contentType.startsWith('application/cloudevents+json') || 'specversion' in body) return fromStructured(body);
  return eventInMessage(body);
}
