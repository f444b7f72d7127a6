import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';

/** What a token says. Times are epoch seconds. */
export interface Claims {
  readonly iss?: string;
  readonly aud?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly iat?: number;
  readonly exp?: number;
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signs tokens as Google does for Cloud Scheduler and Pub/Sub, with keys of its own and the certificates to check them. */
export async function signer() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const certificates = { 'key-1': publicKey.export({ type: 'spki', format: 'pem' }) };
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(certificates));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the signer has no port');
  const seconds = Math.floor(Date.now() / 1000);
  return {
    url: `http://127.0.0.1:${address.port}/certs`,
    token: (claims: Claims): string => {
      const head = part({ alg: 'RS256', kid: 'key-1', typ: 'JWT' });
      const usual = { iss: 'https://accounts.google.com', iat: seconds - 10, exp: seconds + 3600, sub: '1' };
      const body = `${head}.${part({ ...usual, ...claims })}`;
      return `${body}.${sign('sha256', Buffer.from(body), privateKey).toString('base64url')}`;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
