// Listings of the stand-in, by plain HTTP. All objects here are made up.
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../infra/local/bigquery/json.ts';
import { each, stage } from './stage.ts';

const O = '/storage/v1/b/b/o';
const NAMES = ['a', 'a/1', 'a/2', 'a/b/1', 'b/', 'b/1', 'c', 'Z', 'ä', '\uffff', '💥'];
/** In the order of their bytes in UTF-8. */
const SORTED = ['Z', 'a', 'a/1', 'a/2', 'a/b/1', 'b/', 'b/1', 'c', 'ä', '\uffff', '💥'];

async function filled() {
  const scene = await stage();
  for (const name of NAMES) await scene.upload('b', name, name);
  const list = async (query: string): Promise<JsonObject> => (await scene.call('GET', `${O}?${query}`)).body;
  return { ...scene, list };
}

function tokenOf({ nextPageToken }: JsonObject): string {
  return typeof nextPageToken === 'string' ? encodeURIComponent(nextPageToken) : '';
}

describe('a listing', () => {
  it('is in the order of the names’ bytes', async () => {
    const { list } = await filled();
    const body = await list('');
    expect(each(body)).toEqual(SORTED);
    expect(Object.keys(body)).toEqual(['kind', 'items']);
  });

  const cases: readonly [string, readonly string[], readonly string[] | undefined][] = [
    ['prefix=a', ['a', 'a/1', 'a/2', 'a/b/1'], undefined],
    ['prefix=a/', ['a/1', 'a/2', 'a/b/1'], undefined],
    ['prefix=none', [], undefined],
    ['delimiter=/', ['Z', 'a', 'c', 'ä', '\uffff', '💥'], ['a/', 'b/']],
    ['delimiter=/&prefix=a/', ['a/1', 'a/2'], ['a/b/']],
    ['delimiter=/&prefix=b/', ['b/', 'b/1'], undefined],
    ['delimiter=/&prefix=b', [], ['b/']],
    ['delimiter=/&prefix=b&includeTrailingDelimiter=true', ['b/'], ['b/']],
    ['startOffset=b/1&endOffset=ä', ['b/1', 'c'], undefined],
    ['versions=True&prefix=c', ['c'], undefined],
    ['softDeleted=true', [], undefined],
  ];
  it.each(cases)('with %s', async (query, names, prefixes) => {
    const { list } = await filled();
    const body = await list(query);
    expect([each(body), body['prefixes']]).toEqual([names, prefixes]);
  });

  it.each([1, 2, 3, 10, 11, 5000])('comes in pages of %i, with prefixes among the lines', async (maxResults) => {
    const { list } = await filled();
    for (const query of ['', 'delimiter=/']) {
      const seen: unknown[] = [];
      let token = '';
      do {
        const body = await list(`maxResults=${maxResults}&${query}&pageToken=${token}`);
        const prefixes = body['prefixes'];
        const lines = [...each(body), ...(Array.isArray(prefixes) ? prefixes : [])];
        expect(lines.length).toBeLessThanOrEqual(maxResults);
        seen.push(...lines);
        token = tokenOf(body);
        if (token !== '') expect(lines).toHaveLength(maxResults);
      } while (token !== '');
      const all = query === '' ? SORTED : ['Z', 'a', 'a/', 'b/', 'c', 'ä', '\uffff', '💥'];
      expect(new Set(seen)).toEqual(new Set(all));
      expect(seen).toHaveLength(all.length);
    }
  });

  it('has a thousand lines to a page at most', async () => {
    const { call, upload } = await stage();
    await Promise.all(Array.from({ length: 1_001 }, (_, index) => upload('b', `n${index}`, '')));
    for (const query of ['', 'maxResults=0', 'maxResults=5000']) {
      const { body } = await call('GET', `${O}?${query}`);
      expect([each(body).length, typeof body['nextPageToken']]).toEqual([1000, 'string']);
    }
  });

  it('goes on where it was when objects come and go between pages', async () => {
    const { list, call, upload } = await filled();
    const first = await list('maxResults=3');
    await call('DELETE', `${O}/a%2F1`);
    await upload('b', 'A', 'before');
    await upload('b', 'a/3', 'after');
    const rest = await list(`pageToken=${tokenOf(first)}`);
    expect(each(rest)).toEqual(['a/2', 'a/3', 'a/b/1', 'b/', 'b/1', 'c', 'ä', '\uffff', '💥']);
  });

  it('shows the versions of each name, the oldest first', async () => {
    const { call, upload } = await stage();
    for (const [name, text] of [
      ['p', '1'],
      ['q', '2'],
      ['p', '3'],
      ['p', '4'],
    ] as const)
      await upload('v', name, text);
    const page = async (query: string) => (await call('GET', `/storage/v1/b/v/o?versions=true&${query}`)).body;
    const all = await page('');
    expect(each(all)).toEqual(['p', 'p', 'p', 'q']);
    const generations = each(all, 'generation').map(Number);
    expect(generations.slice(0, 3)).toEqual(generations.slice(0, 3).toSorted((one, other) => one - other));
    const first = await page('maxResults=2');
    const second = await page(`maxResults=2&pageToken=${tokenOf(first)}`);
    expect([...each(first, 'generation'), ...each(second, 'generation')]).toEqual(each(all, 'generation'));
  });

  it.each(['pageToken=x', 'pageToken=YWJj', 'maxResults=-1', 'maxResults=x', 'matchGlob=**'])(
    'refuses %s',
    async (query) => {
      const { call } = await filled();
      expect((await call('GET', `${O}?${query}`)).status).toBe(400);
    },
  );
});

describe('buckets', () => {
  it('are made, listed, described and removed', async () => {
    const { call, upload } = await stage();
    const made = await call('POST', '/storage/v1/b?project=p', {
      body: { name: 'new-bucket', versioning: { enabled: true } },
    });
    expect(made.body).toMatchObject({
      kind: 'storage#bucket',
      name: 'new-bucket',
      metageneration: '1',
      versioning: { enabled: true },
    });
    expect(each((await call('GET', '/storage/v1/b?project=p')).body)).toEqual(['b', 'v', 'new-bucket']);
    expect(each((await call('GET', '/storage/v1/b?project=p&prefix=n')).body)).toEqual(['new-bucket']);
    expect((await call('GET', '/b/new-bucket')).body).toEqual(made.body);
    expect((await call('GET', '/storage/v1/b/new-bucket/storageLayout')).body).toMatchObject({ bucket: 'new-bucket' });
    await upload('new-bucket', 'a', 'x');
    expect((await call('DELETE', '/storage/v1/b/new-bucket')).status).toBe(409);
    await call(
      'DELETE',
      `/storage/v1/b/new-bucket/o/a?generation=${Number(each((await call('GET', '/storage/v1/b/new-bucket/o')).body, 'generation')[0])}`,
    );
    expect((await call('DELETE', '/storage/v1/b/new-bucket')).status).toBe(204);
    expect((await call('GET', '/storage/v1/b/new-bucket')).status).toBe(404);
  });

  it('have their versioning switched', async () => {
    const { call } = await stage();
    const versioning = async (body: JsonObject) =>
      (await call('PATCH', '/storage/v1/b/b', { body })).body['versioning'];
    expect(await versioning({ versioning: { enabled: true } })).toEqual({ enabled: true });
    expect(await versioning({ labels: {} })).toEqual({ enabled: true });
    expect(await versioning({ versioning: null })).toBeUndefined();
  });

  it.each([
    ['one that is taken', { name: 'taken' }, 409],
    ['one without a name', {}, 400],
    ['a wrong name', { name: 'Big_Bucket' }, 400],
    ['a description of another shape', { name: 5 }, 400],
  ])('are refused: %s', async (_, body, status) => {
    const { call, storage } = await stage();
    storage.createBucket('taken');
    expect((await call('POST', '/storage/v1/b?project=p', { body })).status).toBe(status);
  });
});
