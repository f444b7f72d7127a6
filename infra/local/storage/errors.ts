import type { JsonObject } from '../bigquery/json.ts';
import { present } from '../bigquery/json.ts';

interface ErrorParts {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly domain?: string;
  /** What of the request is wrong: `header If-Match`, `parameter fields`. */
  readonly at?: readonly [type: string, location: string];
  readonly retryAfterSeconds?: number | undefined;
}

/** An error that the API answers with; `body` is the answer in the shape of Cloud Storage's JSON errors. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly status: number;
  readonly body: JsonObject;
  readonly retryAfterSeconds: number | undefined;

  constructor({ status, reason, message, domain = 'global', at, retryAfterSeconds }: ErrorParts) {
    super(message);
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    const error = present({ message, domain, reason, locationType: at?.[0], location: at?.[1] });
    this.body = { error: { code: status, message, errors: [error] } };
  }
}

/** 404 for an object, or one of its generations, that is not there. */
export function noSuchObject(bucket: string, name: string): StorageError {
  return new StorageError({ status: 404, reason: 'notFound', message: `No such object: ${bucket}/${name}` });
}

/** 404 for a bucket that is not there. */
export function noSuchBucket(): StorageError {
  return new StorageError({ status: 404, reason: 'notFound', message: 'The specified bucket does not exist.' });
}

/** 412 for a generation or metageneration that is not the one asked for. */
export function conditionNotMet(): StorageError {
  const message = 'At least one of the pre-conditions you specified did not hold.';
  return new StorageError({ status: 412, reason: 'conditionNotMet', message, at: ['header', 'If-Match'] });
}

/** 304 for a generation that is the one the caller has. It is sent without a body. */
export function notModified(): StorageError {
  return new StorageError({ status: 304, reason: 'notModified', message: 'Not Modified' });
}

/** 400 for a value that cannot be read. */
export function invalid(message: string, parameter?: string): StorageError {
  const at = parameter === undefined ? {} : { at: ['parameter', parameter] as const };
  return new StorageError({ status: 400, reason: 'invalid', message, ...at });
}

/** 400 for something that is missing in the request. */
export function required(what: string): StorageError {
  return new StorageError({ status: 400, reason: 'required', message: `Required parameter: ${what}` });
}

/** 429 for more than one write a second to one object (Cloud Storage quotas). */
export function tooManyWrites(bucket: string, name: string): StorageError {
  const message =
    `The object ${bucket}/${name} exceeded the rate limit for object mutation operations (create, update, and delete). ` +
    'Please reduce your request rate. See https://cloud.google.com/storage/docs/gcs429.';
  return new StorageError({ status: 429, reason: 'rateLimitExceeded', domain: 'usageLimits', message });
}

/** 501 for what the stand-in does not have. */
export function notPart(what: string): StorageError {
  return new StorageError({ status: 501, reason: 'notImplemented', message: `${what} is not part of the stand-in.` });
}
