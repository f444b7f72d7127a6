import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { join } from 'node:path';
import { checkTime } from '../budget.ts';
import { briefly } from '../names.ts';
import type { CallBudget, Entry, Found } from '../objects.ts';
import type { About, Store } from './call.ts';
import { looks, tooMany } from './call.ts';
import { bury, leftForLater } from './clear.ts';
import { failing, unless } from './failure.ts';
import { objectFolders } from './walk.ts';

/** The object, if its generation is the one asked for. */
export async function get(about: About, generation: string | undefined, store: Store): Promise<Found | undefined> {
  for await (const standing of looks(about, store)) {
    const { current } = standing;
    if (current === undefined || (generation ?? String(current)) !== String(current)) return undefined;
    const found = await read(join(about.folder, String(current)));
    if (found !== undefined) return { ...found, generation: String(current) };
  }
  throw tooMany(about);
}

/** All objects whose names begin with the prefix; what is left of deleted ones is removed on the way. */
export async function* list(prefix: string, budget: CallBudget, store: Store): AsyncGenerator<Entry> {
  const says = `list of ${briefly(prefix)}* in ${store.path}`;
  const places = objectFolders(store.path, prefix);
  for (;;) {
    checkTime(budget, store.now, says);
    const next = await failing(says, () => places.next());
    if (next.done === true) return;
    const { name, folder } = next.value;
    const entry = await failing(says, () => entryOf({ name, folder, says, budget }, store));
    if (entry !== undefined) yield entry;
  }
}

async function entryOf(about: About, store: Store): Promise<Entry | undefined> {
  for await (const standing of looks(about, store)) {
    const { current, deleted } = standing;
    if (deleted) await bury(about.folder, standing).catch(leftForLater);
    if (current === undefined) return undefined;
    const file = await unless(['ENOENT'], lstat(join(about.folder, String(current))));
    if (file === undefined) continue;
    const updatedAtMs = Math.round(file.mtimeMs);
    return { name: about.name, generation: String(current), updatedAtMs, sizeBytes: file.size };
  }
  throw tooMany(about);
}

/** A generation's bytes; undefined when it has been replaced since it was looked for. */
async function read(file: string): Promise<Omit<Found, 'generation'> | undefined> {
  // A deletion is a symbolic link: it is not followed, and fails with ELOOP.
  const handle = await unless(['ENOENT', 'ELOOP'], open(file, constants.O_RDONLY | constants.O_NOFOLLOW));
  if (handle === undefined) return undefined;
  try {
    const { mtimeMs } = await handle.stat();
    return { bytes: await handle.readFile(), updatedAtMs: Math.round(mtimeMs) };
  } finally {
    await handle.close();
  }
}
