import { ChannelError, type ChannelFailure } from './channel.ts';

/** What a server answered: `text` is the beginning of its body, `retryAfter` the header as it came. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

const longestWaitMs = 86_400_000;

/** The header Retry-After in ms from `nowMs` on: seconds or a date (RFC 9110); undefined where it is neither. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const atMs = header.endsWith('GMT') ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.min(longestWaitMs, Math.max(0, atMs - nowMs));
}

const mayPass: ReadonlySet<number> = new Set([408, 425, 429]);

/** The kind of failure that a status other than success stands for, where the service says nothing more exact. */
export function kindOfStatus(status: number): ChannelFailure {
  if (status >= 500 || mayPass.has(status)) return 'transient';
  return status === 401 || status === 403 ? 'credential' : 'target';
}

const meanings: ReadonlyMap<number, string> = new Map([
  [401, 'it does not accept the credential'],
  [403, 'it does not allow this'],
  [404, 'there is nothing at its address'],
  [410, 'it is gone for good'],
  [413, 'the message is too large for it'],
]);

/** The error for an answer that is no success. `kind` where the service's own words say more than the status. */
export function refusal(channel: string, answer: HttpAnswer, kind = kindOfStatus(answer.status)): ChannelError {
  const { status, retryAfter } = answer;
  const says = status === 429 ? 'is rate limited (HTTP 429)' : `answered HTTP ${status}`;
  const meaning = status >= 300 && status < 400 ? 'it sends us elsewhere, which is not followed' : meanings.get(status);
  const waitMs = kind === 'transient' ? retryAfterMs(retryAfter, Date.now()) : undefined;
  return new ChannelError(`[${channel}] ${says}`, {
    kind,
    reason: meaning === undefined ? `${channel} ${says}` : `${meaning} (HTTP ${status})`,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** The error for an answer that is not understood; whether the message stands is not known. */
export function malformed(channel: string): ChannelError {
  return new ChannelError(`[${channel}] gave an answer that is not understood`, { kind: 'transient' });
}

/** The JSON in an answer; undefined where there is none. */
export function jsonOf({ text }: HttpAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
