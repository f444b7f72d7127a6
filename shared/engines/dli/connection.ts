import { baseOf } from '../http/address.ts';
import { httpClient, type HttpClient } from '../http/client.ts';
import { parsed } from '../http/json.ts';
import type { Meter } from '../http/meter.ts';
import { valueAt } from '../http/read.ts';
import type { Complaint } from '../http/status.ts';
import { dliCredentials } from './credentials.ts';
import { domainOf, engine, type Cloud, type Place } from './place.ts';

/** How DLI is reached. Nothing here is read from the environment. */
export interface DliOptions {
  /** One address that stands for DLI and IAM of every cloud. Without credentials of a cloud, none are sent to it. */
  readonly endpoint?: string | undefined;
  /** For each cloud, JSON: `{"accessKey", "secretKey"}` or `{"user", "password", "domain"}`. */
  readonly credentials?: Readonly<Partial<Record<Cloud, string | undefined>>> | undefined;
  /** Epoch ms. */
  readonly now: () => number;
  /** Between 0 and 1, for the jitter of waits. */
  readonly random?: () => number;
  readonly requestTimeoutMs?: number;
  /** Counts calls and what came back. */
  readonly meter?: Meter | undefined;
}

/** Where calls about one place go, and what sends them. */
export interface Connection {
  readonly base: string;
  readonly send: HttpClient;
}

/** One connection for each place, as a token is good for one project only; throws for credentials that cannot be used. */
export function connect(options: DliOptions, onDate: (date: string) => void): (place: Place) => Connection {
  const made = new Map<string, Connection>();
  return (place) => {
    const name = `${place.cloud}/${place.region}/${place.project}`;
    const connection = made.get(name) ?? open(options, place, onDate);
    made.set(name, connection);
    return connection;
  };
}

function open(options: DliOptions, place: Place, onDate: (date: string) => void): Connection {
  const base = (service: string) =>
    options.endpoint === undefined ? `https://${service}.${domainOf(place)}` : baseOf(engine, options.endpoint);
  const credentials = dliCredentials(options, place, base('iam'));
  return { base: base('dli'), send: httpClient({ ...options, engine, credentials, complaintIn, onDate }) };
}

/**
 * Errors are `{error_code, error_msg}` (DLI API reference). The gateway before it says so too, with a code of its own,
 * APIG.…: then it was not DLI who does not know a job.
 */
function complaintIn(body: string): Complaint {
  const value = parsed(body);
  const code = textAt(value, 'error_code');
  const said = [code, textAt(value, 'error_msg') ?? textAt(value, 'message')].filter((word) => word !== undefined);
  return { quoted: said.join(': '), fromApi: code?.startsWith('DLI.') ?? false };
}

function textAt(value: unknown, path: string): string | undefined {
  const text = valueAt(value, path);
  return typeof text === 'string' && text !== '' ? text : undefined;
}
