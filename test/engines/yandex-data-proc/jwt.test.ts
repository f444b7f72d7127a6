import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { jwtOf } from '../../../shared/engines/yandex-data-proc/jwt.ts';

// Synthetic: a key that was made for this test.
const pair = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const key = { id: 'key-1', serviceAccountId: 'aje-1', privateKey: pair.privateKey };
const nowMs = Date.parse('2026-03-11T10:00:00.900Z');

const part = (text = ''): unknown => JSON.parse(Buffer.from(text, 'base64url').toString());

/** Whether another implementation than the one that signs (Web Crypto) finds the signature right. */
async function isSigned(jwt: string): Promise<boolean> {
  const [head, claims, signature = ''] = jwt.split('.');
  const algorithm = { name: 'RSA-PSS', hash: 'SHA-256' };
  const der = new Uint8Array(pair.publicKey);
  const publicKey = await webcrypto.subtle.importKey('spki', der, algorithm, false, ['verify']);
  const given = new Uint8Array(Buffer.from(signature, 'base64url'));
  const text = new TextEncoder().encode(`${head}.${claims}`);
  return webcrypto.subtle.verify({ name: 'RSA-PSS', saltLength: 32 }, publicKey, given, text);
}

describe('jwtOf', () => {
  it('says who asks whom and when, for an hour', () => {
    const [head, claims] = jwtOf(key, nowMs).split('.');
    expect(part(head)).toEqual({ typ: 'JWT', alg: 'PS256', kid: 'key-1' });
    const iat = 1773223200;
    expect(part(claims)).toEqual({
      iss: 'aje-1',
      aud: 'https://iam.api.cloud.yandex.net/iam/v1/tokens',
      iat,
      exp: iat + 3600,
    });
  });

  it('is signed so that Web Crypto believes it', async () => {
    expect(await isSigned(jwtOf(key, nowMs))).toBe(true);
  });

  it('is not believed once a claim is changed', async () => {
    const [head, , signature] = jwtOf(key, nowMs).split('.');
    const other = Buffer.from(JSON.stringify({ iss: 'somebody-else' })).toString('base64url');
    expect(await isSigned(`${head}.${other}.${signature}`)).toBe(false);
  });

  it('reads a key with the line of text that newer key files put before it', async () => {
    const line = 'PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <key-1>\n';
    expect(await isSigned(jwtOf({ ...key, privateKey: line + key.privateKey }, nowMs))).toBe(true);
  });

  it('throws for what is no private key', () => {
    expect(() => jwtOf({ ...key, privateKey: 'none' }, nowMs)).toThrow(/./);
  });
});
