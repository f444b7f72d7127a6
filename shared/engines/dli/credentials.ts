import { z } from 'zod';
import { EngineError, type CallBudget } from '../engine.ts';
import { httpClient, type HttpCall } from '../http/client.ts';
import { tokenCredentials, type Credentials, type Token } from '../http/credentials.ts';
import { malformed } from '../http/failure.ts';
import { parsed } from '../http/json.ts';
import { reader } from '../http/read.ts';
import type { DliOptions } from './connection.ts';
import { engine, type Place } from './place.ts';
import { authorizationOf, sdkDate, type AccessKey } from './sign.ts';

const text = z.string().min(1);
const accessKey = z.strictObject({ accessKey: text, secretKey: text, securityToken: text.optional() });
const password = z.strictObject({ user: text, password: text, domain: text });
const either = z.union([accessKey, password]);
type Password = z.output<typeof password>;

const earlyMs = 600_000;
/** Tokens live for 24 hours (IAM documentation of both clouds); one whose end cannot be read is used for an hour. */
const unknownEndMs = 3_600_000;

/**
 * Credentials for one place, from the setting of its cloud; undefined where there is an endpoint of a stand-in and nothing
 * else. Throws, without showing any of it, what cannot be used.
 */
export function dliCredentials(options: DliOptions, place: Place, iam: string): Credentials | undefined {
  const written = options.credentials?.[place.cloud];
  if (written === undefined && options.endpoint !== undefined) return undefined;
  if (written === undefined) throw unusable(place, 'there are none');
  const read = either.safeParse(parsed(written));
  if (!read.success) {
    throw unusable(place, 'they are not JSON with accessKey and secretKey, or with user, password and domain');
  }
  return 'accessKey' in read.data
    ? signing(read.data, place, options.now)
    : withToken(read.data, { options, place, iam });
}

/** Signs each attempt anew: a signature is good for a quarter of an hour. */
function signing(key: AccessKey, place: Place, now: () => number): Credentials {
  return {
    async proofOf({ method, url, body }) {
      const headers = {
        'x-sdk-date': sdkDate(now()),
        'x-project-id': place.project,
        ...(key.securityToken !== undefined && { 'x-security-token': key.securityToken }),
      };
      const signable = { method, url, body, headers: { ...headers, host: new URL(url).host } };
      return { ...headers, authorization: authorizationOf(signable, key) };
    },
  };
}

function withToken(
  by: Password,
  { options, place, iam }: { readonly options: DliOptions; readonly place: Place; readonly iam: string },
): Credentials {
  const { now } = options;
  const send = httpClient({ ...options, engine, credentials: undefined });
  const call = tokenCall(by, place, iam);
  const fetchToken = async (budget: CallBudget): Promise<Token> => {
    const { headers, body } = await send(call, budget);
    const token = headers.get('x-subject-token');
    if (token === null || token === '') throw malformed(engine, call, 'the answer has no X-Subject-Token');
    const endsAtMs = reader(parsed(body)).isoMs('token.expires_at');
    return { text: token, endsAtMs: endsAtMs ?? now() + unknownEndMs };
  };
  return tokenCredentials({ fetchToken, write: (token) => ({ 'x-auth-token': token }), now, earlyMs });
}

/** Asks for a token for the project, without the catalogue of services (IAM API reference of both clouds). */
function tokenCall({ user: name, password: secret, domain }: Password, { project }: Place, iam: string): HttpCall {
  const user = { name, password: secret, domain: { name: domain } };
  const identity = { methods: ['password'], password: { user } };
  const body = JSON.stringify({ auth: { identity, scope: { project: { id: project } } } });
  return { method: 'POST', url: `${iam}/v3/auth/tokens?nocatalog=1`, says: `the token of user ${name}`, body };
}

function unusable({ cloud }: Place, why: string): EngineError {
  const says = `the credentials in DLI_${cloud.toUpperCase()}_CREDENTIALS cannot be used: ${why}`;
  return new EngineError(engine, says, { failure: 'unauthenticated', retryable: false });
}
