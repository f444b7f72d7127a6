import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startStorage } from '../../infra/local/storage/server.ts';
import { openState } from '../../shared/ledger/state.ts';
import { cloudStorageObjects } from '../../shared/objects/cloud-storage.ts';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import type { Objects } from '../../shared/objects/objects.ts';

// All objects here are made up.

/** A clock that only moves when a test moves it; `nowMs` is epoch ms. */
export interface Clock {
  nowMs: number;
}

/** Opens one new store; each call of what it gives is another opening of the same place. */
export type OpenStore = (clock: Clock) => Promise<() => Objects>;

async function inMemory(clock: Clock) {
  const objects = memoryObjects({ now: () => clock.nowMs });
  return () => objects;
}

/** A folder that is gone after the test. */
export async function aFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'jobwarden-ledger-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return join(path, 'state');
}

async function inDirectory(clock: Clock) {
  const path = await aFolder();
  return () => directoryObjects({ path, now: () => clock.nowMs });
}

async function aBucket(now: () => number) {
  const storage = await startStorage({ writeLimit: false, now });
  onTestFinished(() => storage.close());
  storage.createBucket('state');
  return storage.url;
}

async function inCloudStorage(clock: Clock) {
  const now = () => clock.nowMs;
  const endpoint = await aBucket(now);
  return () => cloudStorageObjects({ bucket: 'state', endpoint, now, random: () => 0 });
}

async function belowPrefix(clock: Clock) {
  const now = () => clock.nowMs;
  const endpoint = await aBucket(now);
  return () => openState('gs://state/jobwarden/prod', { now, endpoint });
}

/** Every store that a ledger, claims and receipts may be kept in. */
export const stores: readonly (readonly [string, OpenStore])[] = [
  ['in memory', inMemory],
  ['in a directory', inDirectory],
  ['in Cloud Storage', inCloudStorage],
  ['in Cloud Storage below a prefix', belowPrefix],
];
