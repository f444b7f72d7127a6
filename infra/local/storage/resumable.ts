import { randomUUID } from 'node:crypto';
import type { Description } from './attributes.ts';
import { descriptionIn } from './attributes.ts';
import type { StorageCall } from './call.ts';
import { allow } from './call.ts';
import type { Conditions } from './conditions.ts';
import { check, conditionsIn } from './conditions.ts';
import { StorageError, invalid } from './errors.ts';
import type { Answer } from './http.ts';
import { named, store } from './insert.ts';

const MAX_SESSIONS = 100;
const MAX_BYTES = 268_435_456;

interface Session {
  readonly bucket: string;
  readonly about: Description;
  readonly contentType: string | undefined;
  readonly conditions: Conditions;
  bytes: Buffer;
  /** What was answered when the upload was complete: asked again, it is said again. */
  done?: Answer;
}

/** Uploads that come in pieces: begun with a description, then filled until their size is known and reached. */
export interface Sessions {
  readonly begin: (bucket: string, call: StorageCall) => Answer;
  /** Takes the next piece, or says how far the upload is. */
  readonly fill: (id: string, call: StorageCall) => Answer;
  readonly cancel: (id: string) => Answer;
}

/** No uploads yet; at most 100 are remembered, the oldest are forgotten first. */
export function uploadSessions(): Sessions {
  const sessions = new Map<string, Session>();
  const session = (id: string): Session => {
    const found = sessions.get(id);
    if (found) return found;
    throw new StorageError({ status: 404, reason: 'notFound', message: 'No such upload.' });
  };
  return {
    begin(bucket, call) {
      const begun = sessionOf(bucket, call);
      const id = randomUUID();
      sessions.set(id, begun);
      const [oldest] = sessions.keys();
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      const query = new URLSearchParams({ uploadType: 'resumable', name: begun.about.name ?? '', upload_id: id });
      const location = `${call.url}/upload/storage/v1/b/${encodeURIComponent(bucket)}/o?${query.toString()}`;
      return { status: 200, headers: { location, 'x-guploader-uploadid': id } };
    },
    fill: (id, call) => fill(session(id), call),
    cancel(id) {
      session(id);
      sessions.delete(id);
      return { status: 499 };
    },
  };
}

function sessionOf(bucket: string, call: StorageCall): Session {
  const { query, headers, body, store: objects } = call;
  allow(call, 'storage.objects.create');
  const about = named(descriptionIn(body.toString('utf8')), query);
  const conditions = conditionsIn(query);
  objects.bucket(bucket);
  check(objects.find({ bucket, name: about.name ?? '' }), conditions, 'write');
  const type = headers['x-upload-content-type'];
  return {
    bucket,
    about,
    conditions,
    contentType: typeof type === 'string' ? type : undefined,
    bytes: Buffer.alloc(0),
  };
}

function fill(session: Session, call: StorageCall): Answer {
  if (session.done) return session.done;
  const { from, total } = rangeOf(call.headers['content-range'], call.body.length);
  if (from !== undefined) session.bytes = withPiece(session.bytes, from, call.body);
  if (total === undefined || session.bytes.length < total) return incomplete(session.bytes.length);
  const { bucket, about, contentType, conditions, bytes } = session;
  const answer = store({ bucket, about, contentType, conditions, bytes }, call);
  session.done = answer;
  return answer;
}

function withPiece(bytes: Buffer, from: number, piece: Buffer): Buffer {
  if (from > bytes.length) throw invalid(`The upload has ${bytes.length} bytes so far, the piece begins at ${from}.`);
  if (from + piece.length > MAX_BYTES)
    throw new StorageError({ status: 413, reason: 'uploadTooLarge', message: 'Too large.' });
  // A piece that was sent twice overlaps with what is there.
  return Buffer.concat([bytes, piece.subarray(bytes.length - from)]);
}

/** 308 means "Resume Incomplete" here, and the range is what has arrived. */
function incomplete(bytes: number): Answer {
  return { status: 308, headers: bytes === 0 ? {} : { range: `bytes=0-${bytes - 1}` } };
}

interface Piece {
  /** Where the piece begins; undefined when there is none, only the question how far the upload is. */
  readonly from: number | undefined;
  /** The size of the whole; undefined while it is not known. */
  readonly total: number | undefined;
}

/** Content-Range: bytes 0-99/200, bytes 0-99/(star), bytes (star)/200, bytes (star)/(star); without one it is all there is. */
function rangeOf(header: string | undefined, length: number): Piece {
  if (header === undefined) return { from: 0, total: length };
  const match = /^bytes (?:(\d+)-(\d+|\*)|\*)\/(\d+|\*)$/.exec(header);
  if (!match) throw invalid(`Failed to parse Content-Range header: ${header}`);
  const [, from, last, size] = match;
  const begin = from === undefined ? undefined : Number(from);
  if (size !== '*') return { from: begin, total: Number(size) };
  // "bytes 0-*/*" announces bytes without an end: the end of the request is the end of the object.
  return { from: begin, total: begin !== undefined && last === '*' ? begin + length : undefined };
}
