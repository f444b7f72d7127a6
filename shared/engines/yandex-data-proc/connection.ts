import { baseOf } from '../http/address.ts';
import { httpClient, type HttpClient } from '../http/client.ts';
import type { Credentials } from '../http/credentials.ts';
import { parsed } from '../http/json.ts';
import type { Meter } from '../http/meter.ts';
import { valueAt } from '../http/read.ts';
import type { Complaint } from '../http/status.ts';
import { yandexCredentials } from './credentials.ts';
import { engine } from './place.ts';

/** How Yandex Data Proc is reached. Nothing here is read from the environment. */
export interface YandexOptions {
  /** One address that stands for all of Yandex Cloud. Without credentials of its own, none are sent to it. */
  readonly endpoint?: string | undefined;
  /** The JSON of an authorized key, or the word `metadata`. */
  readonly credentials?: string | undefined;
  /** An IAM token to use as long as it lasts, before anything else. */
  readonly iamToken?: string | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter of waits. */
  readonly random?: () => number;
  readonly requestTimeoutMs?: number;
  /** Counts calls and what came back. */
  readonly meter?: Meter | undefined;
}

/** Where the services are, without a slash at the end. */
export interface YandexAddresses {
  readonly dataproc: string;
  readonly iam: string;
  readonly metadata: string;
}

/** Where calls go, and what sends them. */
export interface Connection {
  readonly dataproc: string;
  readonly send: HttpClient;
}

/** What calls are made with; nothing is sent yet. Credentials that cannot be used are an error of the first call. */
export function connect(options: YandexOptions, onDate: (date: string) => void): () => Connection {
  let made: Connection | undefined;
  return () => {
    if (made !== undefined) return made;
    const addresses = addressesOf(options.endpoint);
    const credentials: Credentials | undefined = yandexCredentials(options, addresses);
    const send = httpClient({ ...options, engine, credentials, complaintIn, onDate });
    made = { dataproc: addresses.dataproc, send };
    return made;
  };
}

/** Yandex Cloud has one installation; its addresses name no region (list of its API endpoints). */
function addressesOf(endpoint: string | undefined): YandexAddresses {
  if (endpoint !== undefined) {
    const base = baseOf(engine, endpoint);
    return { dataproc: base, iam: base, metadata: base };
  }
  return {
    dataproc: 'https://dataproc.api.cloud.yandex.net',
    iam: 'https://iam.api.cloud.yandex.net',
    metadata: 'http://169.254.169.254',
  };
}

/** Errors are `{code, message, details}` with a code of gRPC (Yandex Cloud documentation of errors). */
function complaintIn(body: string): Complaint {
  const value = parsed(body);
  const message = valueAt(value, 'message');
  const quoted = typeof message === 'string' ? message : undefined;
  return { quoted, fromApi: typeof valueAt(value, 'code') === 'number' };
}
