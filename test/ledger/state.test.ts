import { existsSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { settingsTable } from '../../functions/settings-table.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { openState } from '../../shared/ledger/state.ts';
import { bytesOf, entries, plenty, textIn, write } from '../contracts/objects.ts';
import { aFolder } from './stores.ts';

// All objects here are made up.
const now = Date.now;

async function aBucket(name = 'state') {
  const storage = await startStorage({ writeLimit: false });
  storage.createBucket(name, { versioning: true });
  return storage;
}

describe('the state', () => {
  test.each([
    ['gs://state', 'ledger.json', 'gs://state'],
    ['gs://state/', 'ledger.json', 'gs://state'],
    ['gs://state/prod', 'prod/ledger.json', 'gs://state/prod'],
    ['gs://state/prod/', 'prod/ledger.json', 'gs://state/prod'],
    ['gs://state/eu/prod', 'eu/prod/ledger.json', 'gs://state/eu/prod'],
  ])('of %s is in the bucket, as %s', async (setting, name, place) => {
    const storage = await aBucket();
    onTestFinished(() => storage.close());
    const state = openState(setting, { now, endpoint: storage.url });
    await write(state, 'ledger.json', 'text');
    expect(String(storage.object({ bucket: 'state', name })?.bytes)).toBe('text');
    expect(state.place).toBe(place);
    expect((await entries(state)).map((entry) => entry.name)).toEqual(['ledger.json']);
  });

  test('of one prefix knows nothing of its neighbours', async () => {
    const storage = await aBucket();
    onTestFinished(() => storage.close());
    const [one, other] = ['gs://state/a', 'gs://state/ab'].map((at) => openState(at, { now, endpoint: storage.url }));
    if (one === undefined || other === undefined) throw new Error('there are two');
    await write(one, 'x', 'one');
    expect(await textIn(other, 'x')).toBeUndefined();
    expect(await entries(one, 'b')).toEqual([]);
    await write(other, 'x', 'other');
    await write(other, 'y', 'other');
    expect((await entries(one)).map(({ name }) => name)).toEqual(['x']);
    expect((await entries(other)).map(({ name }) => name)).toEqual(['x', 'y']);
    expect(await one.delete('x', {}, plenty())).toBe(true);
    expect(await textIn(other, 'x')).toBe('other');
  });

  test('has the generations of the bucket, earlier ones as well', async () => {
    const storage = await aBucket();
    onTestFinished(() => storage.close());
    const state = openState('gs://state/a', { now, endpoint: storage.url });
    const first = await write(state, 'x', 'one');
    const second = await write(state, 'x', 'two', first);
    expect(await write(state, 'x', 'three', first)).toBe('lost');
    expect(await state.delete('x', { ifGeneration: first }, plenty())).toBe(false);
    expect(await textIn(state, 'x', first)).toBe('one');
    expect((await state.versions('x', plenty())).map(({ generation }) => generation)).toEqual([first]);
    expect((await state.get('x', plenty()))?.generation).toBe(second);
  });

  test('of a path is a directory that is made by the first write', async () => {
    const path = await aFolder();
    const state = openState(path, { now });
    expect(await textIn(state, 'ledger.json')).toBeUndefined();
    expect(existsSync(path)).toBe(false);
    expect(await state.put('ledger.json', { bytes: bytesOf('text'), ifGeneration: 'absent' }, plenty())).not.toBe(
      'lost',
    );
    expect(await textIn(openState(path, { now }), 'ledger.json')).toBe('text');
    expect(state.place).toBe(path);
  });

  test.each(['gs://', 'gs:state', 'gs://State', 'gs://a', 'gs:///x', 'gs://state//x/../y', 'gs://1.2.3.4/x'])(
    'is not opened at %s',
    (setting) => {
      expect(() => openState(setting, { now })).toThrow(/\[ledger\].*Write gs:\/\/BUCKET/);
    },
  );

  test.each(['gs://state', 'gs://state/', 'gs://my_state.example/a/b', '.jobwarden/state', '/var/lib/x y', 'C', '..'])(
    'is opened at %s, as the settings allow',
    (setting) => {
      expect(settingsTable.JOBWARDEN_STATE.schema.safeParse(setting).success).toBe(true);
      expect(() => openState(setting, { now })).not.toThrow();
    },
  );
});
