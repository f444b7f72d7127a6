import type { AuthClient } from 'google-auth-library';
import { ObjectsError } from '../objects.ts';

/** How Cloud Storage is reached. Nothing here is read from the environment. */
export interface CloudStorageOptions {
  readonly bucket: string;
  /** Another address of the API, with or without `/storage/v1`. No credentials are looked for, nor sent to it. */
  readonly endpoint?: string | undefined;
  /** Credentials to use instead of those of the environment. */
  readonly authClient?: AuthClient | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter of waits. */
  readonly random?: (() => number) | undefined;
  readonly requestTimeoutMs?: number | undefined;
}

/** Where requests go, and who sends them with a token. */
export interface Connection {
  /** Without a slash at its end: `https://storage.googleapis.com`. */
  readonly base: string;
  readonly auth: Pick<AuthClient, 'request'>;
}

/** The smallest scope that reads and writes objects (Cloud Storage OAuth scopes). */
const scopes = ['https://www.googleapis.com/auth/devstorage.read_write'];

/** Loads the auth library and finds credentials and address; no request is sent to Cloud Storage yet. */
export async function connect(options: CloudStorageOptions): Promise<Connection> {
  const { endpoint } = options;
  const base = endpoint === undefined ? undefined : apiBase(endpoint);
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library');
  if (base !== undefined) return { base, auth: options.authClient ?? new PassThroughClient() };
  const client = options.authClient ?? (await new GoogleAuth({ scopes }).getClient());
  return { base: apiBase(`https://storage.${client.universeDomain}`), auth: client };
}

/** The address that `/storage/v1` and `/upload/storage/v1` stand below: adds `http://` where it is left out. */
export function apiBase(endpoint: string): string {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const says = `the endpoint ${JSON.stringify(endpoint)} is no address; write it like http://127.0.0.1:9023`;
    throw new ObjectsError(says, { failure: 'rejected', retryable: false });
  }
  return url.origin + url.pathname.replace(/\/+$/, '').replace(/\/storage\/v1$/, '');
}
