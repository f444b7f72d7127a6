import { rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { unless } from './failure.ts';
import type { Standing } from './look.ts';

/** How many numbers are kept below the current one: so many writes may pass before a late writer is in doubt. */
const kept = 8;

/**
 * Removes the folder of an object that does not exist, if it is still the one that was looked at: only numbers seen
 * there are removed, from the lowest on, and those of a later object are others.
 */
export async function bury(folder: string, { current, numbers }: Standing): Promise<void> {
  if (current !== undefined) return;
  await removed(folder, numbers);
  await unless(['ENOENT', 'ENOTEMPTY', 'EEXIST'], rmdir(folder));
}

/** Removes the numbers that are no longer of use after `number` was written, the lowest first, as far as it can. */
export async function tidy(folder: string, { numbers }: Standing, number: number): Promise<void> {
  const old = numbers.filter((each) => each <= number - kept);
  await removed(folder, old).catch(leftForLater);
}

/** A number must never be gone while one below it is there: that would make room for a late writer. */
async function removed(folder: string, numbers: readonly number[]): Promise<void> {
  for (const number of numbers) await unless(['ENOENT'], unlink(join(folder, String(number))));
}

/** What could not be removed is in nobody's way; the next writes, listings and openings of the store try again. */
export function leftForLater(): void {}
