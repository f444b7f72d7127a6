// How a directory store looks on the disk. All objects here are made up.
import { mkdir, open, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sinon from 'sinon';
import { describe, expect, it, onTestFinished } from 'vitest';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { failing, unless } from '../../shared/objects/directory/failure.ts';
import { foldersOf, mayBegin, nameOf } from '../../shared/objects/directory/file-names.ts';
import { risingNumbers } from '../../shared/objects/directory/numbers.ts';
import { ObjectsError } from '../../shared/objects/objects.ts';
import { entries, oddNames, plenty, textIn, write } from '../contracts/objects.ts';
import { aFolder } from './child.ts';

describe('the folders of a name', () => {
  const known: readonly [string, string][] = [
    ['ledger.json', 'ledger.json@'],
    ['claims/n-1/slack', 'claims/n-1/slack@'],
    ['STOP', '_s_t_o_p@'],
    ['a_b', 'a%5fb@'],
    ['a@b~c%d', 'a%40b%7ec%25d@'],
    ['ä b', '%c3%a4%20b@'],
    ['.tmp/x', '%2etmp/x@'],
    ['a//b/', 'a/%/b/%@'],
    ['a\\b', 'a%5cb@'],
    ['x'.repeat(450), `${'x'.repeat(200)}~/${'x'.repeat(200)}~/${'x'.repeat(50)}@`],
    ['x'.repeat(200), `${'x'.repeat(200)}@`],
  ];
  it.each(known)('%s', (name, folders) => {
    expect(foldersOf(name).join('/')).toBe(folders);
    expect(nameOf(folders.split('/'))).toBe(name);
  });

  it('are those of one name only, also where capitals do not count, and lead nowhere else', () => {
    const all = oddNames.map((name) => foldersOf(name));
    expect(new Set(all.map((folders) => folders.join('/').toLowerCase())).size).toBe(oddNames.length);
    expect(all.map((folders) => nameOf(folders))).toEqual(oddNames);
    for (const folder of all.flat()) expect(folder).toMatch(/^[a-z\d_%-][a-z\d_%.-]{0,200}[~@]?$|^[@~]$/);
  });

  it('are gone through only where a name can begin as wanted', () => {
    expect(mayBegin(['claims'], 'claims/a')).toBe(true);
    expect(mayBegin(['claims', 'a'], 'cl')).toBe(true);
    expect(mayBegin(['receipts'], 'claims/')).toBe(false);
    expect(mayBegin(['claims2'], 'claims/')).toBe(false);
    expect(mayBegin(foldersOf('ü'.repeat(300)).slice(0, 1), 'üü')).toBe(true);
  });
});

describe('a folder with other things in it', () => {
  it('lists objects only, and is not led elsewhere', async () => {
    const path = await aFolder();
    const objects = directoryObjects({ path, now: Date.now });
    await write(objects, 'a', 'x');
    const strangers = [
      'README',
      'Foo@/1',
      'Foo@/2',
      'b@/README',
      '.hidden@/1',
      '.hidden@/2',
      'a%4@/1',
      'a%4@/2',
      'c~@/1',
      'c~@/2',
    ];
    for (const name of strangers) {
      await mkdir(dirname(join(path, name)), { recursive: true });
      await writeFile(join(path, name), 'x');
    }
    await symlink('/', join(path, 'root'));
    expect((await entries(objects)).map(({ name }) => name)).toEqual(['a']);
  });
});

describe('what the file system says against it', () => {
  it('is an error that names the call, the object and the folder', async () => {
    const path = await aFolder();
    await writeFile(path, 'a file');
    const objects = directoryObjects({ path, now: Date.now });
    const put = objects.put('a/b', { bytes: Buffer.from('x'), ifGeneration: 'absent' }, plenty());
    await expect(put).rejects.toMatchObject({ failure: 'rejected', retryable: false, unsettled: false });
    await expect(put).rejects.toThrow(`[objects] put of a/b in ${path}: a part of its path is a file (ENOTDIR)`);
    await expect(objects.get('a', plenty())).rejects.toThrow('ENOTDIR');
    await expect(objects.delete('a', {}, plenty())).rejects.toThrow('ENOTDIR');
    await expect(entries(objects)).rejects.toThrow(`[objects] list of * in ${path}: a part of its path is a file`);
  });

  const codes: readonly [string, string, boolean, RegExp][] = [
    ['EACCES', 'forbidden', false, /look at the owner/],
    ['EPERM', 'forbidden', false, /hard links/],
    ['EROFS', 'forbidden', false, /read-only/],
    ['ENOTSUP', 'rejected', false, /no hard links/],
    ['ENAMETOOLONG', 'rejected', false, /too long/],
    ['ENOSPC', 'server', true, /no space/],
    ['EIO', 'server', true, /the file system failed \(EIO\)/],
  ];
  it.each(codes)('%s is %s', async (code, failure, retryable, says) => {
    const cause = Object.assign(new Error(`${code}: it went wrong`), { code });
    const failed = failing('put of a', () => Promise.reject(cause));
    await expect(failed).rejects.toMatchObject({ failure, retryable, cause });
    await expect(failed).rejects.toThrow(says);
    await expect(failed).rejects.toBeInstanceOf(ObjectsError);
    await expect(unless(['ENOENT'], Promise.reject(cause))).rejects.toBe(cause);
    expect(await unless([code], Promise.reject(cause))).toBeUndefined();
  });

  it('goes away when its reason does', async () => {
    const path = await aFolder();
    const objects = directoryObjects({ path: join(path, 'deep', 'er'), now: Date.now });
    await mkdir(path);
    await writeFile(join(path, 'deep'), 'a file');
    await expect(write(objects, 'a', 'x')).rejects.toThrow('ENOTDIR');
    await rm(join(path, 'deep'));
    await write(objects, 'a', 'x');
    await rm(path, { recursive: true });
    await write(objects, 'a', 'y', 'absent');
    expect(await textIn(objects, 'a')).toBe('y');
  });
});

describe('the disk', () => {
  /** Calls of `sync` on files and folders from now on; what `fail` picks fails. */
  async function syncs(fail: (isFolder: boolean) => boolean = () => false) {
    const handle = await open(process.execPath);
    const kinds: string[] = [];
    const stub = sinon.stub(Object.getPrototypeOf(handle), 'sync').callsFake(async function sync(this: unknown) {
      const isFolder = (await Reflect.apply(handle.stat, this, []))?.isDirectory() === true;
      kinds.push(isFolder ? 'folder' : 'file');
      if (fail(isFolder)) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
    });
    await handle.close();
    onTestFinished(() => stub.restore());
    return kinds;
  }

  it('has what was written and where before a write is done, unless that is not wanted', async () => {
    const path = await aFolder();
    const objects = directoryObjects({ path, now: Date.now });
    const kinds = await syncs();
    const first = await write(objects, 'a/b/c', 'one');
    // The store's entry, the file, its folder, and the entries of c@, b and a in the folders above them.
    expect(kinds.splice(0)).toEqual(['folder', 'folder', 'file', 'folder', 'folder', 'folder', 'folder']);
    await write(objects, 'a/b/c', 'two', first);
    expect(kinds.splice(0)).toEqual(['file', 'folder']);
    await objects.delete('a/b/c', {}, plenty());
    expect(kinds.splice(0)).toEqual(['folder']);
    const quick = directoryObjects({ path, now: Date.now, fsync: false });
    await write(quick, 'a', 'one');
    await quick.delete('a', {}, plenty());
    expect(kinds).toEqual([]);
  });

  it('that fails after a write leaves it unsettled, and before it undone', async () => {
    const objects = directoryObjects({ path: await aFolder(), now: Date.now });
    const first = await write(objects, 'a', 'one');
    const folders = { fail: true };
    await syncs((isFolder) => isFolder === folders.fail);
    const swap = objects.put('a', { bytes: Buffer.from('two'), ifGeneration: first }, plenty());
    await expect(swap).rejects.toMatchObject({ failure: 'server', retryable: true, unsettled: true });
    await expect(swap).rejects.toThrow('written, but perhaps not to the disk');
    expect(await textIn(objects, 'a')).toBe('two');
    folders.fail = false;
    const next = objects.put('a', { bytes: Buffer.from('three'), ifGeneration: undefined }, plenty());
    await expect(next).rejects.toMatchObject({ failure: 'server', unsettled: false });
    expect(await textIn(objects, 'a')).toBe('two');
  });

  it('keeps the time that the store is given', async () => {
    const nowMs = Date.UTC(2020, 1, 29, 12, 30, 15, 123);
    const objects = directoryObjects({ path: await aFolder(), now: () => nowMs });
    const budget = { untilMs: nowMs + 1000, signal: new AbortController().signal };
    for (const ifGeneration of ['absent', undefined]) {
      await objects.put('a', { bytes: Buffer.from('x'), ifGeneration }, budget);
      expect((await objects.get('a', budget))?.updatedAtMs).toBe(nowMs);
      for await (const { updatedAtMs } of objects.list('', budget)) expect(updatedAtMs).toBe(nowMs);
    }
  });
});

describe('numbers', () => {
  it('rise above the clock, above what stood there, and above what this process gave before', () => {
    const numbers = risingNumbers();
    const first = numbers.first(0);
    expect(Math.abs(first - Date.now() * 1000)).toBeLessThan(1_000_000);
    expect(numbers.first(9e15)).toBe(9e15 + 1);
    numbers.note(8e15);
    expect(numbers.first(0)).toBe(8e15 + 2);
    numbers.note(5);
    expect(numbers.first(0)).toBe(8e15 + 2);
  });
});
