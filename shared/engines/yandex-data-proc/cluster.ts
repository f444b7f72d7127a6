import { isFields, reader, type Reader } from '../http/read.ts';

/** What the jobs of a cluster take from it. Undefined is unknown. */
export interface Cluster {
  readonly id: string;
  readonly name: string | undefined;
  readonly folder: string | undefined;
  readonly zone: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  /** Whether jobs can run in it, as far as its state says. */
  readonly isAlive: boolean;
}

/** Jobs run in a cluster only while it is RUNNING; an ERROR may leave some. A word nobody knows is looked into. */
const idle = new Set(['CREATING', 'STARTING', 'STOPPING', 'STOPPED']);

/** Turns a record (Data Proc REST reference, Cluster) into a Cluster; undefined without an id. */
export function readCluster(record: unknown): Cluster | undefined {
  const read = reader(record);
  const id = read.text('id');
  if (id === undefined) return undefined;
  return {
    id,
    name: read.text('name'),
    folder: read.text('folderId'),
    zone: read.text('zoneId'),
    labels: labelsOf(read),
    isAlive: !idle.has(read.text('status') ?? ''),
  };
}

/** All labels or none: with one unreadable value left out, a job would pass for one that does not have the label. */
function labelsOf(read: Reader): Cluster['labels'] {
  // What is not set is left out of the answer (proto3 JSON).
  const found = read.find('labels') ?? {};
  if (!isFields(found)) return undefined;
  const entries = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return entries.length < Object.keys(found).length ? undefined : Object.fromEntries(entries);
}
