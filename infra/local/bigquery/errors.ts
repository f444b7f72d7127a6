import type { Json, JsonObject } from './json.ts';

interface ErrorParts {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
  readonly domain?: string;
  readonly details?: Json;
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
};

/** An error that the API answers with; `body` is the answer in the shape of Google's JSON errors. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: JsonObject;

  constructor({ status, reason, message, domain = 'global', details }: ErrorParts) {
    super(message);
    this.status = status;
    const error = {
      code: status,
      message,
      errors: [{ message, domain, reason }],
      status: STATUS_NAMES[status] ?? 'UNKNOWN',
    };
    this.body = { error: details === undefined ? error : { ...error, details } };
  }
}

/** 404 for a job that is not there, or not in the place that was asked. */
export function jobNotFound(project: string, jobId: string, location: string | undefined): ApiError {
  const where = location === undefined ? jobId : `${location}.${jobId}`;
  return new ApiError({ status: 404, reason: 'notFound', message: `Not found: Job ${project}:${where}` });
}

/** 403 for a caller who lacks a permission on a thing, named as the API names it (`Job p:id`, `Project p`). */
export function accessDenied(thing: string, permission: string): ApiError {
  const message = `Access Denied: ${thing}: User does not have ${permission} permission in it, or it does not exist.`;
  return new ApiError({ status: 403, reason: 'accessDenied', message });
}

/** 400 for a value that cannot be read. */
export function invalid(message: string): ApiError {
  return new ApiError({ status: 400, reason: 'invalid', message });
}

/** 400 for a `fields` selector that cannot be read or names a field that the answer does not have. */
export function invalidFields(fields: string, description: string): ApiError {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations: [{ field: fields, description }] },
  ];
  const message = 'Request contains an invalid argument.';
  return new ApiError({ status: 400, reason: 'badRequest', message, details });
}
