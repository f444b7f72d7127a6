import type { AuthClient } from 'google-auth-library';
import { lostFailure } from '../bigquery/lost.ts';
import { EngineError } from '../engine.ts';
import type { Credentials } from '../http/credentials.ts';

type Auth = Pick<AuthClient, 'getRequestHeaders'>;

/** Google credentials: those given, or those of the environment, looked for at the first call and anew after a 401. */
export function googleCredentials(given?: AuthClient): Credentials {
  let opened: Promise<Auth> | undefined;
  const auth = async (): Promise<Auth> => given ?? (await (opened ??= ofEnvironment()));
  return {
    async proofOf({ url }) {
      try {
        const headers = await (await auth()).getRequestHeaders(url);
        return Object.fromEntries(headers);
      } catch (error) {
        opened = undefined;
        const { says, ...about } = lostFailure('', error);
        throw new EngineError('data-fusion', says, about);
      }
    },
    renew() {
      opened = undefined;
      return given === undefined;
    },
  };
}

async function ofEnvironment(): Promise<Auth> {
  const { GoogleAuth } = await import('google-auth-library');
  // A project, which no call needs, keeps the library from searching for one (it would start gcloud).
  return new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform', projectId: 'none' });
}
