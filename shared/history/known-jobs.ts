import { jobName } from '../jobs/job.ts';
import type { PastJob } from './past-job.ts';

/** Knows jobs again, so that exports may overlap. It takes some 20 bytes for each job, 128 MiB at most. */
export interface KnownJobs {
  /** Whether the job was given before. After eleven million jobs every further one is taken to be new. */
  isKnown(past: PastJob): boolean;
}

const leastSlots = 1 << 16;
const mostSlots = 1 << 24;
const fullShare = 0.7;

const mixed = (hash: number, by: number) => Math.imul(hash ^ (hash >>> 16), by);

/** 53 bits of a job's name and creation, never 0: among a million jobs, two have the same once in ten thousand histories. */
function keyOf({ final, createdAtMs }: PastJob): number {
  const name = `${jobName(final)} ${createdAtMs}`;
  let low = 0x811c9dc5;
  let high = 0x41c6ce57;
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5f356495);
  }
  return (mixed(high, 0xc2b2ae35) >>> 11) * 2 ** 32 + (mixed(low, 0x85ebca6b) >>> 0) || 1;
}

/** Where a key stands, or would stand, in a table with linear probing; its length is a power of two. */
function placeOf(table: Float64Array, key: number): number {
  let place = key % table.length;
  while (table[place] !== 0 && table[place] !== key) place = (place + 1) & (table.length - 1);
  return place;
}

function grown(table: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(table.length * 2);
  for (const key of table) if (key !== 0) larger[placeOf(larger, key)] = key;
  return larger;
}

/** Knows no job yet. */
export function knownJobs(): KnownJobs {
  let table = new Float64Array(leastSlots);
  let count = 0;
  return {
    isKnown: (past) => {
      const key = keyOf(past);
      if (table[placeOf(table, key)] === key) return true;
      if (count >= fullShare * table.length) {
        if (table.length >= mostSlots) return false;
        table = grown(table);
      }
      table[placeOf(table, key)] = key;
      count += 1;
      return false;
    },
  };
}
