// The official command line against the stand-in; all objects here are made up.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startStorage } from '../../../infra/local/storage/server.ts';
import { cloudStorageObjects } from '../../../shared/objects/cloud-storage.ts';
import { textIn, write } from '../../contracts/objects.ts';
import { emptyHome, gcloudInstalled, gcloudStorage } from '../gcloud.ts';

const SLOW = { timeout: 240_000 };
const here = gcloudInstalled();

async function running() {
  const storage = await startStorage({ writeLimit: false });
  onTestFinished(() => storage.close());
  storage.createBucket('policies', { versioning: true });
  const gcloud = async (...args: readonly string[]) => gcloudStorage(args, storage.url);
  const objects = cloudStorageObjects({ bucket: 'policies', endpoint: storage.url, now: Date.now });
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(emptyHome(), name), text);
    return name;
  };
  return { storage, gcloud, objects, file };
}

describe.skipIf(!here)(`gcloud storage (${here ? 'gcloud is here' : 'skipped: gcloud is not installed'})`, () => {
  it('writes what Jobwarden reads, and reads what Jobwarden writes', SLOW, async () => {
    const { gcloud, objects, file } = await running();
    expect(await gcloud('cp', file('policy.yaml', 'version: 1\n'), 'gs://policies/a/policy.yaml')).toMatchObject({
      code: 0,
    });
    expect(await textIn(objects, 'a/policy.yaml')).toBe('version: 1\n');
    await write(objects, 'a/policy.yaml', 'version: 2\n');
    expect((await gcloud('cat', 'gs://policies/a/policy.yaml')).stdout).toBe('version: 2\n');
    expect(await gcloud('cp', 'gs://policies/a/policy.yaml', 'back.yaml')).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(emptyHome(), 'back.yaml'), 'utf8')).toBe('version: 2\n');
  });

  it('reads what was stored compressed as everybody does', SLOW, async () => {
    const { gcloud, objects, file, storage } = await running();
    const text = 'rules: []\n'.repeat(500);
    expect(await gcloud('cp', '--gzip-local-all', file('p.yaml', text), 'gs://policies/p.yaml')).toMatchObject({
      code: 0,
    });
    expect(storage.object({ bucket: 'policies', name: 'p.yaml' })?.resource['contentEncoding']).toBe('gzip');
    expect(await textIn(objects, 'p.yaml')).toBe(text);
    expect(await gcloud('cp', 'gs://policies/p.yaml', 'unpacked.yaml')).toMatchObject({ code: 0 });
    expect(readFileSync(path.join(emptyHome(), 'unpacked.yaml'), 'utf8')).toBe(text);
  });

  it('lists objects, folders and generations', SLOW, async () => {
    const { gcloud, objects } = await running();
    const first = await write(objects, 'a/p.yaml', 'one');
    const second = await write(objects, 'a/p.yaml', 'two');
    await write(objects, 'b', 'x');
    expect((await gcloud('ls', 'gs://policies')).stdout.split('\n').filter(Boolean)).toEqual([
      'gs://policies/b',
      'gs://policies/a/',
    ]);
    const all = (await gcloud('ls', '--all-versions', 'gs://policies/a/')).stdout.split('\n').filter(Boolean);
    expect(all).toEqual([`gs://policies/a/p.yaml#${first}`, `gs://policies/a/p.yaml#${second}`]);
    expect((await gcloud('ls', 'gs://policies/**')).stdout.split('\n').filter(Boolean).sort()).toEqual([
      'gs://policies/a/p.yaml',
      'gs://policies/b',
    ]);
    expect((await gcloud('cat', `gs://policies/a/p.yaml#${first}`)).stdout).toBe('one');
  });

  it('removes and copies objects, and holds to a generation', SLOW, async () => {
    const { gcloud, objects, file } = await running();
    const first = await write(objects, 'p', 'one');
    const refused = await gcloud('cp', '--if-generation-match=0', file('p', 'two'), 'gs://policies/p');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/412|pre-?condition/i)]);
    expect(await gcloud('cp', `--if-generation-match=${first}`, 'p', 'gs://policies/p')).toMatchObject({ code: 0 });
    expect(await gcloud('cp', 'gs://policies/p', 'gs://policies/q')).toMatchObject({ code: 0 });
    expect(await gcloud('rm', 'gs://policies/p')).toMatchObject({ code: 0 });
    expect([await textIn(objects, 'p'), await textIn(objects, 'q')]).toEqual([undefined, 'two']);
    const missing = await gcloud('cat', 'gs://policies/none');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('matched no objects')]);
  });

  it('sends a large file in pieces', SLOW, async () => {
    const { gcloud, storage, file } = await running();
    const text = 'jobwarden '.repeat(1_000_000);
    expect(await gcloud('cp', file('large', text), 'gs://policies/large')).toMatchObject({ code: 0 });
    expect(storage.object({ bucket: 'policies', name: 'large' })?.bytes.toString() === text).toBe(true);
    expect(storage.requests.some(({ query }) => query.includes('uploadType=resumable'))).toBe(true);
  });

  it('makes a bucket with versioning, and describes it', SLOW, async () => {
    const { gcloud, storage } = await running();
    expect(await gcloud('buckets', 'create', 'gs://new-bucket')).toMatchObject({ code: 0 });
    expect(await gcloud('buckets', 'update', 'gs://new-bucket', '--versioning')).toMatchObject({ code: 0 });
    const described = await gcloud('buckets', 'describe', 'gs://new-bucket', '--format=value(versioning_enabled)');
    expect(described.stdout.trim()).toBe('True');
    const object = await gcloud('objects', 'describe', 'gs://new-bucket/none');
    expect([object.code, storage.object({ bucket: 'new-bucket', name: 'none' })]).toEqual([1, undefined]);
  });
});
