import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listMask } from '../../../shared/engines/bigquery/fields.ts';
import { recordProject, runawayId } from './names.ts';
import { pagesOf } from './pages.ts';
import { plainCheck } from './policy.ts';
import { quotaOf } from './quota.ts';
import { openService, type Setup } from './service.ts';

const nowMs = Date.parse('2026-03-11T10:00:00Z');
const setup: Setup = {
  pages: 2,
  jobsPerPage: 60,
  nowMs,
  latencyMs: 0,
  perSecond: 100,
  runawayIn: 'has-one',
  isFullToo: false,
};

interface Listed {
  readonly jobs: readonly { readonly jobReference: { readonly jobId: string }; readonly configuration: object }[];
  readonly nextPageToken?: string;
}

describe('the service of the bench', () => {
  let service = openService();
  let jobs = '';
  beforeEach(async () => {
    service = openService();
    service.setUp(setup);
    service.server.listen(0, '127.0.0.1');
    await once(service.server, 'listening');
    const address = service.server.address();
    jobs = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/bigquery/v2/projects`;
  });
  afterEach(() => {
    service.server.closeAllConnections();
    service.server.close();
  });
  const list = async (project: string, query = ''): Promise<Listed> =>
    Object(await (await fetch(`${jobs}/${project}/jobs?${query}`)).json());

  it('lists other jobs on each page, and the same ones in every project', async () => {
    const first = await list('one');
    const second = await list('one', `pageToken=${first.nextPageToken}`);
    expect(second.nextPageToken).toBeUndefined();
    const ids = [...first.jobs, ...second.jobs].map(({ jobReference }) => jobReference.jobId);
    expect(new Set(ids).size).toBe(120);
    expect(await list('two')).toEqual(first);
  });

  it('shows what the fields ask for, which is many times smaller', async () => {
    const fields = `fields=${encodeURIComponent(listMask)}`;
    const before = service.counted().bytes;
    const all = await list('one');
    const full = service.counted().bytes - before;
    const masked = await list('one', fields);
    expect(masked.jobs.length).toBe(all.jobs.length);
    expect(JSON.stringify(all)).toContain('SELECT ');
    expect(JSON.stringify(masked)).not.toContain('FROM ');
    expect(full / (service.counted().bytes - before - full)).toBeGreaterThan(10);
  });

  it('has a job that runs away where it was told to, and nothing else that is too much', async () => {
    const tooMuch = ({ jobs }: Listed) => jobs.filter((job) => plainCheck(job, nowMs));
    expect(tooMuch(await list('has-one')).map(({ jobReference }) => jobReference.jobId)).toEqual([runawayId]);
    expect(tooMuch(await list('has-none'))).toEqual([]);
    const got = await fetch(`${jobs}/${recordProject}/jobs/${runawayId}?location=EU`);
    expect(await got.json()).toMatchObject({ jobReference: { jobId: runawayId } });
    expect((await fetch(`${jobs}/${recordProject}/jobs/another`)).status).toBe(404);
  });

  it('refuses what is over the quota as BigQuery does, and counts it', async () => {
    service.setUp({ ...setup, perSecond: 3 });
    const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(`${jobs}/one/jobs`)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 200, 403, 403]);
    expect(await answers.find(({ status }) => status === 403)?.json()).toMatchObject({
      error: { errors: [{ reason: 'rateLimitExceeded' }] },
    });
    expect(service.counted()).toMatchObject({ requests: 5, rejected: 2 });
  });
});

describe('the pages of the bench', () => {
  it('are made once', () => {
    const pages = pagesOf({ pages: 1, jobsPerPage: 3, nowMs });
    expect(pages.of(0, null, false)).toBe(pages.of(0, null, false));
    expect(pages.of(0, null, false)).toEqual(pagesOf({ pages: 1, jobsPerPage: 3, nowMs }).of(0, null, false));
  });
});

describe('the quota', () => {
  it('takes no more than its number within any second', () => {
    const take = quotaOf(2);
    const atMs = [0, 900, 950, 999, 1000, 1001, 1900, 1950];
    expect(atMs.map(take)).toEqual([true, true, false, false, true, false, true, false]);
  });
});
