import { z } from 'zod';
import { AccessError } from './ask.ts';

const answer = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  team: z.string().optional(),
  user: z.string().optional(),
});

/** Who a bot token is, and what it may do. */
export interface SlackBot {
  readonly team: string;
  readonly user: string;
  readonly scopes: readonly string[];
}

/** The scopes that Jobwarden's messages need (Slack Web API reference of its methods). */
export const neededScopes = ['chat:write', 'im:write', 'users:read', 'users:read.email'] as const;

const limitMs = 8000;

async function asked(token: string, baseUrl: string): Promise<{ readonly json: unknown; readonly scopes: string }> {
  const response = await fetch(`${baseUrl.replace(/\/+$/, '')}/auth.test`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    redirect: 'error',
    signal: AbortSignal.timeout(limitMs),
  });
  const scopes = response.headers.get('x-oauth-scopes') ?? '';
  if (!response.ok) throw new AccessError(`Slack answered HTTP ${response.status}`, { status: response.status });
  return { json: await response.json(), scopes };
}

/**
 * Asks Slack who a token is; its scopes stand in the header `x-oauth-scopes` of the answer (Slack Web API, auth.test).
 * Throws an `AccessError`, with Slack's own word as its reason where Slack refuses the token.
 */
export async function slackBot(token: string, baseUrl: string): Promise<SlackBot> {
  let found: Awaited<ReturnType<typeof asked>>;
  try {
    found = await asked(token, baseUrl);
  } catch (cause) {
    if (cause instanceof AccessError) throw cause;
    throw new AccessError('Slack could not be reached', { cause });
  }
  const { ok, error = 'no reason given', team = '', user = '' } = answer.parse(found.json);
  if (!ok) throw new AccessError(`Slack refuses the token: ${error}`, { reason: error });
  return {
    team,
    user,
    scopes: found.scopes
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  };
}
