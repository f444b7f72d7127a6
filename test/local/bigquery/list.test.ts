// All jobs here are made up.
import { describe, expect, it } from 'vitest';
import type { Caller, Permission } from '../../../infra/local/bigquery/callers.ts';
import { at, idsIn, jobsIn, MORNING_MS, stage } from './stage.ts';
import type { Stage } from './stage.ts';

const JOBS = '/bigquery/v2/projects/p/jobs';

function addMany({ bigquery, pass }: Stage, count: number, runsForMs: (index: number) => number): void {
  for (let index = 0; index < count; index += 1) {
    bigquery.addJob({ project: 'p', id: `j${index}`, runsForMs: runsForMs(index) });
    // Every third job shares its millisecond with the one before.
    if (index % 3 !== 0) pass(1);
  }
}

/** All pages of a listing, with something happening before each but the first. */
async function allPages({ call }: Stage, query: string, between: () => void = () => {}): Promise<readonly unknown[][]> {
  const pages: unknown[][] = [];
  let token: unknown;
  do {
    const next = typeof token === 'string' ? `&pageToken=${token}` : '';
    const { body } = await call('GET', `${JOBS}?allUsers=true&${query}${next}`);
    pages.push([...idsIn(body)]);
    token = body['nextPageToken'];
    between();
  } while (token !== undefined && pages.length < 1_000);
  return pages;
}

describe('pages', () => {
  it('are newest first, and hold 50 jobs unless told', async () => {
    const scene = await stage();
    addMany(scene, 120, () => 1e9);
    const pages = await allPages(scene, '');
    expect(pages.map((page) => page.length)).toEqual([50, 50, 20]);
    expect(pages.flat()).toEqual(Array.from({ length: 120 }, (_, index) => `j${119 - index}`));
  });

  it('hold 1000 jobs at most', async () => {
    const scene = await stage();
    addMany(scene, 1_100, () => 1e9);
    expect((await allPages(scene, 'maxResults=100000')).map((page) => page.length)).toEqual([1_000, 100]);
  });

  it.each([1, 3, 7])('of %i neither lose nor repeat a running job while others end and appear', async (size) => {
    const scene = await stage();
    // Of 60 jobs every second ends while the pages are read, some before and some after the page they would be on.
    addMany(scene, 60, (index) => (index % 2 === 0 ? 1e9 : 1_000 + index * 17));
    scene.pass(900);
    let appeared = 0;
    const pages = await allPages(scene, `stateFilter=running&maxResults=${size}`, () => {
      scene.pass(100);
      appeared += 1;
      scene.bigquery.addJob({ project: 'p', id: `new${appeared}` });
    });
    const seen = pages.flat();
    const lasting = Array.from({ length: 30 }, (_, index) => `j${index * 2}`);
    expect(lasting.filter((id) => !seen.includes(id))).toEqual([]);
    expect(seen.length).toBe(new Set(seen).size);
    expect(seen.length).toBeLessThan(60);
  });

  it('refuse a token that they did not give', async () => {
    const { call } = await stage();
    const { status, body } = await call('GET', `${JOBS}?pageToken=made-up`);
    expect(status).toBe(400);
    expect(at(body, 'error', 'errors', 0, 'reason')).toBe('invalid');
  });

  it('of a project without jobs have no list at all', async () => {
    const { call } = await stage();
    expect(Object.keys((await call('GET', JOBS)).body).sort()).toEqual(['etag', 'kind']);
  });
});

describe('filters', () => {
  async function threeStates() {
    const scene = await stage();
    scene.bigquery.addJob({ project: 'p', id: 'done', runsForMs: 1 });
    scene.pass(10);
    scene.bigquery.addJob({ project: 'p', id: 'running', location: 'europe-west3' });
    scene.pass(10);
    scene.bigquery.addJob({ project: 'p', id: 'pending', pendingForMs: 1e6 });
    scene.bigquery.addJob({ project: 'other', id: 'elsewhere' });
    return scene;
  }
  const cases: readonly [string, readonly string[]][] = [
    ['', ['pending', 'running', 'done']],
    ['stateFilter=running', ['running']],
    ['stateFilter=running&stateFilter=pending', ['pending', 'running']],
    ['stateFilter=DONE', ['done']],
    [`minCreationTime=${MORNING_MS + 10}`, ['pending', 'running']],
    [`maxCreationTime=${MORNING_MS + 10}`, ['running', 'done']],
    ['parentJobId=running', []],
  ];
  it.each(cases)('"%s" shows %j, in whatever location', async (query, wanted) => {
    const { call } = await threeStates();
    expect(idsIn((await call('GET', `${JOBS}?allUsers=true&${query}`)).body)).toEqual(wanted);
  });

  it.each(['stateFilter=running%2Cpending', 'projection=most', 'maxResults=ten', 'minCreationTime=-1', 'allUsers=yes'])(
    'refuse %s',
    async (query) => {
      const { call } = await stage();
      expect((await call('GET', `${JOBS}?${query}`)).status).toBe(400);
    },
  );

  it('show the statements of a script only to who asks for them', async () => {
    const { bigquery, call, pass } = await stage();
    bigquery.addJob({ project: 'p', id: 's', children: [{ id: 'c1', runsForMs: 1_000 }, { id: 'c2' }, { id: 'c3' }] });
    pass(1_500);
    expect(idsIn((await call('GET', `${JOBS}?allUsers=true`)).body)).toEqual(['s']);
    expect(idsIn((await call('GET', `${JOBS}?allUsers=true&parentJobId=s`)).body)).toEqual(['c2', 'c1']);
    expect(idsIn((await call('GET', `${JOBS}?allUsers=true&parentJobId=s&stateFilter=running`)).body)).toEqual(['c2']);
  });
});

describe('what a caller may see', () => {
  const caller = (email: string, ...permissions: readonly Permission[]): Caller => ({
    email,
    permissions: new Set(permissions),
  });
  const CALLERS = new Map([
    ['all', caller('warden@example.com', 'bigquery.jobs.listAll', 'bigquery.jobs.list')],
    ['redacted', caller('ana@example.com', 'bigquery.jobs.list', 'bigquery.jobs.create')],
    ['own', caller('ben@example.com', 'bigquery.jobs.create')],
  ]);
  async function people() {
    const scene = await stage(CALLERS);
    scene.bigquery.addJob({ project: 'p', id: 'ana', principal: 'ana@example.com', labels: { team: 'x' } });
    scene.bigquery.addJob({ project: 'p', id: 'ben', principal: 'ben@example.com', labels: { team: 'x' } });
    return scene;
  }
  const list = async ({ call }: Stage, token: string, query: string) => {
    const { status, body } = await call('GET', `${JOBS}?projection=full&${query}`, { token });
    return { status, jobs: jobsIn(body), ids: idsIn(body), reason: at(body, 'error', 'errors', 0, 'reason') };
  };

  it.each([
    ['all', []],
    ['redacted', ['ana']],
    ['own', ['ben']],
  ])('%s: own jobs alone without allUsers', async (token, wanted) => {
    expect((await list(await people(), token, '')).ids).toEqual(wanted);
  });

  it('shows everything of everybody with listAll, however allUsers is spelt', async () => {
    for (const spelling of ['true', 'True', 'TRUE']) {
      const { jobs } = await list(await people(), 'all', `allUsers=${spelling}`);
      expect(jobs.map((job) => at(job, 'configuration', 'labels', 'team'))).toEqual(['x', 'x']);
      expect(jobs.map((job) => at(job, 'user_email'))).toEqual(['ben@example.com', 'ana@example.com']);
      expect(jobs.map((job) => at(job, 'principal_subject'))).toEqual(['user:ben@example.com', 'user:ana@example.com']);
    }
  });

  it('redacts the jobs of others without listAll: no configuration, no identity', async () => {
    const { jobs } = await list(await people(), 'redacted', 'allUsers=true');
    const shown = jobs.map((job) => ['configuration', 'user_email', 'principal_subject'].filter((key) => at(job, key)));
    expect(shown).toEqual([[], ['configuration', 'user_email', 'principal_subject']]);
    expect(jobs.map((job) => at(job, 'status', 'state'))).toEqual(['RUNNING', 'RUNNING']);
  });

  it('refuses everybody’s jobs to who may not list', async () => {
    expect(await list(await people(), 'own', 'allUsers=true')).toMatchObject({ status: 403, reason: 'accessDenied' });
  });

  it('refuses an unknown token', async () => {
    expect(await list(await people(), 'stolen', '')).toMatchObject({ status: 401, reason: 'authError' });
  });

  it('shows neither configuration nor identity in a minimal listing, which is the default', async () => {
    const { bigquery, call } = await stage();
    bigquery.addJob({ project: 'p', id: 'j' });
    const [job] = jobsIn((await call('GET', `${JOBS}?allUsers=true`)).body);
    expect(at(job, 'status', 'state')).toBe('RUNNING');
    expect(['configuration', 'user_email', 'principal_subject'].filter((key) => at(job, key))).toEqual([]);
  });
});
