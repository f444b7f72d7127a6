import type { Version } from '../objects.ts';
import { fieldOf, parsed } from './failure.ts';

/** An object as the API describes it. `marks` is its custom metadata; `isEarlier`: another generation has replaced it. */
export interface Resource extends Version {
  readonly name: string;
  readonly isEarlier: boolean;
  readonly marks: Readonly<Record<string, string>>;
}

/** One page of a listing. */
export interface ResourcePage {
  readonly items: readonly Resource[];
  readonly nextPageToken: string | undefined;
}

/** Reads an object's description (Cloud Storage, "Objects" resource); undefined when it is none. */
export function resourceIn(body: string): Resource | undefined {
  return resourceOf(parsed(body));
}

/** Reads a page of objects.list; undefined when it is none. A page without objects has no `items`. */
export function pageIn(body: string): ResourcePage | undefined {
  const page = parsed(body);
  const items = fieldOf(page, 'items') ?? [];
  const nextPageToken = fieldOf(page, 'nextPageToken');
  if (typeof page !== 'object' || page === null || !Array.isArray(items)) return undefined;
  const read = items.map(resourceOf).filter((item) => item !== undefined);
  if (read.length < items.length || !isTextOrNothing(nextPageToken)) return undefined;
  return { items: read, nextPageToken: nextPageToken === '' ? undefined : nextPageToken };
}

function resourceOf(value: unknown): Resource | undefined {
  const name = fieldOf(value, 'name');
  const generation = fieldOf(value, 'generation');
  // `updated` also changes when only the description does, e.g. the storage class; the bytes are as old as this.
  const updatedAtMs = timeOf(fieldOf(value, 'timeCreated'));
  const sizeBytes = Number(fieldOf(value, 'size'));
  if (typeof name !== 'string' || typeof generation !== 'string' || !/^\d+$/.test(generation)) return undefined;
  if (updatedAtMs === undefined || !Number.isSafeInteger(sizeBytes)) return undefined;
  const isEarlier = fieldOf(value, 'timeDeleted') !== undefined;
  return { name, generation, updatedAtMs, sizeBytes, isEarlier, marks: marksOf(fieldOf(value, 'metadata')) };
}

function marksOf(metadata: unknown): Readonly<Record<string, string>> {
  if (typeof metadata !== 'object' || metadata === null) return {};
  const texts = Object.entries(metadata).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts.map(([key, value]) => [key, String(value)]));
}

/** Epoch ms of an RFC 3339 or HTTP date; undefined when it is none. */
export function timeOf(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}

function isTextOrNothing(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
