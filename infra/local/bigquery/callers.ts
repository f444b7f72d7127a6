import type { Permissions } from '../permissions.ts';
import { ApiError } from './errors.ts';

const PERMISSIONS = [
  'bigquery.jobs.listAll',
  'bigquery.jobs.list',
  'bigquery.jobs.get',
  'bigquery.jobs.update',
  'bigquery.jobs.create',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

/** Who makes a call, and what IAM allows them in each project (`projects/P`). */
export interface Caller {
  readonly email: string;
  readonly permissions: Permissions<Permission>;
}

/** The caller of every request while no callers are configured: allowed everything. */
const ADMINISTRATOR: Caller = { email: 'demo@example.com', permissions: new Set(PERMISSIONS) };

/**
 * The caller behind an Authorization header. Without configured callers everybody is the administrator, with or without
 * a token; otherwise an unknown or missing token is a 401.
 */
export function callerOf(authorization: string | undefined, callers: ReadonlyMap<string, Caller> | undefined): Caller {
  if (!callers) return ADMINISTRATOR;
  const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1] ?? '';
  const caller = callers.get(token);
  if (caller) return caller;
  const missing = token === '';
  throw new ApiError({
    status: 401,
    reason: missing ? 'required' : 'authError',
    message: missing
      ? 'Request is missing required authentication credential.'
      : 'Request had invalid authentication credentials.',
  });
}
