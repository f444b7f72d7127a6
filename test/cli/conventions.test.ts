import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { registry } from '../../functions/cli/registry.ts';
import { emptyLedger } from '../../shared/ledger/document.ts';
import { jobwarden, root, type Scene } from './a-shell.ts';
import { cancelled, heldBack } from './an-event.ts';
import { inBuckets } from './in-buckets.ts';

// What holds for every command, whatever it does. Everything here is made up.

const good = 'infra/local/policies/demo.yaml';
const other = 'test/fixtures/jobs/policy.yaml';
const jobs = 'test/fixtures/jobs/monday-morning.yaml';
const text = readFileSync(`${root}/${good}`, 'utf8');
const bucket = 'gs://policies';
const asked = ['--policy', 'ops/policy.yaml', '--reason', 'r'];

type Row = readonly [code: 0 | 1 | 2, words: readonly string[]];

/** For each command, a line that is fine, one with findings where there can be some, and one that cannot run. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  init: [
    [0, ['new.yaml', '--project', 'analytics-prod']],
    [2, ['ops/policy.yaml']],
  ],
  check: [
    [0, [good]],
    [1, ['test/fixtures/lint/bad-below-cadence.yaml', 'test/fixtures/policies/bad-no-rules.yaml']],
    [2, ['missing.yaml']],
  ],
  schema: [
    [0, []],
    [2, ['policy.yaml']],
  ],
  test: [
    [0, ['infra/policies/per-team.yaml']],
    [1, ['wrong.test.yaml']],
    [2, ['missing.yaml']],
  ],
  explain: [
    [0, ['quick', '--policy', good, '--jobs', jobs]],
    [0, ['--matrix', '--policy', good]],
    [2, ['nobody', '--policy', good, '--jobs', jobs]],
  ],
  sweep: [
    [0, ['--policy', good, '--jobs', jobs, '--setting', 'observe']],
    [1, ['--policy', good, '--jobs', jobs]],
    [2, ['--policy', good, '--jobs', 'missing.yaml']],
  ],
  routes: [
    [0, ['test', '--event', 'event.json', '--policy', good]],
    [1, ['test', '--event', 'quiet.json', '--policy', good]],
    [2, ['test', '--event', 'missing.json', '--policy', good]],
  ],
  diff: [
    [0, [good, good, '--jobs', jobs]],
    [1, [other, good, '--jobs', jobs]],
    [2, [good]],
  ],
  push: [
    [0, [good, `${bucket}/there.yaml`]],
    [1, [good, `${bucket}/policy.yaml`]],
    [2, [good, 'nowhere']],
  ],
  stop: [
    [0, [...asked, '--for', '4h']],
    [2, ['--for', '4h']],
  ],
  resume: [
    [0, ['--policy', 'ops/policy.yaml']],
    [2, []],
  ],
  breaker: [
    [0, ['status', '--state', 'gs://state']],
    [2, ['close', '--state', 'gs://state']],
  ],
  replay: [[2, []]],
  report: [
    [0, ['--since', '400d', '--events', 'event.json']],
    [2, ['--since', '30d']],
  ],
  mark: [
    [0, ['job-1', 'rightly', '--why', 'w', '--state', 'gs://state', '--events', 'event.json']],
    [2, ['job-1', 'rightly', '--state', 'gs://state']],
  ],
  backtest: [
    [0, ['--policy', 'test/fixtures/history/policy.yaml', '--history', 'test/fixtures/history/jobs.ndjson']],
    [
      0,
      `--policy test/fixtures/history/policy.yaml --history test/fixtures/history/jobs.ndjson
       --what-if long-queries=1h --html page.html`.split(/\s+/),
    ],
    [2, ['--policy', good]],
  ],
  suggest: [
    [0, ['--history', 'test/fixtures/history/jobs.ndjson']],
    [2, []],
  ],
  doctor: [
    [1, ['--policy', `${bucket}/missing.yaml`]],
    [2, []],
  ],
  status: [
    [1, ['--policy', `${bucket}/there.yaml`, '--state', 'gs://state']],
    [2, ['--policy', `${bucket}/there.yaml`, '--state', 'gs://nothing']],
  ],
};

const all = Object.entries(rows).flatMap(([name, lines]) =>
  lines.map(([code, words]) => ({ name, code, words: [name, ...words], line: [name, ...words].join(' ') })),
);

const wrongTest = `
policy: ${root}/${good}
tests: [{ title: It is left alone., job: { runTime: 9h, principal: ana@example.com }, expect: nothing }]
`;

async function aScene(): Promise<Scene> {
  const buckets = inBuckets();
  await buckets.put(bucket, 'there.yaml', text);
  await buckets.put('gs://state', 'ledger.json', JSON.stringify(emptyLedger));
  const files = new Map([
    ['ops/policy.yaml', text],
    [`${root}/${good}`, text],
    ['wrong.test.yaml', wrongTest],
    ['event.json', JSON.stringify(cancelled())],
    ['quiet.json', JSON.stringify(heldBack())],
  ]);
  return { env: { USER: 'ana' }, files, outside: { objects: buckets.objects } };
}

it('every command is looked at here', () => {
  expect(registry.map(({ name }) => name).filter((name) => !Object.hasOwn(rows, name))).toEqual([]);
});

describe('in every format', () => {
  const statuses = ['fine', 'findings', 'cannot-run'];

  it.each(all)('jobwarden $line exits with $code', async ({ words, code }) => {
    for (const format of ['text', 'json', 'github']) {
      const ran = await jobwarden([...words, '--format', format], await aScene());
      expect([format, ran.code, ran.err + ran.out]).toEqual([format, code, expect.stringMatching(/\S/)]);
    }
  });

  it.each(all)('jobwarden $line says as JSON what came of it, on standard output alone', async ({ words, code }) => {
    const { out, err } = await jobwarden([...words, '--format', 'json'], await aScene());
    const data: { readonly status: string; readonly problems: readonly { code: string; try: string }[] } =
      JSON.parse(out);
    expect([data.status, err]).toEqual([statuses[code], '']);
    for (const problem of data.problems) expect([problem.code, problem.try]).not.toContain('');
    if (code === 2) expect(data.problems.length).toBeGreaterThan(0);
  });

  it.each(all)('jobwarden $line annotates each problem for GitHub, and no other line', async ({ words }) => {
    const [asJson, asGithub] = [
      await jobwarden([...words, '--format', 'json'], await aScene()),
      await jobwarden([...words, '--format', 'github'], await aScene()),
    ];
    const { problems }: { readonly problems: readonly unknown[] } = JSON.parse(asJson.out);
    const annotations = asGithub.out.split('\n').filter((line) => /^::(error|warning|notice) /.test(line));
    expect(annotations).toHaveLength(problems.length);
    expect([asGithub.err, asGithub.out.includes('\u001B')]).toEqual(['', false]);
  });

  it.each(all)('jobwarden $line is the same text with colours as without', async ({ words }) => {
    const plain = await jobwarden(words, await aScene());
    const colourful = await jobwarden(words, {
      ...(await aScene()),
      terminal: { outColors: true, errColors: true },
    });
    // oxlint-disable-next-line no-control-regex -- escape codes are what is looked for
    const bare = (shown: string) => shown.replaceAll(/\u001B\[[\d;]*m/g, '');
    expect([plain.out, plain.err].map((shown) => shown.includes('\u001B'))).toEqual([false, false]);
    expect([colourful.out, colourful.err].map(bare)).toEqual([plain.out, plain.err]);
  });
});

describe('standard input', () => {
  const fromStdin: readonly (readonly [string, readonly string[], number])[] = [
    [good, ['check', '-'], 0],
    [good, ['sweep', '--policy', '-', '--jobs', jobs], 1],
    [jobs, ['sweep', '--policy', good, '--jobs', '-'], 1],
    [good, ['explain', 'runaway', '--policy', '-', '--jobs', jobs], 0],
    [jobs, ['explain', 'runaway', '--policy', good, '--jobs', '-'], 0],
    [good, ['explain', '--matrix', '--policy', '-'], 0],
    [good, ['diff', '-', good], 0],
    [good, ['diff', good, '-'], 0],
    [jobs, ['diff', good, good, '--jobs', '-'], 0],
    [good, ['push', '-', `${bucket}/there.yaml`], 0],
  ];
  it.each(fromStdin)('with %s: jobwarden %j exits with %i', async (file, words, code) => {
    const stdin = readFileSync(`${root}/${file}`, 'utf8');
    const ran = await jobwarden(words, { ...(await aScene()), stdin });
    expect([ran.code, ran.err]).toEqual([code, '']);
  });

  it('may be a test that names its policy', async () => {
    const { out, code } = await jobwarden(['test', '-'], { ...(await aScene()), stdin: wrongTest });
    expect(code).toBe(1);
    expect(out).toMatch(/^<stdin>:3:\d+: error: .*expected nothing, got cancel/);
    expect(out).toContain('Standard input: 1 test, 1 failed');
  });

  it('is no test where it names no policy', async () => {
    const stdin = 'tests: [{ title: t, job: { runTime: 9h }, expect: nothing }]\n';
    const { err, code } = await jobwarden(['test', '-'], { stdin });
    expect(code).toBe(2);
    expect(err).toContain('A test from standard input stands beside no policy, and names none. [missing-key]');
    expect(err).toContain('Add policy: policy.yaml.');
  });

  it.each([
    [['diff', '-', '-']],
    [['sweep', '--policy', '-', '--jobs', '-']],
    [['explain', 'j', '--policy', '-', '--jobs', '-']],
    [['push', '-', `${bucket}/p.yaml`, '--jobs', '-']],
    [['check', '-', '-']],
  ])('is read for one thing only: jobwarden %j', async (words) => {
    const { err, code } = await jobwarden(words, { ...(await aScene()), stdin: text });
    expect(code).toBe(2);
    expect(err).toContain('Standard input is named twice. [stdin-twice]');
  });
});
