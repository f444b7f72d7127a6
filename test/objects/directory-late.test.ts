// Writers that come too late, and folders as they look in the middle of something. All objects here are made up.
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import sinon from 'sinon';
import { describe, expect, it, onTestFinished } from 'vitest';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { look } from '../../shared/objects/directory/look.ts';
import { markDeleted, replace } from '../../shared/objects/directory/write.ts';
import type { Writing } from '../../shared/objects/directory/write.ts';
import { entries, plenty, textIn, write } from '../contracts/objects.ts';
import { aFolder } from './child.ts';

async function anObject(writes: number) {
  const path = await aFolder();
  const objects = directoryObjects({ path, now: Date.now, fsync: false });
  const generations: string[] = [];
  for (let index = 0; index < writes; index += 1) generations.push(await write(objects, 'a', `text ${index}`));
  const folder = join(path, 'a@');
  const writing: Writing = {
    folder,
    temporary: join(path, '.tmp'),
    nowMs: Date.now(),
    firstNumber: (above) => above + 1,
    commits: () => undefined,
    says: 'put of a',
    fsync: false,
  };
  return { path, objects, folder, writing, numbers: generations.map(Number) };
}

/** Puts something in the place of a function of node:fs until the test ends. */
function instead<Name extends 'linkSync' | 'symlinkSync'>(name: Name, by: (typeof fs)[Name]): void {
  const stub = sinon.stub(fs, name).callsFake(by);
  syncBuiltinESMExports();
  onTestFinished(() => {
    stub.restore();
    syncBuiltinESMExports();
  });
}

describe('a writer who comes too late', () => {
  it.each([
    ['by one write', 1],
    ['by a few', 5],
    ['by so many that its number has been removed again', 30],
  ])('writes nothing: %s', async (_, later) => {
    const { objects, folder, writing, numbers } = await anObject(1 + later);
    const before = await readdir(folder);
    expect(await replace(numbers[0] ?? 0, Buffer.from('late'), writing)).toBeUndefined();
    expect(await markDeleted(numbers[0] ?? 0, writing)).toBeUndefined();
    expect(await readdir(folder)).toEqual(before);
    expect(await readdir(writing.temporary)).toEqual([]);
    expect(await textIn(objects, 'a')).toBe(`text ${later}`);
  });

  it('writes nothing where the object is deleted, nor brings it back', async () => {
    const { path, objects, folder, writing, numbers } = await anObject(1);
    await objects.delete('a', {}, plenty());
    expect(await replace(numbers[0] ?? 0, Buffer.from('late'), writing)).toBeUndefined();
    await mkdir(folder);
    expect(await replace(numbers[0] ?? 0, Buffer.from('late'), writing)).toBeUndefined();
    expect(await textIn(objects, 'a')).toBeUndefined();
    expect(await write(objects, 'a', 'new', 'absent')).not.toBe('lost');
    expect(await replace(numbers[0] ?? 0, Buffer.from('late'), writing)).toBeUndefined();
    expect(await textIn(directoryObjects({ path, now: Date.now }), 'a')).toBe('new');
  });

  it('says that it cannot tell, when it was overtaken in the very moment of writing', async () => {
    const { folder, writing, numbers } = await anObject(1);
    const [number = 0] = numbers;
    const link = fs.linkSync;
    instead('linkSync', (from, to) => {
      link(from, to);
      fs.unlinkSync(join(folder, String(number)));
    });
    const late = replace(number, Buffer.from('late'), writing);
    await expect(late).rejects.toMatchObject({ failure: 'conflict', retryable: true, unsettled: true });
    await expect(late).rejects.toThrow('[objects] put of a: others have written many times meanwhile');
    expect(await readdir(folder)).not.toContain(String(number + 1));
    expect(await readdir(writing.temporary)).toEqual([]);
  });

  it('is not told that it lost when its time is over: nothing happens then', async () => {
    const { objects, numbers } = await anObject(1);
    let nowMs = 0;
    const slow = directoryObjects({ path: objects.place, now: () => (nowMs += 10), fsync: false });
    const budget = { untilMs: 25, signal: new AbortController().signal };
    const put = slow.put('a', { bytes: Buffer.from('late'), ifGeneration: String(numbers[0]) }, budget);
    await expect(put).rejects.toMatchObject({ failure: 'timeout', unsettled: false });
    expect(await textIn(objects, 'a')).toBe('text 0');
    nowMs = 0;
    const create = slow.put('b', { bytes: Buffer.from('late'), ifGeneration: 'absent' }, budget);
    await expect(create).rejects.toMatchObject({ failure: 'timeout', unsettled: false });
    expect(await textIn(objects, 'b')).toBeUndefined();
    expect(await readdir(join(objects.place, '.tmp'))).toEqual([]);
  });
});

describe('an object’s folder', () => {
  const foldersNow: readonly [string, readonly string[], number | undefined, boolean][] = [
    ['does not exist', [], undefined, false],
    ['has a generation and the deletion before it', ['4>', '5'], 5, false],
    ['has several', ['4>', '5', '6', '7'], 7, false],
    ['has lost the old ones', ['11', '12'], 12, false],
    ['has numbers of different lengths', ['9>', '10', '99', '100'], 100, false],
    ['ends in a deletion', ['4>', '5', '6>'], undefined, true],
    ['has only the deletion left', ['6>'], undefined, true],
    ['has only what a late writer left', ['6'], undefined, false],
    ['has what a late writer left below', ['3', '11', '12'], 12, false],
    ['has other files too', ['4>', '5', 'x', '6.bak', '-7', '07x'], 5, false],
  ];
  it.each(foldersNow)('that %s', async (_, names, current, deleted) => {
    const folder = join(await aFolder(), 'a@');
    if (names.length > 0) await mkdir(folder, { recursive: true });
    for (const name of names) {
      if (name.endsWith('>')) await symlink('deleted', join(folder, name.slice(0, -1)));
      else await writeFile(join(folder, name), 'x');
    }
    expect(await look(folder)).toMatchObject({ current, deleted });
  });

  /** Listings that follow each other, as of a folder that others write to. */
  function listings(...all: readonly (readonly number[])[]): { readonly times: () => number } {
    const stub = sinon.stub(promises, 'readdir');
    const direntOf = (number: number): fs.Dirent<NonSharedBuffer> =>
      Object.assign(Object.create(fs.Dirent.prototype), { name: String(number), isSymbolicLink: () => false });
    for (const [index, numbers] of all.entries()) stub.onCall(index).resolves(numbers.map(direntOf));
    syncBuiltinESMExports();
    onTestFinished(() => {
      stub.restore();
      syncBuiltinESMExports();
    });
    return { times: () => stub.callCount };
  }

  it('is looked at again when a listing shows a number without the one before it', async () => {
    const folder = join(await aFolder(), 'a@');
    const { times } = listings([4, 5, 9], [20, 21]);
    expect(await look(folder)).toMatchObject({ current: 21 });
    expect(times()).toBe(2);
  });

  it('is believed to hold nothing only when that was seen twice', async () => {
    const folder = join(await aFolder(), 'a@');
    const { times } = listings([9], [12], [12]);
    expect(await look(folder)).toMatchObject({ current: undefined, numbers: [12] });
    expect(times()).toBe(3);
  });

  it('is not doubted when the number before is there after all', async () => {
    const { folder, numbers } = await anObject(2);
    const { times } = listings([numbers[1] ?? 0]);
    expect(await look(folder)).toMatchObject({ current: numbers[1] });
    expect(times()).toBe(1);
  });
});

describe('what is left in a store', () => {
  it('is a few generations, and nothing of a deleted object', async () => {
    const { objects, folder, path } = await anObject(30);
    expect(await readdir(folder)).toHaveLength(8);
    await objects.delete('a', {}, plenty());
    expect(await readdir(path)).toEqual(['.tmp']);
  });

  it('is a deletion whose folder was not removed: a listing removes it, a writer writes over it', async () => {
    const { objects, folder, numbers, writing, path } = await anObject(1);
    expect(await markDeleted(numbers[0] ?? 0, writing)).toBe((numbers[0] ?? 0) + 1);
    expect([await textIn(objects, 'a'), await objects.delete('a', {}, plenty())]).toEqual([undefined, false]);
    const again = Number(await write(directoryObjects({ path, now: Date.now }), 'a', 'new', 'absent'));
    expect(again).toBeGreaterThan((numbers[0] ?? 0) + 1);
    expect(await readdir(folder)).toEqual([String(again - 1), String(again)]);
    await markDeleted(again, writing);
    expect(await entries(objects)).toEqual([]);
    expect(await readdir(path)).toEqual(['.tmp']);
  });

  it('is what an unfinished write left: it is removed after an hour, not before', async () => {
    const { path, writing } = await anObject(1);
    await writeFile(join(writing.temporary, 'left'), 'x');
    await mkdir(join(writing.temporary, 'folder'));
    await write(directoryObjects({ path, now: Date.now }), 'a', 'x');
    expect(await readdir(writing.temporary)).toHaveLength(2);
    const clock = sinon.useFakeTimers({ now: Date.now() + 3_700_000, toFake: ['Date'] });
    onTestFinished(() => clock.restore());
    await write(directoryObjects({ path, now: Date.now }), 'a', 'x');
    expect(await readdir(writing.temporary)).toEqual([]);
  });

  it('is for its owner only', async () => {
    const { path, folder, numbers } = await anObject(1);
    const modes = [path, folder, join(folder, String(numbers[0])), join(path, '.tmp')].map(
      (each) => fs.statSync(each).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o700, 0o600, 0o700]);
  });
});
