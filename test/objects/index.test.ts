// All objects here are made up.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startStorage } from '../../infra/local/storage/server.ts';
import { openObjects } from '../../shared/objects/index.ts';
import { textIn, write } from '../contracts/objects.ts';
import { aFolder } from './child.ts';

it('opens each kind of place, and touches nothing before the first call', async () => {
  const path = await aFolder();
  await using storage = { ...(await startStorage()), [Symbol.asyncDispose]: () => storage.close() };
  storage.createBucket('state');
  const options = { now: Date.now, endpoint: storage.url };
  const stores = await Promise.all([
    openObjects({ kind: 'memory' }, options),
    openObjects({ kind: 'directory', path }, options),
    openObjects({ kind: 'cloud-storage', bucket: 'state' }, options),
  ]);
  expect(stores.map(({ place }) => place)).toEqual(['memory', path, 'gs://state']);
  expect([existsSync(path), storage.requests]).toEqual([false, []]);
  for (const store of stores) {
    await write(store, 'a', 'one', 'absent');
    expect(await textIn(store, 'a')).toBe('one');
  }
  expect([existsSync(join(path, 'a@')), storage.object({ bucket: 'state', name: 'a' })?.bytes.toString()]).toEqual([
    true,
    'one',
  ]);
});
