import { z } from 'zod';
import { EngineError } from '../engine.ts';
import { httpClient, type HttpCall, type HttpClient } from '../http/client.ts';
import { tokenCredentials, type Credentials, type Token } from '../http/credentials.ts';
import { malformed } from '../http/failure.ts';
import { objectIn, parsed } from '../http/json.ts';
import { reader, valueAt } from '../http/read.ts';
import type { YandexAddresses, YandexOptions } from './connection.ts';
import { jwtOf, type AuthorizedKey } from './jwt.ts';
import { engine } from './place.ts';

const keyFile = z.object({ id: z.string().min(1), service_account_id: z.string().min(1), private_key: z.string() });

/** IAM tokens live for 12 hours at most; the documentation advises a new one every hour. */
const useMs = 3_600_000;
const earlyMs = 120_000;

/**
 * The credentials for a setting: a given IAM token, the JSON of an authorized key, or the word `metadata`; undefined
 * where there is an endpoint of a stand-in and nothing else. Throws, without showing any of it, what cannot be used.
 */
export function yandexCredentials(options: YandexOptions, addresses: YandexAddresses): Credentials | undefined {
  const { iamToken, credentials, now } = options;
  // It cannot be renewed: what is refused stays refused.
  if (iamToken !== undefined) return { proofOf: async () => bearer(iamToken) };
  if (credentials === undefined && options.endpoint !== undefined) return undefined;
  const send = httpClient({ ...options, engine, credentials: undefined });
  const ask =
    credentials === 'metadata' ? fromMetadata(addresses.metadata, now) : fromKey(credentials, addresses.iam, now);
  const fetchToken = async (budget: Parameters<HttpClient>[1]): Promise<Token> => {
    const call = ask.callAt();
    return ask.tokenIn(objectIn(engine, (await send(call, budget)).body, call), call);
  };
  return tokenCredentials({ fetchToken, write: bearer, now, earlyMs });
}

interface Asking {
  readonly callAt: () => HttpCall;
  readonly tokenIn: (answer: unknown, call: HttpCall) => Token;
}

function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** Exchanges a JWT for an IAM token (Yandex Cloud IAM documentation). */
function fromKey(text: string | undefined, iam: string, now: () => number): Asking {
  const key = keyIn(text);
  return {
    callAt: () => ({
      method: 'POST',
      url: `${iam}/iam/v1/tokens`,
      says: `the IAM token of service account ${key.serviceAccountId}`,
      body: JSON.stringify({ jwt: signedBy(key, now()) }),
    }),
    tokenIn(answer, call) {
      const token = tokenAt(answer, 'iamToken', call);
      const endsAtMs = reader(answer).isoMs('expiresAt') ?? Infinity;
      return { text: token, endsAtMs: Math.min(endsAtMs, now() + useMs) };
    },
  };
}

function signedBy(key: AuthorizedKey, nowMs: number): string {
  try {
    return jwtOf(key, nowMs);
  } catch {
    // What the crypto library says may quote the key.
    throw unusable('its private_key is no private key in PEM');
  }
}

/** Asks the metadata service of a machine or function of Yandex Cloud (its documentation). */
function fromMetadata(metadata: string, now: () => number): Asking {
  const url = `${metadata}/computeMetadata/v1/instance/service-accounts/default/token`;
  const headers = { 'metadata-flavor': 'Google' };
  return {
    callAt: () => ({ method: 'GET', url, says: 'the IAM token of the metadata service', headers }),
    tokenIn(answer, call) {
      const token = tokenAt(answer, 'access_token', call);
      // Google's metadata service answers at the same address: its token must not be handed to anybody else.
      if (token.startsWith('ya29.')) throw malformed(engine, call, "this is Google's metadata service, not Yandex's");
      const seconds = valueAt(answer, 'expires_in');
      const leftMs = typeof seconds === 'number' ? seconds * 1000 : useMs;
      return { text: token, endsAtMs: now() + Math.min(leftMs, useMs) };
    },
  };
}

function tokenAt(answer: unknown, path: string, call: HttpCall): string {
  const token = valueAt(answer, path);
  if (typeof token === 'string' && /^\S+$/.test(token)) return token;
  throw malformed(engine, call, `the answer has no ${path}`);
}

function keyIn(text: string | undefined): AuthorizedKey {
  if (text === undefined) throw unusable('there are none');
  const key = keyFile.safeParse(parsed(text));
  if (!key.success) throw unusable('they are not the JSON of an authorized key (id, service_account_id, private_key)');
  const { id, service_account_id: serviceAccountId, private_key: privateKey } = key.data;
  return { id, serviceAccountId, privateKey };
}

function unusable(why: string): EngineError {
  const says = `the credentials in YANDEX_CREDENTIALS cannot be used: ${why}`;
  return new EngineError(engine, says, { failure: 'unauthenticated', retryable: false });
}
