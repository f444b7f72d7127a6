/** What goes wrong with a call. */
export const kinds = [
  'no answer in time',
  'hang',
  'connection lost',
  '403 rate limit',
  '403 denied',
  '404',
  '409',
  '412',
  '429 once, for 1 s',
  '429, for 120 s',
  '500',
  '503',
  'truncated body',
  'not JSON',
  'wrong JSON',
  'empty body',
] as const;
export type Kind = (typeof kinds)[number];

/** The service does what it is asked, and only its answer is lost or spoilt. */
export const isCarriedOut: ReadonlySet<Kind> = new Set([
  'no answer in time',
  'truncated body',
  'not JSON',
  'wrong JSON',
  'empty body',
]);

/** The caller has to wait for nothing to happen. */
export const isSilent: ReadonlySet<Kind> = new Set(['no answer in time', 'hang']);

/** One call is refused, and the next one works. */
export const isOnce: ReadonlySet<Kind> = new Set(['429 once, for 1 s']);

export const htmlPage = '<!DOCTYPE html><html><title>Error 502 (Server Error)!!1</title></html>';
export const oddJson = JSON.stringify({ kind: 'odd', ok: 'perhaps', jobs: { first: 1 }, items: 5, status: [] });

export type Api = 'bigquery' | 'storage' | 'slack';

/** A refusal in the words of an API: what is sent instead of an answer. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Words {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  /** Slack says most of it with status 200. */
  readonly slack?: string;
  readonly retryAfter?: string;
}

const tooMany = { status: 429, reason: 'rateLimitExceeded', message: 'Rate Limit Exceeded', slack: 'ratelimited' };
const words: Readonly<Partial<Record<Kind, Words>>> = {
  '403 rate limit': { ...tooMany, status: 403 },
  '403 denied': { status: 403, reason: 'forbidden', message: 'Access Denied', slack: 'missing_scope' },
  '404': { status: 404, reason: 'notFound', message: 'Not Found' },
  '409': { status: 409, reason: 'conflict', message: 'Conflict' },
  '412': { status: 412, reason: 'conditionNotMet', message: 'At least one of the pre-conditions did not hold.' },
  '429 once, for 1 s': { ...tooMany, retryAfter: '1' },
  '429, for 120 s': { ...tooMany, retryAfter: '120' },
  '500': { status: 500, reason: 'internalError', message: 'Internal error' },
  '503': { status: 503, reason: 'backendError', message: 'Backend error' },
};

const notFoundAtSlack: Readonly<Record<string, string>> = {
  'users.lookupByEmail': 'users_not_found',
  'conversations.open': 'user_not_found',
  'chat.postMessage': 'channel_not_found',
};

function slackRefusal(kind: Kind, path: string, { status, slack, retryAfter }: Words): Refusal {
  const code = kind === '404' ? notFoundAtSlack[path.split('/').at(-1) ?? ''] : slack;
  const headers = { 'content-type': 'application/json', ...(retryAfter && { 'retry-after': retryAfter }) };
  const isInBody = code !== undefined && status < 429;
  return { status: isInBody ? 200 : status, headers, body: JSON.stringify({ ok: false, error: code ?? 'odd' }) };
}

/** What an API says to a call when this goes wrong; undefined for what is no refusal. */
export function refusalOf(api: Api, kind: Kind, path: string): Refusal | undefined {
  const said = words[kind];
  if (said === undefined) return undefined;
  if (api === 'slack') return slackRefusal(kind, path, said);
  const { status, reason, message, retryAfter } = said;
  const headers = { ...(retryAfter && { 'retry-after': retryAfter }) };
  // Where bytes were asked for, Cloud Storage refuses in plain text.
  if (api === 'storage' && path.includes('alt=media')) {
    const text = status === 404 ? 'No such object: it was there a moment ago' : message;
    return { status, headers: { ...headers, 'content-type': 'text/html; charset=UTF-8' }, body: text };
  }
  const error = { code: status, message, errors: [{ message, domain: 'global', reason }] };
  return { status, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ error }) };
}
