import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { onlyFrom } from '../../functions/caller.ts';
import type { LogEntry } from '../../functions/log.ts';
import { logInto } from '../secrets/listen.ts';
import { signer, type Claims } from './signer.ts';

// Synthetic: no such account exists, and the keys are made for this run.
const caller = 'scheduler@ops.iam.gserviceaccount.com';
const audience = 'https://europe-west1-ops.cloudfunctions.net/jobwarden-watch';
const right = { aud: audience, email: caller, email_verified: true };
const seconds = Math.floor(Date.now() / 1000);

const google = await signer();
const somebodyElse = await signer();
const logged: LogEntry[] = [];
let work = 0;

http(
  'guarded',
  onlyFrom({ caller, audience, certificatesUrl: google.url }, logInto(logged), async (_, response) => {
    work += 1;
    response.status(200).end();
  }),
);
const server = getTestServer('guarded');
let url = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : '';
});
beforeEach(() => {
  logged.length = 0;
  work = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await Promise.all([google.close(), somebodyElse.close()]);
});

const call = async (authorization: string | undefined) =>
  fetch(url, { method: 'POST', headers: authorization === undefined ? {} : { authorization } });

describe('a call', () => {
  test('of the account that is meant is let in', async () => {
    expect((await call(`Bearer ${google.token(right)}`)).status).toBe(200);
    expect([work, logged]).toEqual([1, []]);
  });

  const unsigned = (claims: Claims) => google.token(claims).replace(/[^.]+$/, 'AAAA');
  test.each([
    ['without a token', undefined, 401],
    ['with another way to say who one is', 'Basic c2NoZWR1bGVyOg==', 401],
    ['with something that is no token', 'Bearer abc', 401],
    ['with a token that is much too long', `Bearer ${'a'.repeat(9000)}`, 401],
    ['whose token is signed by somebody else', `Bearer ${somebodyElse.token(right)}`, 401],
    ['whose token is not signed', `Bearer ${unsigned(right)}`, 401],
    ['whose token is over', `Bearer ${google.token({ ...right, iat: seconds - 8000, exp: seconds - 4000 })}`, 401],
    ['whose token is for another function', `Bearer ${google.token({ ...right, aud: `${audience}-2` })}`, 401],
    ['whose token is from another issuer', `Bearer ${google.token({ ...right, iss: 'https://example.com' })}`, 401],
    ['of another account', `Bearer ${google.token({ ...right, email: `x${caller}` })}`, 403],
    ['of an address that nobody has verified', `Bearer ${google.token({ ...right, email_verified: false })}`, 403],
    ['of no address', `Bearer ${google.token({ ...right, email: undefined })}`, 403],
  ])('%s is refused, does no work, and leaves a line without the token', async (_, authorization, status) => {
    const response = await call(authorization);
    expect([response.status, work]).toEqual([status, 0]);
    expect(logged).toMatchObject([{ severity: 'WARNING', event: 'call.refused' }]);
    const token = authorization?.split(' ')[1] ?? 'none';
    expect(`${JSON.stringify(logged)} ${await response.text()}`).not.toContain(token);
  });

  test('is let in where nothing is set: on a machine of one’s own', () => {
    const handler = async () => {};
    expect(onlyFrom(undefined, () => {}, handler)).toBe(handler);
  });
});
