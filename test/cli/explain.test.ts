import { describe, expect, it } from 'vitest';
import type { Outside } from '../../functions/cli/command.ts';
import type { JobSource } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob } from '../make.ts';
import { jobwarden, type Scene } from './a-shell.ts';

// Synthetic jobs and policies.

const policy = 'test/fixtures/jobs/policy.yaml';
const jobs = 'test/fixtures/jobs/monday-morning.yaml';
const monday = ['--at', '2026-11-30 10:00'];

const explain = async (words: readonly string[], scene: Scene = {}) => jobwarden(['explain', ...words], scene);
const explained = async (job: string, ...more: readonly string[]) =>
  explain([job, '--policy', policy, '--jobs', jobs, ...monday, ...more]);

interface Data {
  readonly judged: boolean;
  readonly verdicts: readonly {
    readonly does: string;
    readonly rule: string;
    readonly told: unknown;
    readonly mode: string;
  }[];
  readonly changes: readonly { readonly at: string }[];
  readonly rules: readonly { readonly rule: string; readonly fate: string }[];
  readonly problems: readonly { readonly where: string }[];
  readonly job: Record<string, unknown>;
}

async function dataOf(job: string, ...more: readonly string[]): Promise<Data> {
  const { out } = await explained(job, '--format', 'json', ...more);
  const data: Data = JSON.parse(out);
  return data;
}

describe('jobwarden explain', () => {
  it('begins with the answer: the verdict, why, in which mode, and who hears of it', async () => {
    const { out, code } = await explained('runaway');
    expect(code).toBe(0);
    expect(out).toContain('cancel by long-queries\n  It has run for 1 h 35 min, over the limit of 30 min.\n');
    expect(out).toContain('policy enforce, target enforce, rule enforce; the softest counts');
    expect(out).toContain(
      'told   slack:ana@example.com, else email:ana@example.com, else slack:#data-cost; and slack:#data-cost (routes[1])',
    );
    expect(out).toContain('owner  ana@example.com (person), found by domain example.com');
  });

  it('tells every rule, key by key, with what was wanted and what was found', async () => {
    const { out } = await explained('runaway');
    expect(out).toMatch(/ {4}match {3}yes {3}principal {6}ana@example\.com {2}wants "\*@example\.com"\n/);
    expect(out).toMatch(/ {4}unless {2}no {4}client +none +wants "dbt"\n/);
    expect(out).toMatch(/ {4}limit {3}over {2}runTime +1 h 35 min +limit 30 min\n/);
    expect(out).toContain('machines (record, enforce): does not apply\n    Does not match: principalKind is person');
  });

  it.each([
    [
      'young',
      'warn by long-queries',
      'slack:ana@example.com, else email:ana@example.com, else slack:#data-cost (routes[2])',
    ],
    ['closing', 'cancel by long-queries, held back by exemption', 'nobody: it is for the record only'],
    ['models', 'would cancel by hungry-queries', 'slack:#data-cost (observe.tell: operators, until it is in force)'],
    ['nightly', 'record by machines', 'nobody: it is for the record only'],
    ['waiting', 'warn by waiting-jobs', 'slack:#data-cost (routes[2])'],
    ['quick', 'nothing: no rule applies', undefined],
    ['hidden', 'nothing: it is not judged.', undefined],
  ])('says of %s: %s', async (job, verdict, told) => {
    const { out } = await explained(job);
    expect(out).toContain(`\n${verdict}`);
    if (told === undefined) expect(out).not.toContain('told ');
    else expect(out).toContain(`told   ${told}\n`);
  });

  it('says when that changes, if the job goes on as it is', async () => {
    const { changes } = await dataOf('young');
    expect(changes.map(({ at }) => at)).toEqual(['2026-11-30T09:06:00.001Z']);
    const { out } = await explained('closing');
    expect(out).toContain(
      'Fri 2027-01-01 00:00 Europe/Berlin (in 31 d 14 h): cancel by long-queries, held back by exemption',
    );
    expect((await explained('quick')).out).toContain(
      '(in 18 min): warn by long-queries, because runTime passes the warning line',
    );
  });

  it('leaves breaker and budget to the sweep, and says so', async () => {
    const { out } = await explained('runaway');
    expect(out).toContain(
      'Breaker and budget are of a sweep, not of a job: the breaker opens above 20 planned cancels',
    );
    expect(out).toContain('at most 2 cancels are attempted. jobwarden sweep shows both.');
  });

  it('asks the deployment for its setting: the option, else the environment, else enforce', async () => {
    expect((await dataOf('runaway')).verdicts[0]?.mode).toBe('enforce');
    expect((await dataOf('runaway', '--setting', 'observe')).verdicts[0]?.mode).toBe('observe');
    const words = ['runaway', '--policy', policy, '--jobs', jobs, ...monday];
    const { out } = await explain(words, { env: { JOBWARDEN_MODE: 'observe' } });
    expect(out).toContain('would cancel by long-queries');
    expect(out).toContain('setting observe (JOBWARDEN_MODE)');
  });

  it("knows the watchdog's own identity from the environment", async () => {
    const words = ['runaway', '--policy', policy, '--jobs', jobs, ...monday];
    const { out } = await explain(words, { env: { JOBWARDEN_PRINCIPAL: 'Ana@example.com' } });
    expect(out).toContain("The rule does not name the watchdog's own identity, and this is its job.");
  });

  it('gives JSON without the statement, and with every answer as a word', async () => {
    const secret = '- { id: a, runTime: 9h, query: "SELECT secret_column FROM t" }';
    const { out } = await explain(['a', '--policy', policy, '--jobs', '-', '--format', 'json'], { stdin: secret });
    expect(out).not.toContain('secret_column');
    const data: Data = JSON.parse(out);
    expect(data.rules.map(({ rule, fate }) => [rule, fate])[0]).toEqual(['long-queries', 'does-not-apply']);
    expect(out).toContain('"holds": "unknown"');
  });

  it.each([
    'runaway',
    'warehouse-prod:EU.runaway',
    'bigquery:warehouse-prod:EU.runaway',
    'EU.runaway',
    'warehouse-prod:eu.runaway',
  ])('finds the job by %s', async (name) => {
    expect((await dataOf(name)).job['name']).toBe('bigquery:warehouse-prod:EU.runaway');
  });

  it('takes a recorded answer of the API', async () => {
    const words = ['bquxjob_1a2b3c4d_5e6f', '--policy', policy, '--jobs', 'test/fixtures/jobs/page.json'];
    const { out, code } = await explain([...words, '--at', '2026-11-28 10:31']);
    expect(code).toBe(0);
    expect(out).toContain('cancel by long-queries');
    expect(out).toContain('warning: The listing left europe-west9 out');
  });

  it.each([
    ['no job', [], 'Exactly one job is explained.'],
    ['two jobs', ['a', 'b'], 'Exactly one job is explained.'],
    ['a job from nowhere', ['a'], 'It is not said where the job is.'],
    ['a job that is not there', ['a', '--jobs', jobs], 'There is no job a in'],
    ['a file that is not there', ['a', '--jobs', 'nowhere.yaml'], 'nowhere.yaml cannot be read'],
    ['a time that is none', ['runaway', '--jobs', jobs, '--at', 'noon'], '"noon" is not a time.'],
    ['a setting that is none', ['runaway', '--jobs', jobs, '--setting', 'dry-run'], '"dry-run" is not a mode'],
  ])('cannot run with %s', async (_what, words, says) => {
    const { err, code } = await explain([...words, '--policy', policy]);
    expect(code).toBe(2);
    expect(err).toContain(says);
  });

  it('cannot run without a policy, or with one that is wrong', async () => {
    expect((await explain(['a'])).err).toContain('No policy is named.');
    const wrong = await explain(['a', '--policy', 'test/fixtures/policies/bad-no-rules.yaml', '--jobs', jobs]);
    expect([wrong.code, wrong.err.includes('[empty-list]')]).toEqual([2, true]);
  });

  it('names the jobs where several have the id', async () => {
    const stdin = '- { id: a, project: x }\n- { id: a, project: y }\n';
    const { err, code } = await explain(['a', '--policy', policy, '--jobs', '-'], { stdin });
    expect(code).toBe(2);
    expect(err).toContain('Name one of: bigquery:x:US.a, bigquery:y:US.a.');
  });
});

describe('jobwarden explain --matrix', () => {
  it('says which limits hold for whom', async () => {
    const { out, code } = await explain(['--matrix', '--policy', policy]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /serviceAccount +dbt +warehouse-prod +cancel +observe +hungry-queries +runTime 10 min and slotHours 50\.0 slot hours +statementType SELECT\n/,
    );
    expect(out).toMatch(/person, external +other +marketing-prod +cancel +observe +long-queries +runTime 30 min/);
  });

  it('says as JSON what it says as text', async () => {
    const { out } = await explain(['--matrix', '--policy', policy, '--format', 'json']);
    const { rows }: { rows: readonly { entries: readonly unknown[] }[] } = JSON.parse(out);
    expect(rows.length).toBeGreaterThan(3);
  });
});

describe('jobwarden explain with a job that runs', () => {
  const running = aJob({
    id: 'live',
    project: 'warehouse-prod',
    target: 'bigquery:warehouse-prod',
    runTimeMs: 0,
    startedAtMs: Date.parse('2026-11-29T22:00:00Z'),
  });
  interface Asked {
    readonly lists: string[];
    readonly gets: (string | undefined)[];
  }
  function scene(answers: {
    readonly get?: () => Promise<Job | undefined>;
    readonly listed?: readonly Job[];
  }): Scene & { asked: Asked } {
    const asked: Asked = { lists: [], gets: [] };
    const source: JobSource = {
      engine: 'bigquery',
      async *list(target) {
        asked.lists.push(target.project);
        yield { jobs: answers.listed ?? [running], unreadable: [], unreachable: [] };
      },
      get: async ({ location }) => {
        asked.gets.push(location);
        return answers.get === undefined ? running : answers.get();
      },
      activeChildren: async () => [],
    };
    const outside: Partial<Outside> = { source: async () => source };
    return { outside, asked };
  }

  it('fetches it where it is said to be', async () => {
    const world = scene({});
    const { out, code } = await explain(
      ['live', '--policy', policy, '--project', 'warehouse-prod', '--location', 'EU'],
      world,
    );
    expect(code).toBe(0);
    expect(out).toContain('cancel by long-queries');
    expect(world.asked).toEqual({ lists: [], gets: ['EU'] });
  });

  it('lists the running jobs to find its location where that is not said', async () => {
    const world = scene({});
    const { code } = await explain(['live', '--policy', policy, '--project', 'warehouse-prod'], world);
    expect(code).toBe(0);
    expect(world.asked).toEqual({ lists: ['warehouse-prod'], gets: ['EU'] });
  });

  it('takes project and location from the name of the job', async () => {
    const world = scene({});
    await explain(['warehouse-prod:EU.live', '--policy', policy], world);
    expect(world.asked).toEqual({ lists: [], gets: ['EU'] });
  });

  it.each([
    ['is not among those that run', { listed: [] }, 'There is no job live in warehouse-prod that is running or waits.'],
    ['is gone by then', { get: async () => undefined }, 'There is no job live in warehouse-prod, EU.'],
    [
      'cannot be fetched',
      {
        get: async () => {
          throw new EngineError('bigquery', 'the job cannot be fetched', { failure: 'forbidden', retryable: false });
        },
      },
      '[bigquery] the job cannot be fetched',
    ],
  ])('says so when it %s', async (_what, answers, says) => {
    const { err, code } = await explain(['live', '--policy', policy, '--project', 'warehouse-prod'], scene(answers));
    expect(code).toBe(2);
    expect(err).toContain(says);
  });
});
