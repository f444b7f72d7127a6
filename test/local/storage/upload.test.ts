// Uploads to the stand-in, by plain HTTP. All objects here are made up.
import { describe, expect, it } from 'vitest';
import { MORNING_MS, at, stage } from './stage.ts';

const UPLOAD = '/upload/storage/v1/b/b/o';
const JSON_TYPE = { 'content-type': 'application/json' };

/** A multipart body with the given line breaks. */
function multipart(description: string, media: Uint8Array | string, type = 'text/plain', breaks = '\r\n'): Buffer {
  const headers = type === '' ? '' : `Content-Type: ${type}${breaks}`;
  return Buffer.concat([
    Buffer.from(
      `--B${breaks}Content-Type: application/json${breaks}${breaks}${description}${breaks}--B${breaks}${headers}${breaks}`,
    ),
    Buffer.from(media),
    Buffer.from(`${breaks}--B--${breaks}`),
  ]);
}

describe('an upload of type multipart', () => {
  const nasty = Buffer.from('\r\n--C\r\n\r\nx--B\n--\r\n\r\n');
  it.each([
    ['', 'multipart/related; boundary=B', '\r\n'],
    [' with a quoted boundary', 'multipart/related; boundary="B"', '\r\n'],
    [' with a boundary in single quotes, as gcloud writes it', "multipart/related; boundary='B'", '\r\n'],
    [' with bare line breaks', 'multipart/related; boundary=B; x=y', '\n'],
  ])('brings description and bytes%s', async (_, contentType, breaks) => {
    const { call, storage } = await stage();
    for (const media of ['text', nasty, Buffer.alloc(0), Buffer.from([0xff, 0x0d]), Buffer.alloc(2_000_000, 'x')]) {
      const body = multipart('{"name":"a/ü","metadata":{"team":"x"}}', media, 'text/plain', breaks);
      const reply = await call('POST', `${UPLOAD}?uploadType=multipart`, {
        body,
        headers: { 'content-type': contentType },
      });
      expect(reply.status).toBe(200);
      expect(reply.body).toMatchObject({ name: 'a/ü', contentType: 'text/plain', metadata: { team: 'x' } });
      expect(storage.object({ bucket: 'b', name: 'a/ü' })?.bytes.equals(Buffer.from(media))).toBe(true);
    }
  });

  it('takes name and type from the query and the description first', async () => {
    const { call } = await stage();
    const headers = { 'content-type': 'multipart/related; boundary=B' };
    const send = (query: string, description: string, type?: string) =>
      call('POST', `${UPLOAD}?uploadType=multipart${query}`, { headers, body: multipart(description, 'x', type) });
    expect((await send('&name=q', '{"name":"d","contentType":"a/b"}')).body).toMatchObject({
      name: 'q',
      contentType: 'a/b',
    });
    const bare = (await send('', '{"name":"d"}', '')).body;
    expect([bare['name'], bare['contentType']]).toEqual(['d', undefined]);
  });

  it.each([
    ['without a name', '{}', 'Required parameter: name'],
    ['with a wrong checksum', '{"name":"a","md5Hash":"AAAA"}', "doesn't match calculated MD5 hash"],
    ['with another wrong checksum', '{"name":"a","crc32c":"AAAAAA=="}', "doesn't match calculated CRC32C hash"],
    ['with a description of another shape', '{"name":5}', 'name'],
    ['without JSON', 'name: a', 'Parse Error'],
    ['with a line break in its name', '{"name":"a\\nb"}', 'Invalid object name'],
    ['of a name that is too long', `{"name":"${'x'.repeat(1025)}"}`, 'Invalid object name'],
    ['of the name "."', '{"name":"."}', 'Invalid object name'],
  ])('is refused %s', async (_, description, says) => {
    const { call } = await stage();
    const headers = { 'content-type': 'multipart/related; boundary=B' };
    const reply = await call('POST', `${UPLOAD}?uploadType=multipart`, { headers, body: multipart(description, 'xx') });
    expect(reply.status).toBe(400);
    expect(at(reply.body, 'error', 'message')).toContain(says);
  });

  it.each([
    ['no boundary', 'multipart/related', multipart('{"name":"a"}', 'x')],
    ['another boundary', 'multipart/related; boundary=C', multipart('{"name":"a"}', 'x')],
    ['no end', 'multipart/related; boundary=B', Buffer.from('--B\r\n\r\n{}')],
    ['one part', 'multipart/related; boundary=B', Buffer.from('--B\r\n\r\n{}\r\n--B--')],
    ['headers without an end', 'multipart/related; boundary=B', Buffer.from('--B\r\nx: y\r\n--B\r\n\r\n\r\n--B--')],
  ])('is refused with %s', async (_, contentType, body) => {
    const { call } = await stage();
    const reply = await call('POST', `${UPLOAD}?uploadType=multipart`, {
      body,
      headers: { 'content-type': contentType },
    });
    expect(reply.status).toBe(400);
  });
});

describe('an upload in pieces', () => {
  async function begun(query = '', description = '{"contentType":"text/x","metadata":{"team":"x"}}') {
    const scene = await stage();
    const path = `/resumable${UPLOAD}?uploadType=resumable&name=a${query}`;
    const body = Buffer.from(description);
    const reply = await scene.call('POST', path, {
      body,
      headers: { ...JSON_TYPE, 'x-upload-content-type': 'text/y' },
    });
    const session = (reply.headers.get('location') ?? '').replace(scene.storage.url, '');
    const put = (text: string, range?: string) =>
      scene.call('PUT', session, {
        body: Buffer.from(text),
        headers: range === undefined ? {} : { 'content-range': range },
      });
    return { ...scene, reply, session, put };
  }

  it('is begun with a description, and ends with its last byte', async () => {
    const { reply, put, storage } = await begun();
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(storage.object({ bucket: 'b', name: 'a' })).toBeUndefined();
    const first = await put('1234', 'bytes 0-3/*');
    expect([first.status, first.headers.get('range')]).toEqual([308, 'bytes=0-3']);
    const second = await put('56', 'bytes 4-5/8');
    expect([second.status, second.headers.get('range')]).toEqual([308, 'bytes=0-5']);
    const last = await put('78', 'bytes 6-7/8');
    expect([last.status, last.body['size'], last.body['contentType'], last.body['metadata']]).toEqual([
      200,
      '8',
      'text/x',
      { team: 'x' },
    ]);
    expect(storage.object({ bucket: 'b', name: 'a' })?.bytes.toString()).toBe('12345678');
    expect((await put('', 'bytes */8')).body).toEqual(last.body);
  });

  it('may come in one piece, with and without its size', async () => {
    for (const range of [undefined, 'bytes 0-3/4', 'bytes 0-*/*', 'bytes 0-*/4']) {
      const { put } = await begun('', '{}');
      expect((await put('1234', range)).body).toMatchObject({ size: '4', contentType: 'text/y' });
    }
    const { put } = await begun();
    expect((await put('', 'bytes */0')).body).toMatchObject({ size: '0' });
  });

  it('says how far it is, and takes a piece that is sent again', async () => {
    const { put } = await begun();
    const empty = await put('', 'bytes */*');
    expect([empty.status, empty.headers.get('range')]).toEqual([308, null]);
    await put('1234', 'bytes 0-3/*');
    expect((await put('', 'bytes */8')).headers.get('range')).toBe('bytes=0-3');
    expect((await put('345678', 'bytes 2-7/8')).body).toMatchObject({ size: '8', crc32c: expect.any(String) });
  });

  it.each([
    ['leaves a gap', 'bytes 5-8/9'],
    ['cannot be read', 'bytes a-b/c'],
  ])('is refused when a piece %s', async (_, range) => {
    const { put } = await begun();
    expect((await put('1234', range)).status).toBe(400);
  });

  it('holds to its condition when it begins and when it ends', async () => {
    const { call, put, upload } = await begun('&ifGenerationMatch=0');
    await upload('b', 'a', 'first');
    expect((await put('1234')).status).toBe(412);
    expect((await call('POST', `${UPLOAD}?uploadType=resumable&name=a&ifGenerationMatch=0`, { body: {} })).status).toBe(
      412,
    );
    const right = await call('POST', `${UPLOAD}?uploadType=resumable&name=a&ifGenerationMatch=${MORNING_MS * 1000}`, {
      body: {},
    });
    expect(right.status).toBe(200);
  });

  it('can be given up, and is unknown then', async () => {
    const { call, session } = await begun();
    expect((await call('DELETE', session)).status).toBe(499);
    expect((await call('PUT', session)).status).toBe(404);
    expect((await call('PUT', `${UPLOAD}?uploadType=resumable&upload_id=none`)).status).toBe(404);
  });
});

describe('an upload of another kind', () => {
  it('brings the bytes only', async () => {
    const { upload } = await stage();
    expect((await upload('b', 'a', 'text')).body).toMatchObject({ size: '4', contentType: 'text/plain' });
  });

  it.each([
    ['an unknown type', `${UPLOAD}?uploadType=other&name=a`, 400],
    ['no type', `${UPLOAD}?name=a`, 400],
    ['no name', `${UPLOAD}?uploadType=media`, 400],
    ['no upload', '/storage/v1/b/b/o?name=a', 501],
    ['no such bucket', '/upload/storage/v1/b/none/o?uploadType=media&name=a', 404],
  ])('is refused: %s', async (_, path, status) => {
    const { call } = await stage();
    expect((await call('POST', path, { body: Buffer.from('x') })).status).toBe(status);
  });

  it('of more than 64 MiB is refused, and its sender hears so', async () => {
    const { call } = await stage();
    const reply = await call('POST', `${UPLOAD}?uploadType=media&name=a`, { body: Buffer.alloc(67_108_865) });
    expect([reply.status, at(reply.body, 'error', 'errors', 0, 'reason')]).toEqual([413, 'uploadTooLarge']);
  });
});
