import { randomUUID } from 'node:crypto';
import type { Write } from '../objects.ts';
import type { Upload } from './calls.ts';

/** Custom metadata that a write leaves on its object: who wrote it, and which generation it replaced. */
export interface Marks {
  readonly 'jobwarden-write': string;
  /** A generation, or `absent`; not there when anything could have stood there. */
  readonly 'jobwarden-over'?: string;
}

/** The marks of one write; its id is random, and stays the same when the write is tried again. */
export function marksFor(ifGeneration: string | undefined): Marks {
  const id = { 'jobwarden-write': randomUUID() };
  return ifGeneration === undefined ? id : { ...id, 'jobwarden-over': ifGeneration };
}

/** The body of a multipart upload: the description as JSON, then the bytes (Cloud Storage, "JSON API multipart uploads"). */
export function multipart(name: string, write: Write, marks: Marks): Upload {
  const contentType = write.contentType ?? 'application/octet-stream';
  const boundary = `jobwarden-${randomUUID()}`;
  const description = JSON.stringify({ name, contentType, metadata: marks });
  const body = Buffer.concat([
    Buffer.from(`--${boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n${description}\r\n`),
    Buffer.from(`--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`),
    write.bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { body, contentType: `multipart/related; boundary=${boundary}` };
}
