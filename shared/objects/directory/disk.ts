import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ObjectsError } from '../objects.ts';
import { unless } from './failure.ts';

/** How bytes get to the disk; without `fsync` they do so when the system likes. */
export interface Disk {
  /** Epoch ms, kept as the time of the file. */
  readonly nowMs: number;
  readonly fsync: boolean;
  /** For messages. */
  readonly says: string;
}

/** Makes the folder that a folder stands in; gives it and those above it whose entries are new. */
export async function foldersAbove(folder: string): Promise<readonly string[]> {
  const first = await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  return upTo(dirname(folder), dirname(first ?? folder));
}

/** The folder and those above it, as far as `last`. */
export function upTo(folder: string, last: string): readonly string[] {
  return folder === last || folder === dirname(folder) ? [folder] : [folder, ...upTo(dirname(folder), last)];
}

/** Writes a new file; when this is done its bytes last through a power cut. */
export async function writeWhole(file: string, bytes: Uint8Array, { nowMs, fsync }: Disk): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.utimes(nowMs / 1000, nowMs / 1000);
    if (fsync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the entries of folders last through a power cut. */
export async function lasting(folders: readonly string[], { fsync }: Pick<Disk, 'fsync'>): Promise<void> {
  if (!fsync) return;
  for (const folder of folders) {
    const handle = await unless(['ENOENT'], open(folder, 'r'));
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  }
}

/** What follows a write that everybody can see already: if it fails, nobody knows whether the write stays. */
export async function afterwards(work: Promise<void>, { says }: Disk): Promise<void> {
  try {
    await work;
  } catch (cause) {
    const why = `${says}: written, but perhaps not to the disk`;
    throw new ObjectsError(why, { failure: 'server', retryable: true, unsettled: true, cause });
  }
}
