import { join, resolve } from 'node:path';
import type { About, DirectoryOptions, Store } from './directory/call.ts';
import { looks, stands, tooMany } from './directory/call.ts';
import { bury, leftForLater, tidy } from './directory/clear.ts';
import { failing } from './directory/failure.ts';
import { foldersOf } from './directory/file-names.ts';
import { risingNumbers } from './directory/numbers.ts';
import { get, list } from './directory/read.ts';
import { temporaryFolder } from './directory/temporary.ts';
import type { Writing } from './directory/write.ts';
import { create, markDeleted, replace } from './directory/write.ts';
import { checkTime } from './budget.ts';
import { briefly, checkName } from './names.ts';
import type { CallBudget, Objects, Write } from './objects.ts';

/**
 * Objects in a folder of this machine, which any number of processes may use at once. It needs a file system with hard
 * links, and takes no locks: a process that ends at any point holds up nobody and leaves nothing half done.
 */
export function directoryObjects(options: DirectoryOptions): Objects {
  const path = resolve(options.path);
  const store = { ...options, path, temporary: temporaryFolder(path, options.fsync ?? true), numbers: risingNumbers() };
  const call = <T>(verb: string, name: string, budget: CallBudget, work: (about: About) => Promise<T>): Promise<T> => {
    const says = `${verb} of ${briefly(name)} in ${path}`;
    return failing(says, async () => {
      checkName(name, says);
      return work({ name, says, budget, folder: join(path, ...foldersOf(name)) });
    });
  };
  return {
    place: path,
    get: (name, budget, generation) => call('get', name, budget, (about) => get(about, generation, store)),
    put: (name, write, budget) => call('put', name, budget, (about) => put(about, write, store)),
    delete: (name, { ifGeneration }, budget) =>
      call('delete', name, budget, (about) => remove(about, ifGeneration, store)),
    list: (prefix, budget) => list(prefix, budget, store),
    versions: (name, budget) => call('versions', name, budget, async () => []),
  };
}

async function put(about: About, { bytes, ifGeneration }: Write, store: Store) {
  for await (const standing of looks(about, store)) {
    const { current } = standing;
    if (!stands(current, ifGeneration)) return 'lost' as const;
    const writing = await writingOf(about, store);
    const written = await (current === undefined ? create(standing, bytes, writing) : replace(current, bytes, writing));
    if (written === undefined) continue;
    store.numbers.note(written);
    if (current !== undefined) await tidy(about.folder, standing, written);
    return { generation: String(written) };
  }
  throw tooMany(about);
}

async function remove(about: About, ifGeneration: string | undefined, store: Store): Promise<boolean> {
  for await (const { current, numbers } of looks(about, store)) {
    if (current === undefined || !stands(current, ifGeneration)) return false;
    const written = await markDeleted(current, await writingOf(about, store));
    if (written === undefined) continue;
    store.numbers.note(written);
    const gone = { current: undefined, numbers: [...numbers, written], deleted: true };
    // The deletion is written down; if its folder cannot be removed now, the next listing does it.
    await bury(about.folder, gone).catch(leftForLater);
    return true;
  }
  throw tooMany(about);
}

async function writingOf({ folder, says, budget }: About, store: Store): Promise<Writing> {
  const temporary = await store.temporary();
  const commits = () => checkTime(budget, store.now, says);
  const fsync = store.fsync ?? true;
  return { folder, temporary, nowMs: store.now(), firstNumber: store.numbers.first, commits, says, fsync };
}
