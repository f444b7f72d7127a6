import type { OutgoingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { StorageCall } from './call.ts';
import { StorageError } from './errors.ts';
import type { Answer } from './http.ts';
import { etagOf, sumsOf } from './resource.ts';
import type { StoredObject } from './store.ts';

/** Answers objects.get with `alt=media`: the bytes, whole or a range of them, with what is known of them in headers. */
export function download(object: StoredObject, { headers }: StorageCall): Answer {
  const stored = headersOf(object);
  const isGzip = object.attributes.contentEncoding === 'gzip';
  if (isGzip && !/\bgzip\b/.test(headers['accept-encoding'] ?? '')) return unpacked(object, stored);
  const encoded = isGzip ? { ...stored, 'content-encoding': 'gzip' } : stored;
  const range = rangeOf(headers.range, object.bytes.length);
  if (range === undefined) return { status: 200, body: object.bytes, headers: encoded };
  const contentRange = `bytes ${range.from}-${range.to}/${object.bytes.length}`;
  const body = object.bytes.subarray(range.from, range.to + 1);
  return { status: 206, body, headers: { ...encoded, 'content-range': contentRange } };
}

/** What is stored gzipped is unpacked for those who do not accept that ("decompressive transcoding"). */
function unpacked(object: StoredObject, headers: OutgoingHttpHeaders): Answer {
  const warning = '214 UploadServer gunzipped';
  try {
    return { status: 200, body: gunzipSync(object.bytes), headers: { ...headers, warning } };
  } catch {
    throw new StorageError({ status: 503, reason: 'backendError', message: 'The object could not be decompressed.' });
  }
}

function headersOf(object: StoredObject): OutgoingHttpHeaders {
  const { generation, metageneration, attributes, bytes, updatedAtMs } = object;
  const { md5Hash, crc32c } = sumsOf(object);
  const { contentType, contentDisposition, contentLanguage, cacheControl, contentEncoding } = attributes;
  return {
    'content-type': contentType ?? 'application/octet-stream',
    ...(contentDisposition === undefined ? {} : { 'content-disposition': contentDisposition }),
    ...(contentLanguage === undefined ? {} : { 'content-language': contentLanguage }),
    'cache-control': cacheControl ?? 'no-cache, no-store, max-age=0, must-revalidate',
    etag: etagOf(object),
    'last-modified': new Date(updatedAtMs).toUTCString(),
    'accept-ranges': 'bytes',
    'x-goog-generation': String(generation),
    'x-goog-metageneration': String(metageneration),
    'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`,
    'x-goog-storage-class': 'STANDARD',
    'x-goog-stored-content-encoding':
      contentEncoding === undefined || contentEncoding === '' ? 'identity' : contentEncoding,
    'x-goog-stored-content-length': String(bytes.length),
  };
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A single range of bytes (RFC 9110 §14); undefined when none is asked for, 416 when it is beyond the end. */
function rangeOf(header: string | undefined, size: number): Range | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from < size && from <= to) return { from, to };
  const message = 'The requested range cannot be satisfied.';
  throw new StorageError({ status: 416, reason: 'requestedRangeNotSatisfiable', message });
}
