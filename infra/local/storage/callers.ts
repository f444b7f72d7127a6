import type { Permissions } from '../permissions.ts';
import { StorageError } from './errors.ts';

const PERMISSIONS = [
  'storage.objects.get',
  'storage.objects.list',
  'storage.objects.create',
  'storage.objects.update',
  'storage.objects.delete',
  'storage.buckets.get',
  'storage.buckets.list',
  'storage.buckets.create',
  'storage.buckets.update',
  'storage.buckets.delete',
] as const;

export type StoragePermission = (typeof PERMISSIONS)[number];

/** Who makes a call, and what IAM allows them in each bucket (`buckets/B`). */
export interface StorageCaller {
  readonly email: string;
  readonly permissions: Permissions<StoragePermission>;
}

/** The caller of every request while no callers are configured: allowed everything. */
const ADMINISTRATOR: StorageCaller = { email: 'demo@example.com', permissions: new Set(PERMISSIONS) };

/**
 * The caller behind an Authorization header. Without configured callers everybody is the administrator, with or without
 * a token; otherwise an unknown token is a 401, and who sends none may do nothing.
 */
export function callerOf(
  authorization: string | undefined,
  callers: ReadonlyMap<string, StorageCaller> | undefined,
): StorageCaller {
  if (!callers) return ADMINISTRATOR;
  const token = /^Bearer\s+(.+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return { email: '', permissions: new Set() };
  const caller = callers.get(token);
  if (caller) return caller;
  const at = ['header', 'Authorization'] as const;
  throw new StorageError({ status: 401, reason: 'authError', message: 'Invalid Credentials', at });
}

/** Throws what the API says to a caller without a permission: 403, or 401 to one without a token. */
export function checkAllowed(caller: StorageCaller, permission: StoragePermission, resource: string): void {
  const { email, permissions } = caller;
  if (permissions.has(permission, resource)) return;
  const thing =
    permission.startsWith('storage.objects.') && permission !== 'storage.objects.list' ? 'object' : 'bucket';
  const message =
    `${email === '' ? 'Anonymous caller' : email} does not have ${permission} access to the Google Cloud Storage ${thing}. ` +
    `Permission '${permission}' denied on resource (or it may not exist).`;
  if (email !== '') throw new StorageError({ status: 403, reason: 'forbidden', message });
  throw new StorageError({ status: 401, reason: 'required', message, at: ['header', 'Authorization'] });
}
