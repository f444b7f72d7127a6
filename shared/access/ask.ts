import { z } from 'zod';

/** How Google's APIs are asked. `endpoint`: one other address for all of them, to which no credentials are sent. */
export interface AskOptions {
  readonly endpoint?: string | undefined;
  readonly timeoutMs?: number;
}

/** One request. `url` is whole; a body makes it a POST. */
interface Asked {
  readonly url: string;
  readonly body?: unknown;
}

/** An API could not be asked, or refused. `status` is that of HTTP, `reason` Google's word for it. The message begins with `[google]`. */
export class AccessError extends Error {
  readonly status: number | undefined;
  readonly reason: string | undefined;

  constructor(says: string, about: { status?: number; reason?: string | undefined; cause?: unknown } = {}) {
    super(`[google] ${says}`, { cause: about.cause });
    this.name = 'AccessError';
    this.status = about.status;
    this.reason = about.reason;
  }
}

/** Asks, and gives the answer in its shape; throws an `AccessError`, also for an answer of another shape. */
export type Ask = <Answer>(asked: Asked, shape: z.ZodType<Answer>) => Promise<Answer>;

const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
const usualMs = 15_000;

/** The shape of Google's JSON errors (Google API design guide, errors); the reason is in one of two places. */
const refusal = z.object({
  error: z.object({
    message: z.string().default(''),
    errors: z.array(z.object({ reason: z.string().optional() })).optional(),
    details: z.array(z.looseObject({ reason: z.string().optional() })).optional(),
  }),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(host: string, status: number, text: string): AccessError {
  const said = refusal.safeParse(parsed(text)).data?.error;
  const reasons = [...(said?.details ?? []), ...(said?.errors ?? [])].map(({ reason }) => reason);
  const reason = reasons.find((one) => one !== undefined);
  return new AccessError(`${host} answered HTTP ${status}: ${said?.message.slice(0, 300) ?? 'no reason given'}`, {
    status,
    reason,
  });
}

function unreached(host: string, cause: unknown): AccessError {
  const says = cause instanceof Error ? cause.message : String(cause);
  if (/default credentials/i.test(says)) {
    return new AccessError('there are no credentials; run gcloud auth application-default login', { cause });
  }
  return new AccessError(`${host} could not be reached: ${says.slice(0, 300)}`, { cause });
}

async function authFor(endpoint: string | undefined) {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library');
  return endpoint === undefined ? new GoogleAuth({ scopes }).getClient() : new PassThroughClient();
}

/** Makes a way to ask Google's JSON APIs with the caller's own credentials; nothing is sent before the first request. */
export function askGoogle({ endpoint, timeoutMs = usualMs }: AskOptions): Ask {
  let auth: ReturnType<typeof authFor> | undefined;
  return async ({ url, body }, shape) => {
    const { host, pathname, search } = new URL(url);
    const at = endpoint === undefined ? url : `${endpoint.replace(/\/+$/, '')}${pathname}${search}`;
    try {
      const client = await (auth ??= authFor(endpoint));
      const answer = await client.request<string>({
        url: at,
        method: body === undefined ? 'GET' : 'POST',
        ...(body !== undefined && { data: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        signal: AbortSignal.timeout(timeoutMs),
        retry: false,
        responseType: 'text',
        redirect: 'manual',
        validateStatus: () => true,
      });
      if (answer.status !== 200) throw refused(host, answer.status, answer.data);
      const found = shape.safeParse(parsed(answer.data));
      if (!found.success)
        throw new AccessError(`${host} gave an answer that is not understood`, { cause: found.error });
      return found.data;
    } catch (cause) {
      throw cause instanceof AccessError ? cause : unreached(host, cause);
    }
  };
}
