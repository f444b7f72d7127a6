import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EngineError, type JobSource, type Page } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, minutes } from '../make.ts';
import { jobwarden, nowMs, root, type Scene } from './a-shell.ts';

// Synthetic jobs and policies.

const policy = 'test/fixtures/jobs/policy.yaml';
const jobs = 'test/fixtures/jobs/monday-morning.yaml';

interface Data {
  readonly status: string;
  readonly jobsSeen: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly breaker: { readonly open: boolean; readonly planned: number; readonly why?: string };
  readonly targets: readonly { readonly target: string; readonly complete: boolean; readonly redacted: number }[];
  readonly leftOut: readonly string[];
  readonly problems: readonly { readonly code: string; readonly says: string }[];
  readonly verdicts: readonly {
    readonly job: string;
    readonly does: string;
    readonly rule: string;
    readonly heldBack?: { readonly by: string };
  }[];
}

async function sweep(
  words: readonly string[],
  scene: Scene = {},
): Promise<{ readonly data: Data; readonly code: number }> {
  const { out, code } = await jobwarden(['sweep', '--format', 'json', '--policy', policy, ...words], scene);
  const data: Data = JSON.parse(out);
  return { data, code };
}

const ofFile = async (stdin: string, ...more: readonly string[]) =>
  sweep(['--jobs', '-', '--at', '2026-11-30 10:00', ...more], { stdin });

describe('jobwarden sweep with a file of jobs', () => {
  it('says what would become of every job, cancels first', async () => {
    const { data, code } = await sweep(['--jobs', jobs, '--at', '2026-11-30 10:00']);
    expect(code).toBe(1);
    expect(data.verdicts.map(({ job, does, rule }) => [job.split('.').at(-1), does, rule])).toEqual([
      ['runaway', 'cancel', 'long-queries'],
      ['campaign', 'would cancel', 'long-queries'],
      ['models', 'would cancel', 'hungry-queries'],
      ['closing', 'held back', 'long-queries'],
      ['waiting', 'warn', 'waiting-jobs'],
      ['young', 'warn', 'long-queries'],
      ['nightly', 'record', 'machines'],
    ]);
    expect(data.counts).toEqual({ cancel: 1, 'would cancel': 2, 'held back': 1, warn: 2, record: 1 });
    expect(data.jobsSeen).toBe(8);
    expect(data.leftOut).toEqual(['1 job is redacted and not judged.']);
  });

  it('shows the same as a table', async () => {
    const { out, code } = await jobwarden(['sweep', '--policy', policy, '--jobs', jobs, '--at', '2026-11-30 10:00']);
    expect(code).toBe(1);
    expect(out).toContain(
      '8 jobs seen: 1 cancel, 2 would cancel, 1 held back, 2 warn, 1 record.\nBreaker closed, 1 planned.',
    );
    expect(out).toMatch(
      /\ncancel {8}bigquery:warehouse-prod:EU\.runaway +ana@example\.com +ana@example\.com +long-queries +has run/,
    );
    expect(out).not.toMatch(/ \n/);
  });

  it('applies the budget of a sweep: the costliest go first', async () => {
    const stdin = [1, 2, 3]
      .map((tib) => `- { id: job${tib}, principal: a@example.com, runTime: 1h, bytesProcessed: ${tib} TiB }`)
      .join('\n');
    const { data } = await ofFile(stdin);
    expect(data.verdicts.map(({ job, does, heldBack }) => [job.at(-1), does, heldBack?.by])).toEqual([
      ['2', 'cancel', undefined],
      ['3', 'cancel', undefined],
      ['1', 'held back', 'budget'],
    ]);
  });

  it('applies the breaker over all jobs that were seen', async () => {
    const runaways = Array.from(
      { length: 3 },
      (_, index) => `- { id: r${index}, principal: a@example.com, runTime: 1h }`,
    );
    const others = Array.from({ length: 8 }, (_, index) => `- { id: o${index}, runTime: 1m }`);
    const { data, code } = await ofFile([...runaways, ...others].join('\n'));
    expect(data.breaker).toMatchObject({ open: true, planned: 3 });
    expect(data.verdicts.map(({ heldBack }) => heldBack?.by)).toEqual(['breaker', 'breaker', 'breaker']);
    expect(code).toBe(0);
  });

  it('is fine when nothing would be cancelled, whatever would be warned of', async () => {
    const { data, code } = await ofFile('- { id: a, principal: ana@example.com, runTime: 25m }');
    expect([data.counts, code]).toEqual([{ warn: 1 }, 0]);
    expect((await ofFile('- { id: a, principal: ana@example.com, runTime: 1h }', '--setting', 'observe')).code).toBe(0);
  });

  it('leaves out what a sweep does not list, and says so', async () => {
    const { data } = await ofFile(`
- { id: done, state: done, principal: ana@example.com, runTime: 1h }
- { id: part, parent: script, principal: ana@example.com, runTime: 1h }
- { id: unread, labels: unknown, query: unknown, principal: ana@example.com, runTime: 1h }
- { id: elsewhere, project: elsewhere, principal: ana@example.com, runTime: 1h }
`);
    expect(data.leftOut).toEqual([
      '1 job of the file left out: ended.',
      '1 job of the file left out: parts of scripts, which are judged as a whole.',
      '1 job would be fetched by a sweep: the file does not say enough to judge it.',
      'No target names elsewhere: a sweep does not list jobs there; they are judged as observed.',
    ]);
    expect(data.verdicts.map(({ job, does }) => [job, does])).toEqual([
      ['bigquery:elsewhere:US.elsewhere', 'would cancel'],
    ]);
    expect(data.jobsSeen).toBe(2);
  });

  it('takes a recorded page', async () => {
    const { data, code } = await sweep(['--jobs', 'test/fixtures/jobs/page.json', '--at', '2026-11-28 10:31']);
    expect(code).toBe(1);
    expect(data.verdicts.map(({ job, does }) => [job, does])).toEqual([
      ['bigquery:warehouse-prod:EU.bquxjob_1a2b3c4d_5e6f', 'cancel'],
    ]);
    expect(data.problems.map((problem) => problem.code)).toContain('listing-incomplete');
  });

  it.each([
    ['jobs that are wrong', ['--jobs', '-'], '- { runTime: 5 }', '[no-unit]'],
    ['a file that is not there', ['--jobs', 'nowhere'], '', 'nowhere cannot be read'],
    ['a time that is none', ['--at', 'x'], '', '"x" is not a time.'],
  ])('cannot run with %s', async (_what, words, stdin, says) => {
    const { err, code } = await jobwarden(['sweep', '--policy', policy, ...words], { stdin });
    expect([code, err.includes(says)]).toEqual([2, true]);
  });
});

const started = (id: string, ranMs: number, fields: Partial<Job> = {}) =>
  aJob({
    id,
    project: 'warehouse-prod',
    target: 'bigquery:warehouse-prod',
    createdAtMs: nowMs - ranMs,
    startedAtMs: nowMs - ranMs,
    ...fields,
  });

interface World {
  readonly pages?: (project: string) => readonly Page[];
  readonly get?: (job: Job) => Promise<Job | undefined>;
}

function live({ pages, get }: World): Scene & { readonly gets: string[] } {
  const gets: string[] = [];
  const listed = new Map<string, Job>();
  const source: JobSource = {
    engine: 'bigquery',
    async *list({ project }) {
      for (const page of pages?.(project) ?? []) {
        for (const job of page.jobs) listed.set(job.id, job);
        yield page;
      }
    },
    get: async ({ id }) => {
      gets.push(id);
      const job = listed.get(id);
      if (job === undefined) return undefined;
      return get === undefined ? { ...job, queryText: 'SELECT 1' } : get(job);
    },
    activeChildren: async () => [],
  };
  return { outside: { source: async () => source }, gets };
}

const page = (jobs: readonly Job[], more: Partial<Page> = {}): Page => ({
  jobs,
  unreadable: [],
  unreachable: [],
  ...more,
});
const inWarehouse =
  (...pages: readonly Page[]) =>
  (project: string) =>
    project === 'warehouse-prod' ? pages : [page([])];

describe('jobwarden sweep over the targets of the policy', () => {
  it('lists them all, and fetches those that break a rule', async () => {
    const scene = live({
      pages: inWarehouse(
        page([started('a', minutes(40)), started('b', minutes(1))]),
        page([started('c', minutes(25))]),
      ),
    });
    const { data, code } = await sweep([], scene);
    expect(code).toBe(1);
    expect(data.verdicts.map(({ job, does }) => [job.at(-1), does])).toEqual([
      ['a', 'cancel'],
      ['c', 'warn'],
    ]);
    expect(scene.gets).toEqual(['a', 'c']);
    expect(data.targets).toEqual([
      { target: 'bigquery:warehouse-prod', jobs: 3, redacted: 0, complete: true },
      { target: 'bigquery:marketing-prod', jobs: 0, redacted: 0, complete: true },
    ]);
  });

  it.each([
    ['has ended meanwhile', async (job: Job) => ({ ...job, state: 'done' as const }), undefined],
    ['is gone', async () => undefined, undefined],
    ['is another by now', async (job: Job) => ({ ...job, createdAtMs: 1 }), 'has changed'],
    ['turns out to be spared', async (job: Job) => ({ ...job, labels: { dbt_invocation_id: 'x' } }), undefined],
  ])('does nothing about a job that %s', async (_what, get, says) => {
    const { data } = await sweep([], live({ pages: inWarehouse(page([started('a', minutes(40))])), get }));
    expect(data.verdicts.filter(({ does }) => does === 'cancel')).toEqual([]);
    if (says !== undefined) expect(data.problems.map((problem) => problem.says).join()).toContain(says);
  });

  it('judges by the listing where a job cannot be fetched, and says so', async () => {
    const get = async () => {
      throw new EngineError('bigquery', 'too many calls', { failure: 'rate-limit', retryable: true });
    };
    const { data, code } = await sweep([], live({ pages: inWarehouse(page([started('a', minutes(40))])), get }));
    expect(data.verdicts.map(({ does }) => does)).toEqual(['cancel']);
    expect(data.problems.map((problem) => problem.says).join()).toContain('could not be looked at more closely');
    expect(code).toBe(1);
  });

  it.each([
    ['a location that was not reached', page([], { unreachable: ['US'] }), 'Locations could not be reached: US.'],
    [
      'a record that cannot be read',
      page([], { unreadable: ['it has no id'] }),
      'A record cannot be read: it has no id.',
    ],
  ])('finds %s, and is not fine with it', async (_what, broken, says) => {
    const { data, code } = await sweep([], live({ pages: inWarehouse(broken) }));
    expect([code, data.status]).toEqual([1, 'findings']);
    expect(data.problems.map((problem) => problem.says)).toContain(says);
    expect(data.targets[0]?.complete).toBe(false);
  });

  it('goes on where a target fails, and names it', async () => {
    const pages = (project: string) => {
      if (project === 'marketing-prod')
        throw new EngineError('bigquery', 'marketing-prod may not be listed', {
          failure: 'forbidden',
          retryable: false,
        });
      return [page([started('a', minutes(40))])];
    };
    const { data, code } = await sweep([], live({ pages }));
    expect(code).toBe(1);
    expect(data.verdicts.map(({ does }) => does)).toEqual(['cancel']);
    expect(data.problems[0]).toMatchObject({ code: 'engine-failed', where: 'bigquery:marketing-prod' });
  });

  it('counts redacted jobs and judges none', async () => {
    const { data, code } = await sweep(
      [],
      live({ pages: inWarehouse(page([started('a', minutes(40), { redacted: true })])) }),
    );
    expect(data.targets[0]?.redacted).toBe(1);
    expect([data.jobsSeen, data.verdicts, code]).toEqual([0, [], 0]);
  });

  it('says so when the engine cannot be opened at all', async () => {
    const source = async () => {
      throw new EngineError('bigquery', 'no credentials were found', { failure: 'unauthenticated', retryable: false });
    };
    const { data, code } = await sweep([], { outside: { source } });
    expect(code).toBe(1);
    expect(data.problems[0]?.says).toContain('no credentials were found');
  });

  it('needs projects to list, named or found', async () => {
    const files = new Map([
      [
        'p.yaml',
        'version: 1\noperators: { slack: "#a" }\ntargets: [{ engine: bigquery, folder: "12" }]\nrules: [{ name: a, limit: { runTime: 1h }, action: warn }]\n',
      ],
    ]);
    const below = async (projects: readonly string[], failed?: string) => {
      const source = async (): Promise<JobSource> => ({
        engine: 'bigquery',
        async *list() {
          yield { jobs: [], unreadable: [], unreachable: [] };
        },
        get: async () => undefined,
        activeChildren: async () => [],
        projectsBelow: async () => ({ projects, old: [], failed }),
      });
      return jobwarden(['sweep', '--policy', 'p.yaml', '--format', 'json'], { files, outside: { source } });
    };
    const none = await below([]);
    expect([none.code, none.out.includes('No target of the policy names its projects.')]).toEqual([2, true]);
    const found = await below(['found']);
    expect(found.code).toBe(0);
    expect(JSON.parse(found.out).targets).toMatchObject([{ target: 'bigquery:found', complete: true }]);
    const partly = await below(['found'], 'not all projects below folders/12 were found: no');
    expect(JSON.parse(partly.out).problems).toMatchObject([{ code: 'target-failed', where: 'bigquery:folders/12' }]);
  });

  it('has no way to cancel: nothing of the command line knows a canceller', () => {
    const folder = `${root}/functions/cli`;
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const asking = sources.filter((file) => /[Cc]anceller|\.cancel\(/.test(readFileSync(`${folder}/${file}`, 'utf8')));
    expect(asking).toEqual([]);
  });
});
