import type { AuthClient } from 'google-auth-library';
import { EngineError } from '../engine.ts';
import { baseOf } from '../http/address.ts';
import type { HttpClient } from '../http/client.ts';
import { httpClient } from '../http/client.ts';
import type { Credentials } from '../http/credentials.ts';
import type { Meter } from '../http/meter.ts';
import type { Complaint } from '../http/status.ts';
import { googleCredentials } from './credentials.ts';

/** How Data Fusion is reached. Nothing here is read from the environment. */
export interface DataFusionOptions {
  /** Another address of the API. No credentials are looked for then, nor sent. */
  readonly endpoint?: string | undefined;
  /** Credentials to use instead of those of the environment. */
  readonly authClient?: AuthClient | undefined;
  readonly credentials?: Credentials | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter of waits. */
  readonly random?: (() => number) | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** Counts calls and what came back. */
  readonly meter?: Meter | undefined;
}

/** The two services of Data Fusion: its own API, and CDAP inside of each instance. */
export interface Connection {
  /** Without a slash at its end. */
  readonly base: string;
  readonly request: HttpClient;
  readonly requestInside: HttpClient;
  /** The base of the CDAP API of an instance; throws where it is not an address that may be trusted with a token. */
  readonly inside: (apiEndpoint: string) => string;
}

const itsOwn = /^https:\/\/[a-z\d.-]+\.datafusion\.googleusercontent\.com(?:\/|$)/;

/** Makes the clients of both services. Nothing is sent yet; `onDate` hears the `Date` of each answer of the API. */
export function connect(options: DataFusionOptions, onDate: (date: string) => void): Connection {
  const { endpoint, authClient } = options;
  const isOther = endpoint !== undefined && authClient === undefined;
  const credentials = options.credentials ?? (isOther ? undefined : googleCredentials(authClient));
  const common = { ...options, engine: 'data-fusion', credentials } as const;
  return {
    base: baseOf('data-fusion', endpoint ?? 'https://datafusion.googleapis.com'),
    request: httpClient({ ...common, onDate }),
    requestInside: httpClient({ ...common, complaintIn: complaintInside }),
    inside: (apiEndpoint) => insideOf(apiEndpoint, endpoint !== undefined),
  };
}

/** The token opens all of Google Cloud, so it goes to no other host than those that Data Fusion gives to instances. */
function insideOf(apiEndpoint: string, isStandIn: boolean): string {
  if (isStandIn || itsOwn.test(apiEndpoint)) return `${baseOf('data-fusion', apiEndpoint)}/v3`;
  const says = `the instance names ${JSON.stringify(apiEndpoint.slice(0, 200))} as its address, which is not of Data Fusion`;
  throw new EngineError('data-fusion', says, { failure: 'rejected', retryable: false });
}

/** CDAP complains in plain text, or in nothing at all. */
function complaintInside(body: string): Complaint {
  const isPage = /^\s*</.test(body);
  return { quoted: isPage ? undefined : body, fromApi: !isPage };
}
