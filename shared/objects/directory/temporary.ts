import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { leftForLater } from './clear.ts';
import { lasting, upTo } from './disk.ts';
import { unless } from './failure.ts';

const hourMs = 3_600_000;

/**
 * Gives the folder for unfinished writes, which is made in the store's own where it is missing. At the first call what
 * writers left there who ended in the middle is removed, after an hour. The hour is that of the machine: it is compared
 * with times that the file system gave.
 */
export function temporaryFolder(root: string, fsync: boolean): () => Promise<string> {
  const folder = join(root, '.tmp');
  let cleared = false;
  return async () => {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first !== undefined) await lasting(upTo(root, dirname(first)), { fsync });
    if (!cleared) await clear(folder);
    cleared = true;
    return folder;
  };
}

async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const about = await unless(['ENOENT'], lstat(file));
    const isOld = about !== undefined && Date.now() - about.ctimeMs > hourMs;
    if (isOld) await rm(file, { recursive: true, force: true }).catch(leftForLater);
  }
}
