import { onTestFinished } from 'vitest';
import type { Json, JsonObject } from '../../../infra/local/bigquery/json.ts';
import { isJsonObject, parseJson } from '../../../infra/local/bigquery/json.ts';
import type { StandInStorage, StorageOptions } from '../../../infra/local/storage/server.ts';
import { startStorage } from '../../../infra/local/storage/server.ts';

/** Where the clocks of these tests begin: a made-up morning. */
export const MORNING_MS = Date.UTC(2026, 10, 24, 8, 0, 0);

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: JsonObject;
}

interface Sent {
  readonly body?: Json | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A stand-in on a clock that only moves when told, with the bucket `b` (and `v`, versioned), and plain HTTP to it. */
export interface Stage {
  readonly storage: StandInStorage;
  readonly pass: (ms: number) => void;
  readonly call: (verb: string, path: string, sent?: Sent) => Promise<Reply>;
  /** Uploads a text; the description of the object, or of what is wrong. */
  readonly upload: (
    bucket: string,
    name: string,
    text: string,
    query?: Readonly<Record<string, string>>,
  ) => Promise<Reply>;
}

export async function stage(options: StorageOptions = {}): Promise<Stage> {
  let nowMs = MORNING_MS;
  const storage = await startStorage({ now: () => nowMs, writeLimit: false, ...options });
  onTestFinished(() => storage.close());
  storage.createBucket('b');
  storage.createBucket('v', { versioning: true });
  const call: Stage['call'] = async (method, path, { body, headers } = {}) => {
    const sent =
      body === undefined ? {} : { body: body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body) };
    const response = await fetch(`${storage.url}${path}`, {
      method,
      headers: headers ?? {},
      redirect: 'manual',
      ...sent,
    });
    const text = await response.text();
    const read = parseJson(text);
    return { status: response.status, headers: response.headers, text, body: isJsonObject(read) ? read : {} };
  };
  return {
    storage,
    call,
    pass(ms) {
      nowMs += ms;
    },
    upload(bucket, name, text, query = {}) {
      const search = new URLSearchParams({ uploadType: 'media', name, ...query });
      const path = `/upload/storage/v1/b/${bucket}/o?${search.toString()}`;
      return call('POST', path, { body: Buffer.from(text), headers: { 'content-type': 'text/plain' } });
    },
  };
}

/** Follows keys and indexes into JSON; undefined where the way ends. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>((found, step) => {
    if (typeof step === 'number') return Array.isArray(found) ? found[step] : undefined;
    return isJsonObject(found) ? found[step] : undefined;
  }, value);
}

/** One field of each item of a listing. */
export function each(body: JsonObject, field = 'name'): readonly (Json | undefined)[] {
  const items = body['items'];
  return Array.isArray(items) ? items.map((item: Json) => at(item, field)) : [];
}
