import type { ObjectsFailure } from '../objects.ts';
import { ObjectsError } from '../objects.ts';

/** The code of a system error, such as ENOENT; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The promise's result; undefined where it fails with one of the codes. */
export async function unless<T>(codes: readonly string[], promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Runs a call and turns what the file system says against it into an `ObjectsError`; `says` names the call. */
export async function failing<T>(says: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ObjectsError) throw error;
    throw toObjectsError(says, error);
  }
}

const forbidden = 'this user may not do it; look at the owner and the mode of the folder';
const noLinks = 'this file system has no hard links; choose a folder on another one';
const full = 'no space is left there';

const known: Readonly<Record<string, readonly [ObjectsFailure, boolean, string]>> = {
  EACCES: ['forbidden', false, forbidden],
  EPERM: ['forbidden', false, `${forbidden} (or ${noLinks})`],
  EROFS: ['forbidden', false, 'it is mounted read-only'],
  ENOTSUP: ['rejected', false, noLinks],
  EOPNOTSUPP: ['rejected', false, noLinks],
  EXDEV: ['rejected', false, 'parts of the folder are on different file systems'],
  ENOTDIR: ['rejected', false, 'a part of its path is a file'],
  ENAMETOOLONG: ['rejected', false, 'its path would be too long there'],
  ENOSPC: ['server', true, full],
  EDQUOT: ['server', true, full],
};

function toObjectsError(says: string, error: unknown): ObjectsError {
  const code = codeOf(error);
  const [failure, retryable, why] = known[code ?? ''] ?? ['server', true, 'the file system failed'];
  const heard = error instanceof Error ? error.message : String(error);
  return new ObjectsError(`${says}: ${why} (${code ?? heard})`, { failure, retryable, cause: error });
}
