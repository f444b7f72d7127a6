import type { Known, Trouble } from '../contracts/engine.ts';
import type { Reply } from './scripted-bigquery.ts';
import { json, text } from './scripted-bigquery.ts';

/** What a scripted service that answers JSON errors does in each trouble; `errorOf` writes one of its errors. */
export function troublesOf(errorOf: (status: number) => unknown): Record<Trouble, Reply> {
  const failure = (status: number): Reply => json(errorOf(status), status);
  return {
    unauthenticated: failure(401),
    forbidden: failure(403),
    unsupported: failure(501),
    refused: failure(400),
    throttled: failure(429),
    'throttled for an hour': text(JSON.stringify(errorOf(429)), 429, { 'retry-after': '3600' }),
    broken: failure(503),
    reset: (_, response) => void response.socket?.resetAndDestroy(),
    hang: () => undefined,
    stall: (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).write('{"jobs": ['),
    nonsense: text('<html>not an API</html>'),
  };
}

/** What a scripted service holds, and what goes wrong in it next. */
export interface Script {
  readonly jobs: Map<string, Known>;
  readonly stopped: Set<string>;
  listed: { readonly pages: readonly (readonly Known[])[]; readonly loop?: boolean };
  meets(troubles: readonly Trouble[], always?: boolean): void;
  trouble(): Trouble | undefined;
}

/** A script without jobs and troubles. */
export function script(): Script {
  let ahead: { troubles: readonly Trouble[]; always: boolean } = { troubles: [], always: false };
  return {
    jobs: new Map(),
    stopped: new Set(),
    listed: { pages: [[]] },
    meets: (troubles, always = false) => void (ahead = { troubles, always }),
    trouble() {
      const [next, ...rest] = ahead.troubles;
      if (rest.length > 0 || !ahead.always) ahead = { ...ahead, troubles: rest };
      return next;
    },
  };
}
