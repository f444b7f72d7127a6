import type { AuthClient, GoogleAuth } from 'google-auth-library';
import { EngineError } from '../engine.ts';
import type { Meter } from '../http/meter.ts';
import type { Pace } from '../http/pace.ts';

/** How BigQuery is reached. Nothing here is read from the environment. */
export interface BigQueryOptions {
  /** Another address of the API, with or without `/bigquery/v2`. No credentials are looked for, nor sent to it. */
  readonly endpoint?: string | undefined;
  /** Credentials to use instead of those of the environment. */
  readonly authClient?: AuthClient;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter of waits. */
  readonly random?: () => number;
  readonly requestTimeoutMs?: number;
  /** Counts calls and what came back. */
  readonly meter?: Meter | undefined;
  /** How fast each method is called, and how many of its calls are under way; see `usualPace`. */
  readonly requestsPerSecond?: number | undefined;
  readonly requestsInFlight?: number | undefined;
}

/**
 * BigQuery takes 100 requests a second for each user and method, and 300 at once (BigQuery quotas, "API requests"). The
 * rest is left to what the network bunches together.
 */
const usualPace: Pace = { perSecond: 95, inFlight: 32 };

/** The pace of each method, as the options have it. */
export function paceOf({ requestsPerSecond, requestsInFlight }: BigQueryOptions): Pace {
  return { perSecond: requestsPerSecond ?? usualPace.perSecond, inFlight: requestsInFlight ?? usualPace.inFlight };
}

/** Where requests go, and who sends them with a token. */
export interface Connection {
  /** Without a slash at its end: `https://bigquery.googleapis.com/bigquery/v2`. */
  readonly base: string;
  readonly auth: Pick<GoogleAuth, 'request'>;
}

/** Loads the official client and takes credentials and address from it; no request is sent yet. */
export async function connect(options: BigQueryOptions, project: string): Promise<Connection> {
  const { endpoint } = options;
  const base = endpoint === undefined ? undefined : apiBase(endpoint);
  const { BigQuery } = await import('@google-cloud/bigquery');
  const authClient = options.authClient ?? (base === undefined ? undefined : await withoutCredentials());
  // A project keeps the auth library from searching for one (it would start gcloud, or ask the metadata server).
  const client = new BigQuery({ projectId: project, ...(authClient && { authClient }) });
  // The client's own endpoint obeys BIGQUERY_EMULATOR_HOST behind our back: who may name an address is for settings to say.
  return { base: base ?? apiBase(`https://bigquery.${client.universeDomain}`), auth: client.authClient };
}

/** The base of the v2 API at an endpoint: adds `http://` and `/bigquery/v2` where they are left out. */
export function apiBase(endpoint: string): string {
  const address = /^[a-z][a-z\d+.-]*:\/\//i.test(endpoint) ? endpoint : `http://${endpoint}`;
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const says = `the endpoint ${JSON.stringify(endpoint)} is no address; write it like http://127.0.0.1:9050`;
    throw new EngineError('bigquery', says, { failure: 'rejected', retryable: false });
  }
  const path = url.pathname.replace(/\/+$/, '');
  return url.origin + (path === '' ? '/bigquery/v2' : path);
}

async function withoutCredentials(): Promise<AuthClient> {
  const { PassThroughClient } = await import('google-auth-library');
  return new PassThroughClient();
}
