import type { AuthClient, GoogleAuth } from 'google-auth-library';
import { EngineError } from '../engine.ts';
import type { Call } from './calls.ts';
import type { Meter } from '../http/meter.ts';
import type { Pace } from '../http/pace.ts';
import { impersonated } from './identity.ts';

/** How BigQuery is reached. Nothing here is read from the environment. */
export interface BigQueryOptions {
  /** Another address of the API, with or without `/bigquery/v2`. No credentials are looked for, nor sent to it. */
  readonly endpoint?: string | undefined;
  /** Another address of Resource Manager, which is asked for projects: as `endpoint`, which it is when left out. */
  readonly managerEndpoint?: string | undefined;
  /** The service account that calls are made as; who calls needs `iam.serviceAccounts.getAccessToken` on it. */
  readonly identity?: string | undefined;
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

/** Resource Manager counts reads by the minute, a few hundred for each project that asks. */
const managerPace: Pace = { perSecond: 8, inFlight: 8 };

/** The pace of each method, as the options have it. */
export function paceOf(api: Call['api'], { requestsPerSecond, requestsInFlight }: BigQueryOptions): Pace {
  if (api === 'resource-manager') return managerPace;
  return { perSecond: requestsPerSecond ?? usualPace.perSecond, inFlight: requestsInFlight ?? usualPace.inFlight };
}

/** Where requests go, and who sends them with a token. */
export interface Connection {
  /** Without a slash at its end: `https://bigquery.googleapis.com/bigquery/v2`. */
  readonly base: string;
  /** The same of Resource Manager: `https://cloudresourcemanager.googleapis.com/v3`. */
  readonly manager: string;
  readonly auth: Pick<GoogleAuth, 'request'>;
}

/** Beside BigQuery's own scope, which the client adds: projects are listed with it (Resource Manager v3 reference). */
const scopes = ['https://www.googleapis.com/auth/cloud-platform.read-only'];

/** Loads the official client and takes credentials and address from it; no request is sent yet. */
export async function connect(options: BigQueryOptions, project: string): Promise<Connection> {
  const { endpoint, managerEndpoint = endpoint } = options;
  const base = endpoint === undefined ? undefined : apiBase(endpoint);
  const manager = managerEndpoint === undefined ? undefined : `${new URL(apiBase(managerEndpoint)).origin}/v3`;
  const { BigQuery } = await import('@google-cloud/bigquery');
  const own = options.authClient ?? ((base ?? manager) === undefined ? undefined : await withoutCredentials());
  const iam = manager === undefined ? undefined : new URL(manager).origin;
  const authClient = options.identity === undefined ? own : await impersonated(options.identity, own, iam);
  // A project keeps the auth library from searching for one (it would start gcloud, or ask the metadata server).
  const client = new BigQuery({ projectId: project, scopes, ...(authClient && { authClient }) });
  // The client's own endpoint obeys BIGQUERY_EMULATOR_HOST behind our back: who may name an address is for settings to say.
  const at = (api: string) => `https://${api}.${client.universeDomain}`;
  return {
    base: base ?? apiBase(at('bigquery')),
    manager: manager ?? `${at('cloudresourcemanager')}/v3`,
    auth: client.authClient,
  };
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
