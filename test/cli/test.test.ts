import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readExpected } from '../../functions/cli/test-expect.ts';
import { testFileJsonSchema } from '../../functions/cli/test-file.ts';
import { testFileOf } from '../../functions/cli/test-read.ts';
import { jobwarden, root } from './a-shell.ts';

// Synthetic jobs and policies.

const policy = readFileSync(`${root}/test/fixtures/jobs/policy.yaml`, 'utf8');

interface Data {
  readonly status: string;
  readonly problems: readonly {
    readonly code: string;
    readonly line?: number;
    readonly file?: string;
    readonly says: string;
    readonly try: string;
  }[];
  readonly files: readonly {
    readonly passed: number;
    readonly failed: number;
    readonly policy: string;
    readonly coverage?: { readonly missed: readonly { readonly kind: string; readonly name: string }[] };
    readonly tests: readonly {
      readonly title: string;
      readonly ok: boolean;
      readonly jobs: readonly { readonly job: string; readonly got: readonly string[] }[];
    }[];
  }[];
}

type Files = Readonly<Record<string, string>>;

async function ran(text: string, more: Files = {}, words: readonly string[] = ['dir/p.test.yaml']) {
  const files = new Map(Object.entries({ 'dir/p.yaml': policy, 'dir/p.test.yaml': text, ...more }));
  return {
    json: await jobwarden(['test', '--format', 'json', ...words], { files }),
    text: await jobwarden(['test', ...words], { files }),
  };
}

async function tested(
  text: string,
  more: Files = {},
  words?: readonly string[],
): Promise<{ readonly data: Data; readonly code: number; readonly text: string }> {
  const { json, text: shown } = await ran(text, more, words);
  const data: Data = JSON.parse(json.out);
  return { data, code: json.code, text: shown.out + shown.err };
}

const head = 'at: 2026-11-30 10:00\neveryJob: { principal: ana@example.com }\ntests:\n';
const short = (job: string, expectation: string) =>
  `${head}  - title: A test.\n    job: { ${job} }\n    expect: ${expectation}\n`;

describe('jobwarden test', () => {
  const fine: [string, string, string][] = [
    ['nothing', 'runTime: 1m', 'nothing'],
    ['a cancel by a rule', 'runTime: 31m', 'cancel by long-queries'],
    ['a cancel by whichever rule', 'runTime: 31m', 'cancel'],
    ['a warning', 'runTime: 21m', 'warn by long-queries'],
    ['a record', 'principal: etl@x.iam.gserviceaccount.com, runTime: 2h, statementType: MERGE', 'record by machines'],
    [
      'a cancel that is only observed',
      'runTime: 11m, slotHours: 51, principal: x@y.org',
      'would cancel by hungry-queries',
    ],
    ['a warning that is only observed', 'project: marketing-prod, runTime: 21m', 'would warn by long-queries'],
    ['what holds a cancel back', 'runTime: 1h, labels: { team: finance }', 'held back by exemption'],
    [
      'rule and what holds it back',
      'runTime: 1h, labels: { team: finance }',
      'cancel by long-queries, held back by exemption',
    ],
    [
      'the same without a comma',
      'runTime: 1h, labels: { team: finance }',
      'cancel by long-queries held back by exemption',
    ],
    ['a list of one', 'runTime: 31m', '[cancel by long-queries]'],
    [
      'a rule on trial and one in force',
      'runTime: 25m, slotHours: 51',
      '[warn by long-queries, would cancel by hungry-queries]',
    ],
    ['a part of the reason', 'runTime: 31m', '{ verdict: cancel, because: over the limit of 30 min }'],
    ['the owner', 'runTime: 31m', '{ verdict: cancel, owner: ana@example.com }'],
    ['a team as the owner', 'runTime: 1m, labels: { team: finance }', '{ verdict: nothing, owner: finance }'],
    ['who is told', 'runTime: 31m', '{ verdict: cancel, told: ["#data-cost", ana@example.com] }'],
    [
      'that nobody is told',
      'runTime: 1h, labels: { team: finance }',
      '{ verdict: held back by exemption, told: nobody }',
    ],
    ['nothing of a redacted job', 'redacted: true', 'nothing'],
  ];
  it.each(fine)('can expect %s', async (_what, job, expectation) => {
    const { data, code, text } = await tested(short(job, expectation));
    expect([code, data.status, text]).toEqual([
      0,
      'fine',
      expect.stringContaining('dir/p.test.yaml: 1 test, all as expected'),
    ]);
  });

  const failing: [string, string, string, string][] = [
    ['nothing where a cancel was expected', 'runTime: 1m', 'cancel', 'expected cancel, got nothing'],
    ['a cancel where nothing was expected', 'runTime: 31m', 'nothing', 'expected nothing, got cancel by long-queries'],
    [
      'another rule',
      'runTime: 31m',
      'cancel by hungry-queries',
      'expected cancel by hungry-queries, got cancel by long-queries',
    ],
    [
      'a cancel that is only observed',
      'project: marketing-prod, runTime: 31m',
      'cancel',
      'expected cancel, got would cancel by long-queries',
    ],
    [
      'what is held back',
      'runTime: 1h, labels: { team: finance }',
      'cancel',
      'got cancel by long-queries, held back by exemption',
    ],
    [
      'held back by something else',
      'runTime: 1h, labels: { team: finance }',
      'held back by freeze',
      'got cancel by long-queries, held back by exemption',
    ],
    [
      'one verdict too many',
      'runTime: 25m, slotHours: 51',
      'warn',
      'got would cancel by hungry-queries; and warn by long-queries',
    ],
    ['one verdict too few', 'runTime: 31m', '[cancel, warn]', 'expected cancel; and warn, got cancel by long-queries'],
    [
      'another reason',
      'runTime: 31m',
      '{ verdict: cancel, because: 1 h }',
      'expected because 1 h, got has run for 31 min',
    ],
    [
      'another owner',
      'runTime: 31m',
      '{ verdict: cancel, owner: finance }',
      'expected owner finance, got ana@example.com',
    ],
    [
      'somebody else is told',
      'runTime: 31m',
      '{ verdict: cancel, told: nobody }',
      'expected told nobody, got #data-cost; and ana@example.com',
    ],
  ];
  it.each(failing)('fails with %s, on the line of the expectation', async (_what, job, expectation, says) => {
    const { data, code } = await tested(short(job, expectation));
    expect(code).toBe(1);
    expect(data.problems.filter((problem) => problem.code === 'test-failed')).toMatchObject([
      { file: 'dir/p.test.yaml', line: 6, says: expect.stringContaining(says) },
    ]);
  });

  it('shows what was expected, what came, and why, with the rules that were named in full', async () => {
    const { text } = await tested(short('runTime: 25m', 'cancel by long-queries'));
    expect(text).toContain(
      '  FAIL  A test.  (judged at Mon 2026-11-30 10:00 Europe/Berlin, setting enforce)\n    job-1\n',
    );
    expect(text).toContain('      expected  cancel by long-queries\n      got       warn by long-queries\n      why\n');
    expect(text).toContain('          limit   within  runTime        25 min           limit 30 min');
    expect(text).toContain('        machines: Does not match: principalKind is person (wanted "serviceAccount").\n');
  });

  it('expects nothing of jobs that are not named', async () => {
    const written = `${head}  - title: Two.\n    jobs: [{ id: a, runTime: 31m }, { id: b, runTime: 32m }]\n    expect: { a: cancel }\n`;
    const { data, code } = await tested(written);
    expect(code).toBe(1);
    expect(data.problems[0]?.says).toBe('b: expected nothing, got cancel by long-queries.');
  });

  it('judges the jobs of a test as those of one sweep, with others that were seen', async () => {
    const jobs =
      '[{ id: a, runTime: 31m, slotHours: 3 }, { id: b, runTime: 31m, slotHours: 2 }, { id: c, runTime: 31m, slotHours: 1 }]';
    const budget = `${head}  - title: Budget.\n    jobs: ${jobs}\n    expect: { a: cancel, b: cancel, c: held back by budget }\n`;
    expect((await tested(budget)).code).toBe(0);
    const breaker = `${head}  - title: Breaker.\n    otherJobs: 8\n    jobs: ${jobs}\n    expect: { a: held back by breaker, b: held back by breaker, c: held back by breaker }\n`;
    expect((await tested(breaker)).code).toBe(0);
  });

  it('takes time and setting of the test, else of the file', async () => {
    const written = `setting: observe
at: 2026-11-30 10:00
tests:
  - title: By day it is observed.
    job: { queueTime: 2h }
    expect: would warn by waiting-jobs
  - title: By day, in force.
    setting: enforce
    job: { queueTime: 2h }
    expect: warn by waiting-jobs
  - title: By night.
    at: 2026-11-30T22:00:00Z
    job: { queueTime: 2h }
    expect: nothing
`;
    const { data } = await tested(written);
    expect(data.files[0]).toMatchObject({ passed: 3, failed: 0 });
  });

  it('knows the watchdog by its name', async () => {
    const { code } = await tested(`watchdog: Ana@example.com\n${short('runTime: 31m', 'nothing')}`);
    expect(code).toBe(0);
  });

  it('takes jobs from recorded answers beside the test', async () => {
    const page = readFileSync(`${root}/test/fixtures/jobs/page.json`, 'utf8');
    const written = `at: 2026-11-28 10:31\ntests:\n  - title: Recorded.\n    recorded: page.json\n    expect: { bquxjob_1a2b3c4d_5e6f: cancel by long-queries }\n`;
    const { data, code } = await tested(written, { 'dir/page.json': page });
    expect(code).toBe(0);
    expect(data.files[0]?.tests[0]?.jobs.map(({ job, got }) => [job, got])).toEqual([
      ['bquxjob_1a2b3c4d_5e6f', ['cancel by long-queries']],
      ['load_7', []],
      ['hidden', []],
      ['script_job_9', []],
      ['finished', []],
    ]);
    const both = `at: 2026-11-28 10:31\ntests:\n  - title: Both.\n    recorded: [page.json]\n    jobs: [{ id: mine, runTime: 1m }]\n    expect: { "warehouse-prod:EU.bquxjob_1a2b3c4d_5e6f": cancel }\n`;
    expect((await tested(both, { 'dir/page.json': page })).code).toBe(0);
  });

  it('finds the test beside a policy, and runs none twice', async () => {
    const { data } = await tested(short('runTime: 1m', 'nothing'), {}, ['dir/p.yaml', 'dir/p.test.yaml']);
    expect(data.files).toHaveLength(1);
    expect(['a/b.yaml', 'a/b.yml', 'b', 'b.test.yml'].map(testFileOf)).toEqual([
      'a/b.test.yaml',
      'a/b.test.yaml',
      'b.test.yaml',
      'b.test.yml',
    ]);
  });

  it('takes the policy that the test names, from beside the test', async () => {
    const written = `policy: ../other/q.yaml\n${short('runTime: 31m', 'cancel')}`;
    const { data, code } = await tested(written, { 'other/q.yaml': policy });
    expect([code, data.files[0]?.policy]).toEqual([0, 'other/q.yaml']);
  });

  it('runs the other files where one is wrong, and cannot call that fine', async () => {
    const { data, code } = await tested(
      'tests: 3\n',
      { 'dir/q.yaml': policy, 'dir/q.test.yaml': short('runTime: 1m', 'nothing') },
      ['dir/p.test.yaml', 'dir/q.test.yaml'],
    );
    expect(code).toBe(2);
    expect(data.files[0]).toMatchObject({ passed: 1 });
  });
});

describe('a test file that is wrong', () => {
  const table: [string, string, string, number | undefined, string][] = [
    [
      'names a rule that there is not',
      short('runTime: 1m', 'cancel by long-querys'),
      'bad-expectation',
      6,
      'Did you mean long-queries?',
    ],
    [
      'expects something that never is',
      short('runTime: 1m', 'kill by long-queries'),
      'bad-expectation',
      6,
      'cancel by RULE',
    ],
    ['names no holder', short('runTime: 1m', 'held back by magic'), 'bad-expectation', 6, 'protection'],
    ['expects a number', short('runTime: 1m', '5'), 'wrong-type', 6, ''],
    ['has no title', `${head}  - job: { runTime: 1m }\n    expect: nothing\n`, 'missing-key', 4, 'title'],
    ['has no tests', 'at: 2026-11-30\n', 'missing-key', 1, 'tests'],
    ['has an empty list of tests', 'tests: []\n', 'empty-list', 1, ''],
    ['has a test without jobs', `${head}  - title: A.\n    expect: {}\n`, 'no-jobs', 4, 'job: for one'],
    [
      'has job and jobs',
      `${head}  - title: A.\n    job: {}\n    jobs: [{}]\n    expect: {}\n`,
      'job-twice',
      5,
      'under jobs',
    ],
    [
      'expects something of a job that is not there',
      `${head}  - title: A.\n    jobs: [{ id: a }]\n    expect: { b: nothing }\n`,
      'job-not-found',
      6,
      'Did you mean a?',
    ],
    [
      'has a key that there is not',
      `${head}  - titel: A.\n    job: {}\n    expect: nothing\n`,
      'unknown-key',
      4,
      'Did you mean title?',
    ],
    ['has a job that is wrong', short('runTime: 40', 'nothing'), 'no-unit', 5, '40m'],
    ['has jobs that are all wrong', 'everyJob: { client: dbt }\ntests: []\n', 'unknown-key', 1, 'dbt_invocation_id'],
    [
      'has a time that is none',
      `at: noon\n${short('runTime: 1m', 'nothing').replace('at: 2026-11-30 10:00\n', '')}`,
      'bad-time',
      1,
      '2026-11-30T14:00Z',
    ],
    [
      'has another time that is none',
      `${head}  - title: A.\n    at: noon\n    job: {}\n    expect: nothing\n`,
      'bad-time',
      5,
      '2026-11-30T14:00Z',
    ],
    [
      'names a recording that is not there',
      `${head}  - title: A.\n    recorded: gone.json\n    expect: {}\n`,
      'file-unreadable',
      undefined,
      '',
    ],
    ['is no YAML', 'tests: [\n', 'yaml-syntax', 1, ''],
    [
      'names a policy that is not there',
      `policy: gone.yaml\n${short('runTime: 1m', 'nothing')}`,
      'file-unreadable',
      undefined,
      '',
    ],
  ];
  it.each(table)('because it %s, says so on its line', async (_what, written, code, line, cure) => {
    const { data, code: exit } = await tested(written);
    expect(exit).toBe(2);
    const found = data.problems.find((problem) => problem.code === code);
    expect(found?.line).toBe(line);
    expect(found?.try).toContain(cure);
  });

  it('because its policy is, says so in the policy', async () => {
    const { data, code } = await tested(short('runTime: 1m', 'nothing'), { 'dir/p.yaml': 'version: 2\n' });
    expect([code, data.problems[0]?.file]).toEqual([2, 'dir/p.yaml']);
  });

  it('is said all at once', async () => {
    const { data } = await tested(
      `${head}  - title: A.\n    job: { started: noon }\n    expect: kill\n  - title: B.\n    job: {}\n    expect: cancel by x\n`,
    );
    expect(data.problems.map((problem) => [problem.code, problem.line])).toEqual([
      ['bad-time', 5],
      ['bad-expectation', 6],
      ['bad-expectation', 9],
    ]);
  });

  it('is missing', async () => {
    expect((await jobwarden(['test', 'nowhere.yaml'])).err).toContain('nowhere.test.yaml cannot be read');
    expect((await jobwarden(['test'])).err).toContain('No test is named.');
  });
});

describe('jobwarden test --coverage', () => {
  it('names the rules, limits, warning lines and exceptions that no test reaches, in the policy', async () => {
    const { data, code, text } = await tested(short('runTime: 31m', 'cancel'), {}, ['--coverage', 'dir/p.yaml']);
    expect(code).toBe(1);
    expect(
      data.problems.filter((problem) => problem.code === 'not-covered').map(({ says, line }) => `${line}: ${says}`),
    ).toEqual([
      '17: No test reaches the warning line of long-queries: runTime.',
      '24: No test reaches the rule hungry-queries.',
      '26: No test reaches the limit of hungry-queries: runTime.',
      '26: No test reaches the limit of hungry-queries: slotHours.',
      '30: No test reaches the rule waiting-jobs.',
      '32: No test reaches the limit of waiting-jobs: queueTime.',
      '37: No test reaches the rule machines.',
      '39: No test reaches the limit of machines: runTime.',
      '44: No test reaches exemptions[0].',
      '50: No test reaches protect.',
    ]);
    expect(text).toContain(
      'reached: 1 of 4 rules, 1 of 5 limits, 0 of 1 warning lines, 0 of 1 exemptions, 0 of 1 protection',
    );
  });

  it('counts the tests of all files for one policy', async () => {
    const rest = `policy: p.yaml
at: 2026-11-30 10:00
tests:
  - title: All of the rest.
    jobs:
      - { id: early, principal: ana@example.com, runTime: 21m }
      - { id: hungry, principal: x@y.org, runTime: 11m, slotHours: 51 }
      - { id: waiting, queueTime: 2h }
      - { id: machine, principal: etl@x.iam.gserviceaccount.com, runTime: 2h }
      - { id: finance, principal: ana@example.com, labels: { team: finance }, runTime: 31m }
      - { id: close, principal: close@warehouse-prod.iam.gserviceaccount.com, runTime: 11m, slotHours: 51 }
    expect:
      early: warn
      hungry: would cancel
      waiting: warn
      machine: record
      finance: held back by exemption
      close: held back by protection
`;
    const words = ['--coverage', 'dir/p.test.yaml', 'dir/rest.test.yaml'];
    const { data, code } = await tested(short('runTime: 31m', 'cancel'), { 'dir/rest.test.yaml': rest }, words);
    expect(data.problems).toEqual([]);
    expect(code).toBe(0);
    expect(data.files.map(({ coverage }) => coverage?.missed)).toEqual([undefined, []]);
  });

  it('reaches a limit only by a job that is over it, and a warning line only by one that is not over the limit', async () => {
    const { data } = await tested(short('runTime: 21m', 'warn'), {}, ['--coverage', 'dir/p.yaml']);
    const missed = data.files[0]?.coverage?.missed.map(({ kind, name }) => `${kind} ${name}`);
    expect(missed).toContain('limit long-queries: runTime');
    expect(missed).not.toContain('warning line long-queries: runTime');
    expect(missed).not.toContain('rule long-queries');
  });
});

describe('an expectation', () => {
  it.each([
    ['cancel', [{ words: 'cancel', doing: 'cancel' }]],
    ['would warn by a', [{ words: 'would warn by a', doing: 'would warn', rule: 'a' }]],
    ['held back by opt-out', [{ words: 'held back by opt-out', doing: 'held back', heldBy: 'opt-out' }]],
    [
      'cancel by a, held back by grace',
      [{ words: 'cancel by a, held back by grace', doing: 'held back', rule: 'a', heldBy: 'grace' }],
    ],
    ['nothing', []],
  ])('%s', (written, verdicts) => {
    expect(readExpected(written, ['a'])).toMatchObject({ verdicts });
  });
  it.each([
    '',
    'nothing by a',
    'would record',
    'cancel a',
    'cancel by',
    'held back',
    'Cancel by a',
    'cancel by a and b',
  ])('is never "%s"', (written) => {
    expect(readExpected(written, ['a', 'b'])).toMatchObject([{ says: expect.any(String) }]);
  });
});

it('has a JSON Schema that is fresh; UPDATE=1 writes it', () => {
  const path = `${root}/functions/cli/test-file.schema.json`;
  const fresh = `${JSON.stringify(testFileJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE'] === '1') writeFileSync(path, fresh);
  expect(readFileSync(path, 'utf8')).toBe(fresh);
});

it('describes every key of a test file in its JSON Schema', () => {
  const missing: string[] = [];
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const properties: unknown = Reflect.get(value, 'properties');
    for (const [key, field] of Object.entries(typeof properties === 'object' ? (properties ?? {}) : {})) {
      const described =
        typeof field === 'object' && field !== null && ('description' in field || '$ref' in field || 'allOf' in field);
      if (!described) missing.push(`${path}.${key}`);
    }
    for (const [key, child] of Object.entries(value)) walk(child, `${path}/${key}`);
  };
  walk(testFileJsonSchema(), '');
  expect(missing).toEqual([]);
});
