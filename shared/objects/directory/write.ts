import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, symlinkSync } from 'node:fs';
import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectsError } from '../objects.ts';
import { bury, leftForLater } from './clear.ts';
import type { Disk } from './disk.ts';
import { afterwards, foldersAbove, lasting, writeWhole } from './disk.ts';
import { codeOf } from './failure.ts';
import type { Standing } from './look.ts';

/** Where and how a write goes; `commits` is called right before it takes effect, and throws when it is too late. */
export interface Writing extends Disk {
  readonly folder: string;
  /** For what is not finished, on the same file system. */
  readonly temporary: string;
  /** A number for a new object, greater than all before it and than `above`. */
  readonly firstNumber: (above: number) => number;
  readonly commits: () => void;
}

/** The target of the symbolic link that stands for a deletion. */
const nowhere = 'deleted';

/**
 * Writes the generation after `number`. Undefined: somebody else did so first. The new file is linked to its place when
 * it is whole and on the disk, so there is no moment at which an end of this process leaves half of it.
 */
export async function replace(number: number, bytes: Uint8Array, writing: Writing): Promise<number | undefined> {
  const file = join(writing.temporary, randomUUID());
  try {
    await writeWhole(file, bytes, writing);
    return await take(number, writing, (place) => linkSync(file, place));
  } finally {
    await rm(file, { force: true }).catch(leftForLater);
  }
}

/** Writes down a deletion as the number after `number`. Undefined: somebody else wrote first. */
export async function markDeleted(number: number, writing: Writing): Promise<number | undefined> {
  return take(number, writing, (place) => symlinkSync(nowhere, place));
}

/**
 * Takes the number after `number`, which nobody has twice. Whoever comes so late that the number was taken and removed
 * again would get it too: but then `number`, which is removed before it, is gone as well. If it goes between two of
 * these system calls, which follow each other at once, then it cannot be told which of the two happened.
 */
async function take(number: number, writing: Writing, make: (place: string) => void): Promise<number | undefined> {
  const { folder, says } = writing;
  const place = join(folder, String(number + 1));
  writing.commits();
  if (!exists(join(folder, String(number)))) return undefined;
  try {
    make(place);
  } catch (error) {
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  if (!exists(join(folder, String(number)))) {
    await rm(place, { force: true });
    const why = `${says}: others have written many times meanwhile, so it cannot be told whether it was carried out`;
    throw new ObjectsError(why, { failure: 'conflict', retryable: true, unsettled: true });
  }
  await afterwards(lasting([folder], writing), writing);
  return number + 1;
}

/**
 * Writes the first generation of an object that is not there. Undefined: somebody else did so first. The folder is made
 * ready elsewhere and moved to its place, which works only where there is none, or an empty one.
 */
export async function create(standing: Standing, bytes: Uint8Array, writing: Writing): Promise<number | undefined> {
  const { folder, temporary } = writing;
  // The number before it is there too, as a deletion; see `look`.
  const number = writing.firstNumber((standing.numbers.at(-1) ?? 0) + 1);
  const ready = join(temporary, randomUUID());
  try {
    await makeReady(ready, { number, bytes }, writing);
    await bury(folder, standing);
    const above = await foldersAbove(folder);
    writing.commits();
    await rename(ready, folder);
    await afterwards(lasting(above, writing), writing);
    return number;
  } catch (error) {
    await rm(ready, { recursive: true, force: true }).catch(leftForLater);
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return undefined;
    throw error;
  }
}

async function makeReady(
  folder: string,
  { number, bytes }: { readonly number: number; readonly bytes: Uint8Array },
  writing: Writing,
): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  await symlink(nowhere, join(folder, String(number - 1)));
  await writeWhole(join(folder, String(number)), bytes, writing);
  await lasting([folder], writing);
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
