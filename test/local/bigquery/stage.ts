import { onTestFinished } from 'vitest';
import type { Caller } from '../../../infra/local/bigquery/callers.ts';
import { isJsonObject, parseJson } from '../../../infra/local/bigquery/json.ts';
import type { Json, JsonObject } from '../../../infra/local/bigquery/json.ts';
import type { JobSpec } from '../../../infra/local/bigquery/spec.ts';
import { startBigQuery } from '../../../infra/local/bigquery/server.ts';
import type { StandInBigQuery } from '../../../infra/local/bigquery/server.ts';

/** Where the clocks of these tests begin: a made-up morning. */
export const MORNING_MS = Date.UTC(2026, 10, 24, 8, 0, 0);

interface Reply {
  readonly status: number;
  readonly body: JsonObject;
}

/** A stand-in on a clock that only moves when told, closed at the end of the test, and plain HTTP to it. */
export interface Stage {
  readonly bigquery: StandInBigQuery;
  readonly pass: (ms: number) => void;
  readonly call: (
    verb: string,
    path: string,
    options?: { readonly body?: Json; readonly token?: string },
  ) => Promise<Reply>;
}

export async function stage(callers?: ReadonlyMap<string, Caller>): Promise<Stage> {
  let nowMs = MORNING_MS;
  const bigquery = await startBigQuery({ now: () => nowMs, ...(callers ? { callers } : {}) });
  onTestFinished(() => bigquery.close());
  return {
    bigquery,
    pass(ms) {
      nowMs += ms;
    },
    async call(method, path, { body, token } = {}) {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await fetch(`${bigquery.url}${path}`, { method, headers, ...sent });
      const read = parseJson(await response.text());
      return { status: response.status, body: isJsonObject(read) ? read : {} };
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

/** The items of a listing. */
export function jobsIn(body: JsonObject): readonly Json[] {
  const jobs = body['jobs'];
  return Array.isArray(jobs) ? jobs : [];
}

/** The ids of the jobs of a listing, in its order. */
export function idsIn(body: JsonObject): readonly (Json | undefined)[] {
  return jobsIn(body).map((job) => at(job, 'jobReference', 'jobId'));
}

/** A stage with one job `j` in project `p`; times are in ms after the morning began. */
export async function oneJob(spec: Partial<JobSpec>) {
  const scene = await stage();
  scene.bigquery.addJob({ project: 'p', id: 'j', ...spec });
  const job = (id = 'j') => scene.bigquery.job('p', id);
  return {
    ...scene,
    job,
    state: (id?: string) => job(id)?.status.state,
    error: (id?: string) => job(id)?.status.errorResult,
    time: (name: string, id?: string) => Number(at(job(id), 'statistics', name)) - MORNING_MS,
    cancel: (id = 'j') => scene.call('POST', `/bigquery/v2/projects/p/jobs/${id}/cancel`),
  };
}
