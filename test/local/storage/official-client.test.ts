// The official Node client against the stand-in; all objects here are made up.
import { Storage } from '@google-cloud/storage';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startStorage } from '../../../infra/local/storage/server.ts';
import { cloudStorageObjects } from '../../../shared/objects/cloud-storage.ts';
import { entries, plenty, textIn, write } from '../../contracts/objects.ts';

async function withClient(options: { readonly writeLimit?: boolean } = {}) {
  const storage = await startStorage({ writeLimit: false, ...options });
  onTestFinished(() => storage.close());
  storage.createBucket('state', { versioning: true });
  const client = new Storage({ apiEndpoint: storage.url, projectId: 'p' });
  const objects = cloudStorageObjects({ bucket: 'state', endpoint: storage.url, now: Date.now });
  return { storage, client, bucket: client.bucket('state'), objects };
}

describe('the official client', () => {
  it.each([true, false])('writes what Jobwarden reads; in pieces: %s', async (resumable) => {
    const { bucket, objects, storage } = await withClient();
    const text = 'text '.repeat(100_000);
    await bucket.file('a/ü').save(text, { resumable, contentType: 'text/x', metadata: { metadata: { team: 'x' } } });
    expect(await textIn(objects, 'a/ü')).toBe(text);
    expect(storage.object({ bucket: 'state', name: 'a/ü' })?.resource).toMatchObject({
      contentType: 'text/x',
      metadata: { team: 'x' },
    });
    expect(
      storage.requests.some(({ query }) => query.includes(`uploadType=${resumable ? 'resumable' : 'multipart'}`)),
    ).toBe(true);
  });

  it('reads what Jobwarden writes: bytes, generation and marks, and checks their sums', async () => {
    const { bucket, objects } = await withClient();
    const generation = await write(objects, 'a/ü', 'text');
    const file = bucket.file('a/ü');
    expect((await file.download({ validation: 'crc32c' }))[0].toString()).toBe('text');
    expect((await file.download({ validation: 'md5' }))[0].toString()).toBe('text');
    expect((await file.download({ start: 1, end: 2 }))[0].toString()).toBe('ex');
    const [metadata] = await file.getMetadata();
    expect(metadata).toMatchObject({ generation, size: '4', metadata: { 'jobwarden-write': expect.any(String) } });
    expect(await file.exists()).toEqual([true]);
    expect(await bucket.file('none').exists()).toEqual([false]);
    await expect(bucket.file('none').download()).rejects.toMatchObject({
      code: 404,
      message: 'No such object: state/none',
    });
  });

  it('lists the same objects, page by page, and the same generations', async () => {
    const { bucket, objects } = await withClient();
    for (const name of ['a/1', 'a/2', 'b', 'a/1']) await write(objects, name, name);
    const [files] = await bucket.getFiles({ prefix: 'a/' });
    expect(files.map(({ name }) => name)).toEqual(['a/1', 'a/2']);
    const [first, next] = await bucket.getFiles({ maxResults: 2, autoPaginate: false });
    expect([first.map(({ name }) => name), next]).toEqual([
      ['a/1', 'a/2'],
      expect.objectContaining({ pageToken: expect.any(String) }),
    ]);
    const [versions] = await bucket.getFiles({ prefix: 'a/1', versions: true });
    const own = [...(await objects.versions('a/1', plenty())), ...(await entries(objects, 'a/1'))].map(
      ({ generation }) => generation,
    );
    expect(versions.map(({ metadata }) => String(metadata.generation))).toEqual(own);
    const [, , response] = await bucket.getFiles({ delimiter: '/', autoPaginate: false });
    expect(response).toMatchObject({ prefixes: ['a/'] });
  });

  it('has the same races: of 20 creators, ours and theirs, one wins', async () => {
    const { bucket, objects } = await withClient();
    const condition = { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } };
    const theirs = Array.from({ length: 10 }, async (_, index) => {
      try {
        await bucket.file('a').save(`theirs ${index}`, condition);
        return true;
      } catch (error) {
        expect(error).toMatchObject({ code: 412 });
        return false;
      }
    });
    const ours = Array.from(
      { length: 10 },
      async (_, index) => (await write(objects, 'a', `ours ${index}`, 'absent')) !== 'lost',
    );
    expect((await Promise.all([...theirs, ...ours])).filter(Boolean)).toHaveLength(1);
  });

  it('swaps and deletes by generation, and sees an earlier one', async () => {
    const { bucket, objects } = await withClient();
    const first = await write(objects, 'a', 'one');
    const second = await write(objects, 'a', 'two');
    const stale = { resumable: false, preconditionOpts: { ifGenerationMatch: first } };
    await expect(bucket.file('a').save('three', stale)).rejects.toMatchObject({ code: 412 });
    expect((await bucket.file('a', { generation: first }).download())[0].toString()).toBe('one');
    await expect(bucket.file('a').delete({ ifGenerationMatch: first })).rejects.toMatchObject({ code: 412 });
    await bucket.file('a').delete({ ifGenerationMatch: second });
    expect(await textIn(objects, 'a')).toBeUndefined();
    await expect(bucket.file('a').delete()).rejects.toMatchObject({ code: 404 });
    expect((await objects.versions('a', plenty())).map(({ generation }) => generation)).toEqual([second, first]);
  });

  it('changes descriptions and copies', async () => {
    const { bucket, objects } = await withClient();
    await write(objects, 'a', 'text');
    await bucket.file('a').setMetadata({ cacheControl: 'no-store', metadata: { team: 'x' } });
    const [metadata] = await bucket.file('a').getMetadata();
    expect(metadata).toMatchObject({ cacheControl: 'no-store', metageneration: '2', metadata: { team: 'x' } });
    await bucket.file('a').copy(bucket.file('b/c'));
    expect(await textIn(objects, 'b/c')).toBe('text');
    await bucket.file('a').move('d');
    expect([await textIn(objects, 'a'), await textIn(objects, 'd')]).toEqual([undefined, 'text']);
  });

  it('makes and finds buckets', async () => {
    const { client } = await withClient();
    await client.createBucket('new-bucket', { versioning: { enabled: true } });
    expect((await client.getBuckets())[0].map(({ name }) => name)).toEqual(['state', 'new-bucket']);
    const [metadata] = await client.bucket('new-bucket').getMetadata();
    expect(metadata.versioning).toEqual({ enabled: true });
    expect([await client.bucket('new-bucket').exists(), await client.bucket('none').exists()]).toEqual([
      [true],
      [false],
    ]);
    await client.bucket('new-bucket').delete();
    expect(await client.bucket('new-bucket').exists()).toEqual([false]);
  });

  it('waits when it writes too often, and gets through', async () => {
    const { bucket, storage } = await withClient({ writeLimit: true });
    const save = (text: string, ifGenerationMatch: number | string) =>
      bucket.file('a').save(text, { resumable: false, preconditionOpts: { ifGenerationMatch } });
    await save('one', 0);
    await save(
      'two',
      String(bucket.file('a').metadata.generation ?? (await bucket.file('a').getMetadata())[0].generation),
    );
    expect(storage.requests.map(({ status }) => status)).toContain(429);
    expect(storage.object({ bucket: 'state', name: 'a' })?.bytes.toString()).toBe('two');
  });

  it('finds the stand-in by STORAGE_EMULATOR_HOST', async () => {
    const { storage, objects } = await withClient();
    vi.stubEnv('STORAGE_EMULATOR_HOST', storage.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    const bucket = new Storage({ projectId: 'p' }).bucket('state');
    await bucket.file('a').save('text', { resumable: false });
    expect(await textIn(objects, 'a')).toBe('text');
    expect((await bucket.file('a').download())[0].toString()).toBe('text');
    expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['a']);
  });
});
