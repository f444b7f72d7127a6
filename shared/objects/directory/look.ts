import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from './failure.ts';

/**
 * What stands in an object's folder. Each generation is a file named by its number, which is never changed; deletion is
 * a number too (a symbolic link to nowhere). The greatest number counts. Each write takes the number after the one it
 * replaces, so of several writers one gets it, and the numbers before it are removed from the lowest on, never the last
 * few. A number without the one before it is therefore no generation, but what a writer left behind who came far too
 * late.
 */
export interface Standing {
  /** The generation that counts; undefined when the object does not exist. */
  readonly current: number | undefined;
  /** All numbers there are, in rising order. */
  readonly numbers: readonly number[];
  /** Whether the greatest number is a deletion: nothing is ever written after it in this folder. */
  readonly deleted: boolean;
}

const nothing: Standing = { current: undefined, numbers: [], deleted: false };

/** Looks at an object's folder, which need not exist. */
export async function look(folder: string): Promise<Standing> {
  let doubted: number | undefined;
  for (;;) {
    const { numbers, links } = await numbersIn(folder);
    const last = numbers.at(-1);
    if (last === undefined) return nothing;
    const deleted = links.has(last);
    if (deleted) return { current: undefined, numbers, deleted };
    if (numbers.at(-2) === last - 1 || (await exists(join(folder, String(last - 1))))) {
      return { current: last, numbers, deleted };
    }
    // The folder may have been read in the middle of several writes: only what is seen twice is believed.
    if (last === doubted) return { current: undefined, numbers, deleted };
    doubted = last;
  }
}

async function numbersIn(folder: string) {
  const entries = (await unless(['ENOENT'], readdir(folder, { withFileTypes: true }))) ?? [];
  const found = entries.filter((entry) => /^\d{1,16}$/.test(entry.name));
  const numbers = found.map((entry) => Number(entry.name)).sort((one, other) => one - other);
  const links = new Set(found.filter((entry) => entry.isSymbolicLink()).map((entry) => Number(entry.name)));
  return { numbers, links };
}

async function exists(path: string): Promise<boolean> {
  return (await unless(['ENOENT', 'ENOTDIR'], lstat(path))) !== undefined;
}
