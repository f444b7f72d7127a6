import type { z } from 'zod';
import { ObjectsError, type CallBudget, type Objects } from '../objects/objects.ts';

/** A record as it was read and checked, with the generation that a swap is compared with. */
export interface Stored<T> {
  readonly value: T;
  readonly generation: string;
}

/** What a kind of record looks like, what it is called in messages, and what helps when one cannot be read. */
export interface Kind<T> {
  readonly schema: z.ZodType<T>;
  /** Records of this version are read, and no others. */
  readonly version: number;
  readonly is: string;
  readonly cure: string;
}

/** What records need from outside. `now` is epoch ms; `timeoutMs` is for each call to the store. */
export interface RecordOptions {
  readonly now: () => number;
  readonly timeoutMs: number;
}

/** A record is there and cannot be used, or cannot be written. The message begins with `[ledger]`. */
export class RecordError extends Error {
  constructor(says: string, cause?: unknown) {
    super(`[ledger] ${says}`, { cause });
    this.name = 'RecordError';
  }
}

/** The time for one call to the store, counted from now. */
export function budgetOf({ now, timeoutMs }: RecordOptions): CallBudget {
  return { untilMs: now() + timeoutMs, signal: AbortSignal.timeout(timeoutMs) };
}

/** Reads a record; undefined when there is none. One that is broken, or newer than this program, is a `RecordError`. */
export async function readRecord<T>(
  objects: Objects,
  name: string,
  about: Kind<T> & RecordOptions,
): Promise<Stored<T> | undefined> {
  const found = await objects.get(name, budgetOf(about));
  if (found === undefined) return undefined;
  const where = `${about.is} ${objects.place}/${name} (generation ${found.generation})`;
  return { value: checked(found.bytes, where, about), generation: found.generation };
}

function checked<T>(bytes: Uint8Array, where: string, { schema, version, cure }: Kind<T>): T {
  const written = parsed(bytes, where, cure);
  const theirs = versionOf(written);
  if (theirs !== undefined && theirs > version) {
    const newer = `was written by a newer Jobwarden (version ${theirs}; this one knows version ${version})`;
    throw new RecordError(`${where} ${newer}. Nothing was changed. Deploy the newer one again.`);
  }
  const read = schema.safeParse(written);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const fault = `${issue?.path.join('.') || 'all of it'}: ${issue?.message ?? 'wrong'}`.slice(0, 300);
  throw new RecordError(`${where} cannot be read: ${fault}. Nothing was changed. ${cure}`);
}

function parsed(bytes: Uint8Array, where: string, cure: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RecordError(`${where} is no JSON. Nothing was changed. ${cure}`, cause);
  }
}

function versionOf(written: unknown): number | undefined {
  const version: unknown =
    typeof written === 'object' && written !== null ? Reflect.get(written, 'version') : undefined;
  return typeof version === 'number' ? version : undefined;
}

/** What to write, and what has to stand there for it: a generation, or nothing (`absent`). */
export interface Swap {
  readonly bytes: Uint8Array;
  readonly ifGeneration: string;
}

const mostTries = 3;

/**
 * Writes if exactly that stands there; `lost`: something else does, and nothing was written. Where an answer was lost,
 * what stands there tells: these very bytes mean that it was written, the same generation as before that it may be tried
 * again. What cannot be told, because others have written since, is the store's own error. Of two that write the same
 * bytes, both may hear that they did.
 */
export async function swapRecord(
  objects: Objects,
  name: string,
  { bytes, ifGeneration, ...options }: Swap & RecordOptions,
): Promise<{ readonly generation: string } | 'lost'> {
  const write = { bytes, ifGeneration, contentType: 'application/json' };
  let doubt: ObjectsError | undefined;
  for (let tries = 0; tries < mostTries; tries += 1) {
    try {
      const answer = await objects.put(name, write, budgetOf(options));
      if (answer !== 'lost' || doubt === undefined) return answer;
    } catch (error) {
      if (!(error instanceof ObjectsError) || !error.unsettled) throw error;
      doubt = error;
    }
    const found = await objects.get(name, budgetOf(options));
    if (found !== undefined && Buffer.compare(found.bytes, bytes) === 0) return { generation: found.generation };
    if ((found?.generation ?? 'absent') !== ifGeneration) throw doubt;
  }
  throw doubt ?? new RecordError(`${name} was not written`);
}
