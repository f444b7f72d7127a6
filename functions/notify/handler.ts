import type { TrailEvent } from '../../shared/audit/trail.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { noticeSchema, noticeType, type Notice } from '../../shared/notices/notice.ts';
import type { Log } from '../log.ts';
import { decode, type WireRequest } from './decode.ts';
import type { NotifyPorts } from './attempt.ts';
import { notify, unknownSource } from './notify.ts';

/** The part of an Express request that is used; the Functions Framework has parsed the body and kept its bytes. */
export interface NotifyRequest extends WireRequest {
  readonly method: string;
  readonly rawBody?: Uint8Array;
}

/** The part of an Express response that is used. */
export interface NotifyResponse {
  status(code: number): unknown;
  set(field: string, value: string): unknown;
  send(body: string): unknown;
  end(): unknown;
}

interface Answer {
  readonly status: 204 | 400 | 405 | 413 | 503;
  readonly says?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const isNoticeType = (type: string) => /^dev\.jobwarden\.notice\.v\d+$/.test(type);

/** A notice is at most about 100 kB; Pub/Sub wraps it in base64. */
const maxBodyBytes = 1_000_000;

function isTooBig({ rawBody, headers }: NotifyRequest): boolean {
  return Math.max(rawBody?.byteLength ?? 0, Number(headers['content-length'] ?? 0)) > maxBodyBytes;
}

/** Says what is wrong with a notice without repeating its contents. */
function problemOf(error: ReturnType<typeof noticeSchema.safeParse>['error']): string {
  const issue = error?.issues[0];
  return issue === undefined ? 'no reason' : `${issue.path.join('.') || 'the notice'}: ${issue.message}`.slice(0, 300);
}

/** A notice, the event that it came in with all that is not known here, and Pub/Sub's count of deliveries if it counts. */
interface Arrived {
  readonly notice: Notice;
  readonly event: TrailEvent;
  readonly attempt?: number;
}

/** The notice in a request, or the answer to a request that holds none. */
function read(request: NotifyRequest, log: Log): Arrived | Answer {
  const refuse = (says: string): Answer => {
    log({ severity: 'ERROR', message: `A delivery is malformed: ${says}` });
    return { status: 400, says };
  };
  const event = decode(request);
  if (event.kind === 'malformed') return refuse(event.says);
  if (event.type !== noticeType) {
    if (isNoticeType(event.type)) return refuse(`Notices of type ${event.type.slice(0, 60)} are not known here.`);
    log({ severity: 'DEBUG', message: 'An event that is not a notice is left alone.', type: event.type.slice(0, 200) });
    return { status: 204 };
  }
  const notice = noticeSchema.safeParse(event.data);
  if (!notice.success) return refuse(`The notice is not understood: ${problemOf(notice.error)}.`);
  const asItCame = { ...noticeEvent(notice.data, event.source ?? unknownSource), data: event.data };
  const counted = event.attempt === undefined ? {} : { attempt: event.attempt };
  return { notice: notice.data, event: asItCame, ...counted };
}

function later(ms: number): Answer {
  const headers = { 'Retry-After': String(Math.ceil(ms / 1000)) };
  return { status: 503, says: 'The notice could not be delivered now. Deliver it again.', headers };
}

/** What the handler works with. `tidy` is called after each notice; what it throws is logged and changes nothing. */
export interface HandlerPorts extends NotifyPorts {
  readonly tidy?: () => Promise<void>;
}

async function tidied({ tidy, log }: HandlerPorts): Promise<void> {
  try {
    await tidy?.();
  } catch (error) {
    log({ severity: 'WARNING', message: 'Old claims and receipts could not be removed; it is tried again.', error });
  }
}

async function answer(request: NotifyRequest, ports: HandlerPorts): Promise<Answer> {
  if (request.method !== 'POST') return { status: 405, says: 'Send events by POST.', headers: { Allow: 'POST' } };
  if (isTooBig(request)) {
    ports.log({ severity: 'ERROR', message: `A delivery of more than ${maxBodyBytes} bytes was refused.` });
    return { status: 413, says: `The request has more than ${maxBodyBytes} bytes.` };
  }
  const found = read(request, ports.log);
  if ('status' in found) return found;
  const { notice, event, ...delivery } = found;
  const outcome = await notify(notice, { ...ports, log: (entry) => ports.log({ ...entry, ...delivery }) }, event);
  if (outcome.kind === 'later') return later(outcome.retryAfterMs);
  await tidied(ports);
  return { status: 204 };
}

/**
 * `notify` as an HTTP function for a Pub/Sub push subscription. Answers 204 (done, or not a notice), 400 and 413
 * (malformed or too big: Pub/Sub tries on and keeps it as a dead letter), 405, and 503 with Retry-After (deliver again).
 */
export function notifyHandler(ports: HandlerPorts) {
  return async (request: NotifyRequest, response: NotifyResponse): Promise<void> => {
    let result: Answer;
    try {
      result = await answer(request, ports);
    } catch (error) {
      ports.log({ severity: 'ERROR', message: 'A delivery failed and is asked for again.', error });
      result = later(10_000);
    }
    response.status(result.status);
    for (const [name, value] of Object.entries(result.headers ?? {})) response.set(name, value);
    if (result.says === undefined) {
      response.end();
      return;
    }
    response.set('Content-Type', 'text/plain; charset=utf-8');
    response.send(`${result.says}\n`);
  };
}
