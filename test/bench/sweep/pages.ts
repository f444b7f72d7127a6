import { gzipSync } from 'node:zlib';
import { selectFields } from '../../../infra/local/bigquery/fields-mask.ts';
import { present, type JsonObject } from '../../../infra/local/bigquery/json.ts';
import { randomOf } from '../random.ts';
import { recordProject, runawayId } from './names.ts';
import { recordOf, statements } from './records.ts';

/** What a project of the bench lists. */
export interface Listing {
  readonly pages: number;
  readonly jobsPerPage: number;
  /** Epoch ms at which its youngest job started; the others started up to twenty minutes earlier. */
  readonly nowMs: number;
}

/** The pages of a listing as they go over the wire, by the number of the page, its `fields`, and whether a job runs away. */
export interface Pages {
  readonly of: (page: number, fields: string | null, withRunaway: boolean) => Buffer;
}

function recordsOf(listing: Listing, page: number): readonly JsonObject[] {
  const random = randomOf(7919 * (page + 1));
  const textOf = statements(random);
  return Array.from({ length: listing.jobsPerPage }, (_, index) => {
    const startedAtMs = listing.nowMs - random.below(20 * 60_000);
    return recordOf(random, { project: recordProject, startedAtMs, text: textOf(index) });
  });
}

function runaway(first: JsonObject, nowMs: number): JsonObject {
  const started = String(nowMs - 30 * 3_600_000);
  return {
    ...first,
    id: `${recordProject}:EU.${runawayId}`,
    jobReference: { projectId: recordProject, jobId: runawayId, location: 'EU' },
    statistics: { creationTime: started, startTime: started, query: { statementType: 'SELECT' } },
  };
}

/** Makes each page once, the first time it is asked for, and packs it as Google does. The same ones in every run. */
export function pagesOf(listing: Listing): Pages {
  const packed = new Map<string, Buffer>();
  const records = new Map<number, readonly JsonObject[]>();
  const bodyOf = (page: number, withRunaway: boolean): JsonObject => {
    const all = records.get(page) ?? recordsOf(listing, page);
    records.set(page, all);
    const [first = {}, ...others] = all;
    const jobs = withRunaway ? [runaway(first, listing.nowMs), ...others] : all;
    const nextPageToken = page + 1 < listing.pages ? `page-${page + 1}` : undefined;
    return present({ kind: 'bigquery#jobList', etag: `bench-${page}`, nextPageToken, jobs });
  };
  return {
    of: (page, fields, withRunaway) => {
      const key = `${page} ${withRunaway} ${fields}`;
      const known = packed.get(key);
      if (known !== undefined) return known;
      const body = bodyOf(page, withRunaway);
      const shown = fields === null ? body : selectFields(body, 'JobList', fields);
      const bytes = gzipSync(JSON.stringify(shown));
      packed.set(key, bytes);
      return bytes;
    },
  };
}

/** The full record of a job, as `jobs.get` gives it; undefined for all but the one that runs away. */
export function getAnswer(jobId: string, listing: Listing): JsonObject | undefined {
  const [first] = recordsOf({ ...listing, jobsPerPage: 1 }, 0);
  return jobId === runawayId && first !== undefined ? runaway(first, listing.nowMs) : undefined;
}
