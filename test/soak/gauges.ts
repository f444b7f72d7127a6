import { readdir } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Objects } from '../../shared/objects/objects.ts';

const megabyte = 1024 * 1024;

/** Also where the process was not started with --expose-gc, as in the tests. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc();
}

/** The heap that is really in use, in bytes, once nothing waits any more. */
export async function heapInUse(): Promise<number> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** How many files are in a folder and below it. */
export async function filesIn(path: string): Promise<number> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).length;
}

/** The highest figure of each quarter of a run. */
export function quarters(figures: readonly number[]): readonly number[] {
  return [0, 1, 2, 3].map((quarter) => {
    const [from, to] = [quarter, quarter + 1].map((at) => Math.floor((figures.length * at) / 4));
    return Math.max(0, ...figures.slice(from, to));
  });
}

/** A store that notes how large each object of a name was at most, in bytes. */
export function weighed(objects: Objects, name: string): Objects & { readonly most: () => number } {
  let most = 0;
  return {
    ...objects,
    put: (of, write, budget) => {
      if (of === name) most = Math.max(most, write.bytes.length);
      return objects.put(of, write, budget);
    },
    most: () => most,
  };
}

/** Bytes as people read them. */
export function inMegabytes(bytes: number): string {
  return `${(bytes / megabyte).toFixed(1)} MB`;
}
