// Objects in the stand-in, by plain HTTP. All objects here are made up.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { crc32c, md5 } from '../../../infra/local/storage/checksums.ts';
import { MORNING_MS, at, each, stage } from './stage.ts';

const O = '/storage/v1/b/b/o';
const V = '/storage/v1/b/v/o';

describe('checksums', () => {
  // CRC-32C: RFC 3720 §B.4 and the usual check value; MD5: RFC 1321 §A.5.
  it.each([
    ['123456789', '4waSgw==', 'JfnnlDI7RTiF9RgfG2JNCw=='],
    ['', 'AAAAAA==', '1B2M2Y8AsgTpgAmY7PhCfg=='],
    ['\0'.repeat(32), 'ipE2qg==', undefined],
  ])('of "%s"', (text, crc, hash) => {
    expect(crc32c(Buffer.from(text))).toBe(crc);
    if (hash !== undefined) expect(md5(Buffer.from(text))).toBe(hash);
  });
});

describe('a description', () => {
  it('has what the API says of an object', async () => {
    const { call, upload, storage } = await stage();
    const { status, body } = await upload('b', 'a/ü x', '123456789');
    expect(status).toBe(200);
    const generation = String(MORNING_MS * 1000);
    expect(body).toEqual({
      kind: 'storage#object',
      id: `b/a/ü x/${generation}`,
      selfLink: `${storage.url}${O}/a%2F%C3%BC%20x`,
      mediaLink: `${storage.url}/download${O}/a%2F%C3%BC%20x?generation=${generation}&alt=media`,
      name: 'a/ü x',
      bucket: 'b',
      generation,
      metageneration: '1',
      contentType: 'text/plain',
      storageClass: 'STANDARD',
      size: '9',
      md5Hash: 'JfnnlDI7RTiF9RgfG2JNCw==',
      crc32c: '4waSgw==',
      etag: expect.any(String),
      timeCreated: '2026-11-24T08:00:00.000Z',
      updated: '2026-11-24T08:00:00.000Z',
      timeStorageClassUpdated: '2026-11-24T08:00:00.000Z',
      timeFinalized: '2026-11-24T08:00:00.000Z',
    });
    expect((await call('GET', `${O}/a%2F%C3%BC%20x`)).body).toEqual(body);
    expect((await call('GET', `/b/b/o/a%2F%C3%BC%20x`)).body).toEqual(body);
  });

  it('is cut to the fields that are asked for', async () => {
    const { call, upload } = await stage();
    await upload('b', 'a', 'x');
    expect((await call('GET', `${O}/a?fields=name,size`)).body).toEqual({ name: 'a', size: '1' });
    expect((await call('GET', `${O}?fields=items(name),prefixes`)).body).toEqual({ items: [{ name: 'a' }] });
    const wrong = await call('GET', `${O}?fields=items(colour)`);
    expect([wrong.status, at(wrong.body, 'error', 'message')]).toEqual([400, 'Invalid field selection items/colour']);
    expect((await call('GET', `${O}?fields=items(`)).status).toBe(400);
    expect((await upload('b', 'a', 'x', { fields: 'generation' })).body).toEqual({ generation: expect.any(String) });
  });

  it('can be changed: null removes, what is left out stays', async () => {
    const { call, upload, pass } = await stage();
    const { body: first } = await upload('b', 'a', 'x');
    pass(1000);
    const metadata = { team: 'x', env: 'dev' };
    await call('PATCH', `${O}/a`, { body: { metadata, cacheControl: 'no-store' } });
    const { body } = await call('PATCH', `${O}/a`, {
      body: { metadata: { env: null, stage: 's' }, cacheControl: null },
    });
    expect(body).toMatchObject({ generation: first['generation'], metageneration: '3', contentType: 'text/plain' });
    expect([body['metadata'], body['cacheControl'], body['updated']]).toEqual([
      { team: 'x', stage: 's' },
      undefined,
      '2026-11-24T08:00:01.000Z',
    ]);
    expect(body['etag']).not.toBe(first['etag']);
    expect((await call('PATCH', `${O}/a`, { body: { metadata: null } })).body['metadata']).toBeUndefined();
    const whole = await call('PUT', `${O}/a`, { body: { contentLanguage: 'de' } });
    expect([whole.body['contentLanguage'], whole.body['contentType']]).toEqual(['de', undefined]);
    expect((await call('PATCH', `${O}/a`, { body: { metadata: { n: 5 } } })).status).toBe(400);
    expect((await call('PATCH', `${O}/none`, { body: {} })).status).toBe(404);
  });
});

describe('the bytes', () => {
  it('come with their generation, checksums and length in headers', async () => {
    const { call, upload } = await stage();
    const { body } = await upload('b', 'a', '123456789');
    for (const path of [`${O}/a?alt=media`, `/download${O}/a?alt=media`, `/download${O}/a`]) {
      const media = await call('GET', path);
      expect([media.status, media.text]).toEqual([200, '123456789']);
      const headers = Object.fromEntries(media.headers);
      expect(headers).toMatchObject({
        'content-type': 'text/plain',
        'content-length': '9',
        etag: body['etag'],
        'last-modified': 'Tue, 24 Nov 2026 08:00:00 GMT',
        'x-goog-generation': body['generation'],
        'x-goog-metageneration': '1',
        'x-goog-hash': 'crc32c=4waSgw==,md5=JfnnlDI7RTiF9RgfG2JNCw==',
        'x-goog-storage-class': 'STANDARD',
        'x-goog-stored-content-encoding': 'identity',
        'x-goog-stored-content-length': '9',
      });
    }
  });

  it.each([
    ['bytes=2-4', 206, '345', 'bytes 2-4/9'],
    ['bytes=7-', 206, '89', 'bytes 7-8/9'],
    ['bytes=-2', 206, '89', 'bytes 7-8/9'],
    ['bytes=7-100', 206, '89', 'bytes 7-8/9'],
    ['bytes=0-0,2-2', 200, '123456789', null],
    ['bytes=9-', 416, 'The requested range cannot be satisfied.', null],
  ])('come in a range: %s', async (range, status, text, contentRange) => {
    const { call, upload } = await stage();
    await upload('b', 'a', '123456789');
    const media = await call('GET', `${O}/a?alt=media`, { headers: { range } });
    expect([media.status, media.text, media.headers.get('content-range')]).toEqual([status, text, contentRange]);
  });

  it('that are stored compressed are unpacked for those who do not accept that', async () => {
    const { storage, call } = await stage();
    const body = gzipSync('text');
    await call('POST', `/upload${O}?uploadType=media&name=a&contentEncoding=gzip`, { body });
    const accepting = await call('GET', `${O}/a?alt=media`, { headers: { 'accept-encoding': 'gzip' } });
    expect([accepting.text, accepting.headers.get('content-encoding')]).toEqual(['text', 'gzip']);
    const plain = await call('GET', `${O}/a?alt=media`, { headers: { 'accept-encoding': 'identity' } });
    expect([
      plain.text,
      plain.headers.get('content-encoding'),
      plain.headers.get('x-goog-stored-content-length'),
    ]).toEqual(['text', null, String(body.length)]);
    expect(storage.object({ bucket: 'b', name: 'a' })?.bytes.equals(body)).toBe(true);
    await call('POST', `/upload${O}?uploadType=media&name=a&contentEncoding=gzip`, { body: Buffer.from('no gzip') });
    expect((await call('GET', `${O}/a?alt=media`, { headers: { 'accept-encoding': 'identity' } })).status).toBe(503);
  });
});

describe('what is not there', () => {
  it('is a 404 in JSON, and in plain text where bytes are asked for', async () => {
    const { call, upload } = await stage();
    await upload('b', 'a', 'x');
    for (const [path, message] of [
      [`${O}/none`, 'No such object: b/none'],
      [`${O}/a?generation=5`, 'No such object: b/a'],
      ['/storage/v1/b/none/o/a', 'The specified bucket does not exist.'],
      ['/storage/v1/b/none/o', 'The specified bucket does not exist.'],
      ['/storage/v1/b/none', 'The specified bucket does not exist.'],
    ] as const) {
      const { status, body } = await call('GET', path);
      expect([status, at(body, 'error', 'code'), at(body, 'error', 'errors', 0, 'reason')]).toEqual([
        404,
        404,
        'notFound',
      ]);
      expect(at(body, 'error', 'message')).toBe(message);
    }
    const media = await call('GET', `${O}/none?alt=media`);
    expect([media.status, media.text]).toEqual([404, 'No such object: b/none']);
    expect(media.headers.get('content-type')).toBe('text/html; charset=UTF-8');
    expect([(await call('DELETE', `${O}/none`)).status, (await call('GET', '/elsewhere')).status]).toEqual([404, 404]);
    expect((await call('POST', `${O}/a/compose`, { body: {} })).status).toBe(501);
  });
});

describe('a condition', () => {
  /** The query after `?`, and the status of reading, describing, uploading and deleting an object of that generation. */
  const cases: readonly (readonly [string, number, number, number, number])[] = [
    ['ifGenerationMatch=G', 200, 200, 200, 204],
    ['ifGenerationMatch=5', 412, 412, 412, 412],
    ['ifGenerationMatch=0', 412, 412, 412, 412],
    ['ifGenerationNotMatch=G', 304, 412, 412, 412],
    ['ifGenerationNotMatch=5', 200, 200, 200, 204],
    ['ifMetagenerationMatch=1', 200, 200, 200, 204],
    ['ifMetagenerationMatch=2', 412, 412, 412, 412],
    ['ifMetagenerationNotMatch=1', 304, 412, 412, 412],
    ['ifMetagenerationNotMatch=2', 200, 200, 200, 204],
    ['ifGenerationMatch=G&ifMetagenerationMatch=2', 412, 412, 412, 412],
    ['ifGenerationMatch=x', 400, 400, 400, 400],
  ];
  it.each(cases)('%s', async (query, ...expected) => {
    const statuses = [];
    const texts = [];
    for (const act of ['read', 'describe', 'upload', 'delete'] as const) {
      const { call, upload, storage } = await stage();
      await upload('b', 'a', 'x');
      const filled = query.replace('=G', `=${MORNING_MS * 1000}`);
      const replies = {
        read: () => call('GET', `${O}/a?${filled}`),
        describe: () => call('PATCH', `${O}/a?${filled}`, { body: { cacheControl: 'no-store' } }),
        upload: () => upload('b', 'a', 'y', Object.fromEntries(new URLSearchParams(filled))),
        delete: () => call('DELETE', `${O}/a?${filled}`),
      };
      const { status, body: answer } = await replies[act]();
      statuses.push(status);
      texts.push(storage.object({ bucket: 'b', name: 'a' })?.bytes.toString());
      if (status !== 412) continue;
      expect(at(answer, 'error', 'errors', 0)).toEqual({
        message: 'At least one of the pre-conditions you specified did not hold.',
        domain: 'global',
        reason: 'conditionNotMet',
        locationType: 'header',
        location: 'If-Match',
      });
    }
    expect(statuses).toEqual(expected);
    expect(texts).toEqual(['x', 'x', expected[2] === 200 ? 'y' : 'x', expected[3] === 204 ? undefined : 'x']);
  });

  it('on an object that is not there: 0 matches, another does not', async () => {
    const { call, upload } = await stage();
    expect((await upload('b', 'a', 'x', { ifGenerationMatch: '5' })).status).toBe(412);
    expect((await upload('b', 'a', 'x', { ifMetagenerationMatch: '1' })).status).toBe(412);
    expect((await upload('b', 'a', 'x', { ifGenerationMatch: '0' })).status).toBe(200);
    expect((await upload('b', 'a', 'x', { ifGenerationMatch: '0' })).status).toBe(412);
    expect((await call('DELETE', `${O}/none?ifGenerationMatch=5`)).status).toBe(404);
    const unchanged = await call('GET', `${O}/a?alt=media&ifGenerationNotMatch=${MORNING_MS * 1000}`);
    expect([unchanged.status, unchanged.text]).toEqual([304, '']);
  });

  it('lets one of 20 racing writers win', async () => {
    const { upload } = await stage();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => upload('b', 'a', String(index), { ifGenerationMatch: '0' })),
    );
    expect(all.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 412)).toHaveLength(19);
  });
});

describe('generations', () => {
  it('rise, also when the clock stands still', async () => {
    const { upload } = await stage();
    const given = [];
    for (const name of ['a', 'b', 'a']) given.push(Number((await upload('b', name, 'x')).body['generation']));
    expect(given).toEqual([MORNING_MS * 1000, MORNING_MS * 1000 + 1, MORNING_MS * 1000 + 2]);
  });

  it('are kept where the bucket has versioning, with the time of their end', async () => {
    const { call, upload, pass } = await stage();
    const first = (await upload('v', 'a', 'one')).body;
    pass(5000);
    const second = (await upload('v', 'a', 'two')).body;
    pass(5000);
    expect((await call('DELETE', `${V}/a`)).status).toBe(204);
    expect((await call('GET', `${V}/a`)).status).toBe(404);
    const { body } = await call('GET', `${V}?versions=true`);
    expect(each(body, 'generation')).toEqual([first['generation'], second['generation']]);
    expect(each(body, 'timeDeleted')).toEqual(['2026-11-24T08:00:05.000Z', '2026-11-24T08:00:10.000Z']);
    expect(each((await call('GET', V)).body)).toEqual([]);
    const media = await call('GET', `${V}/a?alt=media&generation=${MORNING_MS * 1000}`);
    expect([media.text, media.headers.get('x-goog-generation')]).toEqual(['one', first['generation']]);
  });

  it('are deleted for good when they are named', async () => {
    const { call, upload } = await stage();
    await upload('v', 'a', 'one');
    await upload('v', 'a', 'two');
    const [first, second] = each((await call('GET', `${V}?versions=true`)).body, 'generation');
    expect((await call('DELETE', `${V}/a?generation=${Number(second)}`)).status).toBe(204);
    expect(each((await call('GET', `${V}?versions=true`)).body, 'generation')).toEqual([first]);
    expect((await call('GET', `${V}/a`)).status).toBe(404);
    expect((await call('DELETE', `${V}/a?generation=${Number(first)}`)).status).toBe(204);
    expect(each((await call('GET', `${V}?versions=true`)).body)).toEqual([]);
  });

  it('are not kept elsewhere, until versioning is switched on', async () => {
    const { call, upload } = await stage();
    await upload('b', 'a', 'one');
    await upload('b', 'a', 'two');
    expect(each((await call('GET', `${O}?versions=true`)).body)).toHaveLength(1);
    await call('PATCH', '/storage/v1/b/b', { body: { versioning: { enabled: true } } });
    await upload('b', 'a', 'three');
    expect(each((await call('GET', `${O}?versions=true`)).body)).toHaveLength(2);
  });
});

describe('a copy', () => {
  it.each(['rewriteTo', 'copyTo'])('has the bytes and the description of its source: %s', async (how) => {
    const { call, upload, storage } = await stage();
    await upload('b', 'a', 'one');
    await call('PATCH', `${O}/a`, { body: { metadata: { team: 'x' } } });
    const { status, body } = await call('POST', `${O}/a/${how}/b/v/o/c%2Fd`, { body: {} });
    expect(status).toBe(200);
    const resource = how === 'copyTo' ? body : body['resource'];
    expect(resource).toMatchObject({
      bucket: 'v',
      name: 'c/d',
      size: '3',
      contentType: 'text/plain',
      metadata: { team: 'x' },
    });
    if (how === 'rewriteTo') expect(body).toMatchObject({ done: true, objectSize: '3', totalBytesRewritten: '3' });
    expect(storage.object({ bucket: 'v', name: 'c/d' })?.bytes.toString()).toBe('one');
  });

  it('has conditions on its source and on its target, and takes earlier generations', async () => {
    const { call, upload } = await stage();
    const source = Number((await upload('v', 'a', 'one')).body['generation']);
    await upload('v', 'a', 'two');
    const copy = (query: string) => call('POST', `${V}/a/rewriteTo/b/b/o/c?${query}`, { body: { contentType: 'x/y' } });
    expect((await copy('ifSourceGenerationMatch=5')).status).toBe(412);
    expect((await copy('ifGenerationMatch=5')).status).toBe(412);
    const { body } = await copy(`sourceGeneration=${source}&ifGenerationMatch=0`);
    expect(at(body, 'resource')).toMatchObject({ contentType: 'x/y', size: '3' });
    expect((await call('GET', `${O}/c?alt=media`)).text).toBe('one');
    expect((await copy('ifGenerationMatch=0')).status).toBe(412);
    expect((await call('POST', `${V}/none/rewriteTo/b/b/o/c`, { body: {} })).status).toBe(404);
  });
});
