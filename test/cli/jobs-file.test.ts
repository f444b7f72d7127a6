import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readJobs, type JobsRead } from '../../functions/cli/jobs-file.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { root } from './a-shell.ts';

// Synthetic, but for the recorded answers of the last part.

const nowMs = Date.parse('2026-11-30T10:00:00Z');
const options = { file: 'jobs.yaml', nowMs, timezone: 'Europe/Berlin', project: 'first-prod' };
const read = (text: string): JobsRead => readJobs(text, options);
const minutes = (count: number) => count * 60_000;

function good(text: string): readonly Job[] {
  const { jobs, problems } = read(text);
  expect(problems).toEqual([]);
  return jobs;
}

function one(short: string): Job {
  const [job] = good(`- { ${short} }`);
  if (job === undefined) throw new Error('no job was read');
  return job;
}

describe('a job in the short form', () => {
  it('is an ordinary query, seen whole, whose numbers nobody has reported', () => {
    expect(one('id: a')).toEqual({
      engine: 'bigquery',
      target: 'bigquery:first-prod',
      project: 'first-prod',
      location: 'US',
      id: 'a',
      state: 'running',
      redacted: false,
      jobType: 'query',
      statementType: 'SELECT',
      priority: 'interactive',
      labels: {},
      reservation: null,
      edition: null,
      continuous: false,
      queryText: '',
      parentId: null,
      principal: undefined,
      createdAtMs: undefined,
      startedAtMs: undefined,
      endedAtMs: undefined,
      bytesProcessed: undefined,
      bytesEstimated: undefined,
      slotMs: undefined,
    });
  });

  const table: [string, string, Partial<Job>][] = [
    [
      'the kind of a principal from its address',
      'principal: Ana@Example.com',
      { principal: 'ana@example.com', principalKind: 'person' },
    ],
    ['a service account', 'principal: etl@prod.iam.gserviceaccount.com', { principalKind: 'serviceAccount' }],
    ['a federated identity', 'principal: "principal://iam.googleapis.com/x"', { principalKind: 'external' }],
    [
      'a kind that is given',
      'principal: robot@example.com, principalKind: serviceAccount',
      { principalKind: 'serviceAccount' },
    ],
    ['a principal that nobody knows', 'principal: unknown', { principal: undefined }],
    ['run time', 'runTime: 40m', { startedAtMs: nowMs - minutes(40), createdAtMs: nowMs - minutes(40) }],
    [
      'queue time of a waiting job',
      'queueTime: 2h',
      { state: 'pending', createdAtMs: nowMs - minutes(120), startedAtMs: undefined, reservation: undefined },
    ],
    [
      'queue time of a running job',
      'runTime: 10m, queueTime: 5m',
      { state: 'running', startedAtMs: nowMs - minutes(10), createdAtMs: nowMs - minutes(15) },
    ],
    [
      'times of the clock with their zone',
      'created: 2026-11-30T09:00Z, started: "2026-11-30T10:30:00+01:00"',
      { createdAtMs: nowMs - minutes(60), startedAtMs: nowMs - minutes(30) },
    ],
    [
      'times of the clock in the time zone of the policy',
      'started: 2026-11-30 10:00',
      { startedAtMs: nowMs - minutes(60) },
    ],
    ['a day as its beginning', 'created: 2026-11-30', { createdAtMs: nowMs - minutes(660) }],
    [
      'how long a job ran that has ended',
      'state: done, runTime: 5m, ended: 2026-11-30T09:00Z',
      { state: 'done', startedAtMs: nowMs - minutes(65), endedAtMs: nowMs - minutes(60) },
    ],
    [
      'sizes as they are written',
      'bytesProcessed: 5 TiB, bytesEstimated: 1.5 GB',
      { bytesProcessed: 5 * 1024 ** 4, bytesEstimated: 1.5e9 },
    ],
    ['slot hours', 'slotHours: 2.5', { slotMs: 9_000_000 }],
    [
      'a load, which has no statement and no priority',
      'jobType: load',
      { statementType: null, priority: null, queryText: '' },
    ],
    [
      'a job of a kind that nobody knows',
      'jobType: unknown',
      { jobType: undefined, statementType: undefined, priority: undefined },
    ],
    ['a statement', 'statementType: MERGE', { statementType: 'MERGE' }],
    ['a statement that nobody knows', 'statementType: unknown', { statementType: undefined }],
    ['a script, whose payer does not show', 'statementType: SCRIPT', { reservation: undefined, edition: undefined }],
    [
      'a reservation',
      'reservation: "admin:EU.prod", edition: ENTERPRISE',
      { reservation: 'admin:EU.prod', edition: 'ENTERPRISE' },
    ],
    ['a reservation whose edition was left out', 'reservation: "admin:EU.prod"', { edition: undefined }],
    ['a payer that nobody knows', 'reservation: unknown', { reservation: undefined }],
    ['labels', 'labels: { team: bi, empty: "" }', { labels: { team: 'bi', empty: '' } }],
    ['labels that nobody saw', 'labels: unknown', { labels: undefined }],
    ['a continuous query', 'continuous: true', { continuous: true }],
    ['a query of which that is not known', 'continuous: unknown', { continuous: undefined }],
    ['a statement that was not fetched', 'query: unknown', { queryText: undefined }],
    ['a part of a script', 'parent: script-1', { parentId: 'script-1' }],
    ['another location', 'location: EU', { location: 'EU' }],
    ['a location that nobody knows', 'location: unknown', { location: undefined }],
    ['another project', 'project: other', { project: 'other', target: 'bigquery:other' }],
    ['a state that is no known word', 'state: unknown, runTime: 1h', { state: 'unknown' }],
    [
      'no more than there is of another engine',
      'engine: dli',
      { target: 'dli:first-prod', jobType: undefined, statementType: undefined, reservation: undefined },
    ],
  ];
  it.each(table)('reads %s', (_what, short, fields) => {
    expect(one(short)).toMatchObject(fields);
  });

  it('shows of a redacted job that it is there, and no more', () => {
    const job = one('redacted: true, principal: ana@example.com, runTime: 1h');
    expect(job.redacted).toBe(true);
    expect(Object.keys(job).sort()).not.toContain('principal');
    expect(job.startedAtMs).toBe(nowMs - minutes(60));
  });

  it('has an id by its place where it has none', () => {
    expect(good('jobs:\n  - { runTime: 1m }\n  - { id: x }\n  - { runTime: 2m }\n').map(({ id }) => id)).toEqual([
      'job-1',
      'x',
      'job-3',
    ]);
  });

  it('takes what every job of the file has, and its own in the place of it', () => {
    const { jobs } = readJobs('- { id: a }\n- { id: b, started: 2026-11-30T09:59Z, principal: kim@example.com }\n', {
      ...options,
      everyJob: { principal: 'ana@example.com', runTime: minutes(5), labels: { a: 'b' } },
    });
    expect(jobs.map(({ principal, startedAtMs, labels }) => [principal, nowMs - (startedAtMs ?? 0), labels])).toEqual([
      ['ana@example.com', minutes(5), { a: 'b' }],
      ['kim@example.com', minutes(1), { a: 'b' }],
    ]);
  });

  it('is read from JSON as from YAML', () => {
    expect(good('{"jobs": [{"id": "a", "runTime": "40m"}]}')).toEqual(good('jobs: [{ id: a, runTime: 40m }]'));
    expect(good('[{"id": "a", "runTime": "40m"}]')).toEqual(good('- { id: a, runTime: 40m }'));
  });
});

describe('what is wrong with jobs', () => {
  const table: [string, string, string, number | undefined, string][] = [
    ['a number without its unit', 'jobs:\n  - id: a\n    runTime: 40\n', 'no-unit', 3, '40s, 40m or 40h'],
    ['something that is no time', 'jobs:\n  - { runTime: half an hour }\n', 'bad-time', 2, '90s'],
    ['something that is no size', 'jobs:\n  - { bytesProcessed: lots }\n', 'bad-size', 2, '500 GB'],
    ['a moment that is none', 'jobs:\n  - { started: yesterday }\n', 'bad-time', 2, '2026-11-30T14:00Z'],
    ['a day that does not exist', 'jobs:\n  - { started: 2026-02-30 }\n', 'bad-time', 2, '2026-11-30T14:00Z'],
    ['a misspelled key', 'jobs:\n  - { runtime: 40m }\n', 'unknown-key', 2, 'Did you mean runTime?'],
    ['a client that is claimed', 'jobs:\n  - { client: dbt }\n', 'unknown-key', 2, 'dbt_invocation_id'],
    [
      'the words of the API',
      'jobs:\n  - { user_email: ana@example.com }\n',
      'unknown-key',
      2,
      'Did you mean principal?',
    ],
    ['a word that is none', 'jobs:\n  - { state: RUNNING }\n', 'unknown-value', 2, 'running'],
    ['a label that is a number', 'jobs:\n  - { labels: { a: 1 } }\n', 'wrong-type', 2, '"1"'],
    ['run time told twice', 'jobs:\n  - { runTime: 1m, started: 2026-11-30 }\n', 'job-time-twice', 2, 'Keep one'],
    ['queue time told twice', 'jobs:\n  - { queueTime: 1m, created: 2026-11-30 }\n', 'job-time-twice', 2, 'Keep one'],
    ['a job that is there twice', 'jobs:\n  - { id: a }\n  - { id: a }\n', 'job-twice', undefined, 'Keep one'],
    ['an unquoted sign', 'jobs:\n  - { principal: *x }\n', 'quote-it', 2, '"*x"'],
    ['YAML that is none', 'jobs: [\n', 'yaml-syntax', 1, ''],
    ['a file without jobs', 'version: 1\n', 'no-jobs', 1, 'bq ls'],
    ['an empty file', '', 'no-jobs', 1, 'bq ls'],
    ['JSON that is none and no YAML either', '{"jobs": [}', 'yaml-syntax', 1, ''],
  ];
  it.each(table)('is %s, with its line and what to write instead', (_what, text, code, line, cure) => {
    const { problems } = read(text);
    expect(problems[0]).toMatchObject({ code, severity: 'error', file: 'jobs.yaml' });
    expect(problems[0]?.line).toBe(line);
    expect(problems.map((problem) => problem.try).join(' ')).toContain(cure);
  });

  it('is said all at once', () => {
    const { problems } = read('jobs:\n  - { runTime: 40 }\n  - { bytesProcessed: 3 }\n  - { client: looker }\n');
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ['no-unit', 2],
      ['no-unit', 3],
      ['unknown-key', 4],
    ]);
  });

  it('never is that a query looks like a secret', () => {
    const [job] = good('- { id: a, query: "SELECT * FROM t WHERE token = \'xoxb-1234567890-abcdef\'" }');
    expect(job?.queryText).toContain('xoxb-');
  });
});

const page = readFileSync(`${root}/test/fixtures/jobs/page.json`, 'utf8');

describe('a recorded answer of the API', () => {
  const pageJobs: { jobs: unknown[] } = JSON.parse(page);
  const [first] = pageJobs.jobs;

  it('is a page of jobs.list, with what the listing left out', () => {
    const { jobs, problems } = read(page);
    expect(jobs.map(({ id, state, redacted }) => [id, state, redacted])).toEqual([
      ['bquxjob_1a2b3c4d_5e6f', 'running', false],
      ['load_7', 'pending', false],
      ['hidden', 'running', true],
      ['script_job_9', 'running', false],
      ['finished', 'done', false],
    ]);
    expect(jobs[0]).toMatchObject({
      target: 'bigquery:warehouse-prod',
      principal: 'ana@example.com',
      statementType: 'SELECT',
      labels: { team: 'bi' },
      bytesProcessed: 2 * 1024 ** 4,
      queryText: 'SELECT 1',
    });
    expect(problems.map(({ code, severity, line }) => [code, severity, line])).toEqual([
      ['job-in-doubt', 'warning', 61],
      ['listing-incomplete', 'warning', 4],
    ]);
  });

  const expected = read(page).jobs;
  it.each([
    ['a list, as bq ls prints it', JSON.stringify(pageJobs.jobs, null, 2), 5],
    ['one document a line', pageJobs.jobs.map((record) => JSON.stringify(record)).join('\n'), 5],
    ['one resource, as bq show prints it', JSON.stringify(first, null, 2), 1],
    ['the answer to a cancel', JSON.stringify({ kind: 'bigquery#jobCancelResponse', job: first }), 1],
    ['a page with a byte order mark', `\uFEFF${page}`, 5],
    ['the same as YAML', `jobs:\n  - ${JSON.stringify(first)}\n`, 1],
  ])('is %s', (_what, text, count) => {
    expect(read(text).jobs).toEqual(expected.slice(0, count));
  });

  it('may be an empty page', () => {
    expect(read('{"kind": "bigquery#jobList"}')).toEqual({ jobs: [], problems: [] });
  });

  it('names the record that cannot be read, and reads the others', () => {
    const broken = JSON.stringify({ jobs: [{ kind: 'bigquery#job', jobReference: {} }, first] }, null, 1);
    const { jobs, problems } = read(broken);
    expect(jobs).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code: 'job-unreadable', severity: 'error', line: 3 });
    const lines = read(`${JSON.stringify(first)}\n{"kind":"bigquery#job"}\n`);
    expect(lines.problems[0]).toMatchObject({ code: 'job-unreadable', line: 2, where: 'line 2' });
  });

  it('may stand a line beside jobs in the short form', () => {
    const { jobs, problems } = read(`${JSON.stringify(first)}\n{"runTime": "40m"}\n\n`);
    expect(problems).toEqual([]);
    expect(jobs.map(({ id }) => id)).toEqual(['bquxjob_1a2b3c4d_5e6f', 'job-2']);
  });
});

const recorded = `${root}/../shared/fixtures/bigquery`;
const isThere = existsSync(recorded);
if (!isThere && process.env['CI'] === 'true') throw new Error('the recorded answers must be there in CI');

describe.skipIf(!isThere)('an answer that the real API gave (skipped where the recordings are not there)', () => {
  it.each([
    ['01-insert-running-query.json', ['running']],
    ['02-insert-query-with-params.json', ['running']],
    ['03-insert-running-create-model.json', ['running']],
    ['07-get-done-copy.json', ['done']],
    ['14-docs-bq-show-failed-extract.json', ['done']],
    ['15-book-insert-running-2013.json', ['running']],
  ])('%s is read', (name, states) => {
    const { jobs, problems } = read(readFileSync(`${recorded}/${name}`, 'utf8'));
    expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(jobs.map(({ state }) => state)).toEqual(states);
  });

  it('is a minimal list, whose jobs show too little to be judged', () => {
    const { jobs } = read(readFileSync(`${recorded}/08-list-allusers-minimal.json`, 'utf8'));
    expect(jobs.length).toBeGreaterThan(0);
    expect(jobs.every(({ redacted }) => redacted)).toBe(true);
  });
});
