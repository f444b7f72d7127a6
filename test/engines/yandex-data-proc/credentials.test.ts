import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { YandexAuth } from '../../../infra/local/yandex-data-proc/iam.ts';
import { startYandexDataProc } from '../../../infra/local/yandex-data-proc/server.ts';
import { yandexDataProc } from '../../../shared/engines/yandex-data-proc.ts';
import { aBudget } from '../../contracts/engine.ts';
import { serve, text } from '../scripted-bigquery.ts';

// Synthetic: keys that were made for this test.
function aPair() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
const pair = aPair();
const other = aPair();

const keyFile = (fields: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ id: 'key-1', service_account_id: 'aje-1', private_key: pair.privateKey, ...fields });
const keys = { 'key-1': { serviceAccountId: 'aje-1', publicKey: pair.publicKey } };
const target = { engine: 'yandex-data-proc', name: 'yandex-data-proc:f', project: 'f' } as const;

/** A stand-in that lets in whom `auth` says, an engine that comes with some credentials, and a clock for both. */
async function aScene(auth: YandexAuth, credentials: { credentials?: string; iamToken?: string }) {
  let nowMs = Date.parse('2026-03-11T10:00:00Z');
  const now = () => nowMs;
  const standIn = await startYandexDataProc({ auth, now });
  onTestFinished(() => standIn.close());
  const engine = yandexDataProc({ endpoint: standIn.url, now, random: () => 0, ...credentials });
  const look = async () => {
    const budget = { ...aBudget(), untilMs: nowMs + 10_000 };
    for await (const page of engine.source.list(target, budget)) expect(page.jobs).toEqual([]);
  };
  const asked = (path: string) => standIn.requests.filter((one) => one.target.startsWith(path)).length;
  return {
    standIn,
    look: async () =>
      look().then(
        () => 'let in',
        (error: unknown) => String(error),
      ),
    pass: (ms: number) => void (nowMs += ms),
    exchanges: () => asked('/iam/v1/tokens'),
    looks: () => asked('/dataproc/v1/clusters'),
  };
}

describe('an authorized key', () => {
  it('is exchanged for a token once, for many calls', async () => {
    const scene = await aScene({ keys }, { credentials: keyFile() });
    for (let turn = 0; turn < 3; turn += 1) expect(await scene.look()).toBe('let in');
    expect(scene.exchanges()).toBe(1);
  });

  it('is exchanged again every hour, as the documentation advises', async () => {
    const scene = await aScene({ keys }, { credentials: keyFile() });
    await scene.look();
    scene.pass(57 * 60_000);
    await scene.look();
    expect(scene.exchanges()).toBe(1);
    scene.pass(2 * 60_000);
    expect(await scene.look()).toBe('let in');
    expect(scene.exchanges()).toBe(2);
  });

  it('is exchanged again before a token ends that lasts less long', async () => {
    const scene = await aScene({ keys, tokenLastsMs: 10 * 60_000 }, { credentials: keyFile() });
    await scene.look();
    scene.pass(9 * 60_000);
    expect(await scene.look()).toBe('let in');
    expect(scene.exchanges()).toBe(2);
    expect(scene.standIn.requests.filter(({ status }) => status === 401)).toEqual([]);
  });

  it('is exchanged again, once, when its token is refused', async () => {
    const scene = await aScene({ keys }, { credentials: keyFile() });
    await scene.look();
    scene.standIn.revokeTokens();
    expect(await scene.look()).toBe('let in');
    expect([scene.exchanges(), scene.looks()]).toEqual([2, 3]);
  });

  it('is given up when the new token is refused as well', async () => {
    const scene = await aScene({ keys }, { credentials: keyFile() });
    scene.standIn.switches.add({ call: 'clusters', kind: '401' });
    expect(await scene.look()).toMatch(/the credentials were refused \(HTTP 401 Token is invalid/);
    expect([scene.exchanges(), scene.looks()]).toEqual([2, 2]);
  });

  it.each([
    ['a key that the service does not know', { id: 'key-2' }, 'kid names no key'],
    ['another service account', { service_account_id: 'aje-2' }, 'iss is not the service account'],
    ['another private key', { private_key: other.privateKey }, 'the signature is wrong'],
  ])('is refused for %s', async (_, fields, why) => {
    const scene = await aScene({ keys }, { credentials: keyFile(fields) });
    expect(await scene.look()).toContain(why);
    expect(scene.looks()).toBe(0);
  });
});

describe('the metadata service', () => {
  it('hands out the token', async () => {
    const scene = await aScene({ metadata: true }, { credentials: 'metadata' });
    expect(await scene.look()).toBe('let in');
    scene.standIn.revokeTokens();
    expect(await scene.look()).toBe('let in');
  });

  it("is not believed when it is Google's: that token goes to nobody", async () => {
    const google = await serve(text(JSON.stringify({ access_token: 'ya29.synthetic', expires_in: 3600 })));
    onTestFinished(() => google.close());
    const { source } = yandexDataProc({ endpoint: google.url, credentials: 'metadata', now: Date.now });
    const ref = { engine: 'yandex-data-proc', target: target.name, project: 'f', id: 'c/j' } as const;
    await expect(source.get(ref, aBudget())).rejects.toThrow("this is Google's metadata service");
    expect(google.asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });
});

describe('a given token', () => {
  it('is shown as it is', async () => {
    const scene = await aScene({ tokens: ['t1.given'] }, { iamToken: 't1.given' });
    expect(await scene.look()).toBe('let in');
  });

  it('cannot be renewed: refused once, it is not tried again', async () => {
    const scene = await aScene({ tokens: ['t1.given'] }, { iamToken: 't1.given' });
    scene.standIn.revokeTokens();
    expect(await scene.look()).toContain('the credentials were refused');
    expect([scene.looks(), scene.exchanges()]).toEqual([1, 0]);
  });
});

describe('credentials that cannot be used', () => {
  it.each([
    ['no JSON', 'SECRET', 'not the JSON of an authorized key'],
    ['JSON without a key', JSON.stringify({ id: 'SECRET' }), 'not the JSON of an authorized key'],
    ['no private key', keyFile({ private_key: 'SECRET' }), 'no private key in PEM'],
  ])('are an error of the call, which does not show them: %s', async (_, credentials, why) => {
    const scene = await aScene({ keys }, { credentials });
    const said = await scene.look();
    expect(said).toContain(why);
    expect(said).not.toContain('SECRET');
    expect(scene.standIn.requests).toEqual([]);
  });

  it('are missed where the service is not a stand-in, before anything is sent', async () => {
    const { source } = yandexDataProc({ now: Date.now });
    const ref = { engine: 'yandex-data-proc', target: target.name, project: 'f', id: 'c/j' } as const;
    await expect(source.get(ref, aBudget())).rejects.toMatchObject({ failure: 'unauthenticated', retryable: false });
  });

  it('are not looked for where there is a stand-in', async () => {
    const standIn = await startYandexDataProc();
    onTestFinished(() => standIn.close());
    const { source } = yandexDataProc({ endpoint: standIn.url, now: Date.now });
    for await (const page of source.list(target, aBudget())) expect(page.jobs).toEqual([]);
    expect(standIn.requests.map((one) => one.target)).toEqual(['/dataproc/v1/clusters?folderId=f&pageSize=1000']);
  });
});
