import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileError, outsideOf } from '../../functions/cli/outside.ts';
import { run } from '../../functions/cli/run.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { busy, faultyObjects, unsettled } from '../ledger/faulty-objects.ts';
import { aBucket } from '../objects/bucket.ts';
import { jobwarden, root, type Scene } from './a-shell.ts';
import { inBuckets, type Buckets } from './in-buckets.ts';

// Synthetic policies and jobs.
const policy = readFileSync(`${root}/test/fixtures/push/policy.yaml`, 'utf8');
const harsher = policy.replace('limit: { runTime: 30m }', 'limit: { runTime: 22m }');
const softer = policy.replace('limit: { queueTime: 1h }', 'limit: { queueTime: 2h }');
const broken = policy.replace('queueTime: 1h', 'queueTime: 1');
const [bucket, name] = ['gs://policies', 'prod/policy.yaml'];
const to = `${bucket}/${name}`;
const testOf = (expected: string) =>
  [
    'at: 2026-11-30 10:00',
    'tests:',
    '  - title: A long query.',
    '    job: { principal: ana@example.com, project: warehouse-prod, runTime: 31m }',
    `    expect: ${expected}`,
    '',
  ].join('\n');
const goodTest = testOf('cancel by long-queries');

interface Data {
  readonly status: string;
  readonly written: boolean;
  readonly generation: string | null;
  readonly problems: readonly { readonly code: string; readonly severity: string; readonly says: string }[];
  readonly diff: { readonly edits: readonly { readonly effect: string }[] } | null;
}

interface Given {
  readonly file?: string;
  readonly there?: string | undefined;
  readonly words?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly buckets?: Buckets;
  readonly outside?: Scene['outside'];
}

/** Pushes a policy over what is there, and says what came of it and what is there afterwards. */
async function pushed({ file = policy, there, words = [], files = {}, buckets = inBuckets(), outside }: Given) {
  if (there !== undefined) await buckets.put(bucket, name, there);
  const scene: Scene = {
    files: new Map(Object.entries({ 'p.yaml': file, ...files })),
    outside: { objects: buckets.objects, ...outside },
  };
  const { out, err, code } = await jobwarden(['push', 'p.yaml', to, '--format', 'json', ...words], scene);
  const data: Data = JSON.parse(out);
  return { data, code, err, there: await buckets.text(bucket, name) };
}

/** A store in which somebody else writes right before the first write that reaches it. */
function overtakenBy(text: string): Buckets {
  const buckets: Buckets = inBuckets({
    wrap: (inner: Objects) =>
      faultyObjects(inner, async ({ method }) => {
        if (method !== 'put' || hasWritten) return undefined;
        hasWritten = true;
        await buckets.put(bucket, name, text);
        return undefined;
      }),
  });
  let hasWritten = false;
  return buckets;
}

describe('jobwarden push', () => {
  it('writes nothing without --yes, and shows how to write what was compared', async () => {
    const buckets = inBuckets();
    await buckets.put(bucket, name, policy);
    const scene = { files: new Map([['p.yaml', softer]]), outside: { objects: buckets.objects } };
    const { out, code } = await jobwarden(['push', 'p.yaml', to], scene);
    expect(code).toBe(1);
    expect(out).toContain(`Nothing was written.\nTo write it: jobwarden push p.yaml ${to} --generation 1 --yes\n`);
    expect(out).toContain('softer   The limit of waiting-jobs: queueTime 2 h, was 1 h.');
    expect(await buckets.text(bucket, name)).toBe(policy);
  });

  it('writes what was checked with --yes, and says over which generation', async () => {
    const { data, code, there } = await pushed({ file: softer, there: policy, words: ['--yes'] });
    expect([code, data.status, data.written, data.generation]).toEqual([0, 'fine', true, '2']);
    expect(there).toBe(softer);
  });

  it('writes a first upload only where nothing is', async () => {
    const first = await pushed({ words: ['--yes'] });
    expect([first.code, first.data.generation, first.there]).toEqual([0, '1', policy]);
    const late = await pushed({ words: ['--yes'], buckets: overtakenBy(softer) });
    expect([late.code, late.data.written, late.there]).toEqual([1, false, softer]);
  });

  it('has nothing to do where the very same text is there', async () => {
    const { data, code } = await pushed({ there: policy });
    expect([code, data.written, data.generation]).toEqual([0, false, '1']);
  });

  const stops: readonly (readonly [string, Given, number, string])[] = [
    ['an error of check', { file: broken }, 1, 'no-unit'],
    ['a test that fails', { files: { 'p.test.yaml': testOf('nothing') } }, 1, 'test-failed'],
    ['a test that is broken', { files: { 'p.test.yaml': 'tests: 1' } }, 2, 'wrong-type'],
    ['a test that is named and missing', { words: ['--tests', 'missing.test.yaml'] }, 2, 'file-unreadable'],
    [
      'a test of another policy',
      {
        files: { 'q.test.yaml': goodTest, 'q.yaml': policy },
        words: ['--tests', 'q.test.yaml'],
      },
      2,
      'test-of-another',
    ],
    ['a file of jobs that is missing', { words: ['--jobs', 'missing.json'] }, 2, 'file-unreadable'],
  ];
  it.each(stops)('is stopped by %s, also with --yes', async (_, given, expected, found) => {
    const { data, code, there } = await pushed({ ...given, there: softer, words: ['--yes', ...(given.words ?? [])] });
    expect(code).toBe(expected);
    expect(data.problems.filter(({ severity }) => severity === 'error').map((one) => one.code)).toContain(found);
    expect(there).toBe(softer);
  });

  it('runs the test beside the policy and those that are named', async () => {
    const files = { 'p.test.yaml': goodTest, 'more.test.yaml': `policy: ./p.yaml\n${goodTest}` };
    const buckets = inBuckets();
    const scene = {
      files: new Map(Object.entries({ 'p.yaml': policy, ...files })),
      outside: { objects: buckets.objects },
    };
    const { out, code } = await jobwarden(['push', 'p.yaml', to, '--yes', '--tests', 'more.test.yaml'], scene);
    expect(code).toBe(0);
    expect(out).toContain('p.test.yaml: 1 test, all as expected\nmore.test.yaml: 1 test, all as expected\n');
  });

  it('shows what became harsher, and writes it all the same with --yes', async () => {
    const { data, code, there } = await pushed({ file: harsher, there: policy, words: ['--yes'] });
    expect(data.problems).toMatchObject([
      { code: 'policy-harsher', says: expect.stringContaining('22 min, was 30 min') },
    ]);
    expect([code, there]).toEqual([0, harsher]);
  });

  it('shows what becomes of jobs', async () => {
    const files = { 'j.yaml': '- { id: a, principal: ana@example.com, project: warehouse-prod, runTime: 25m }\n' };
    const { data } = await pushed({ file: harsher, there: policy, words: ['--jobs', 'j.yaml'], files });
    expect(data.diff).toMatchObject({ jobs: 1, verdicts: [{ kind: 'newly cancelled' }] });
  });

  it('leaves alone what somebody else wrote meanwhile, and shows the difference against that', async () => {
    const { data, code, there } = await pushed({
      file: harsher,
      there: policy,
      words: ['--yes'],
      buckets: overtakenBy(softer),
    });
    expect([code, data.written, there]).toEqual([1, false, softer]);
    expect(data.problems.at(-1)).toMatchObject({ code: 'written-meanwhile', severity: 'error' });
    expect(data.problems.at(-1)?.says).toContain('it is generation 2 now');
    expect(data.diff?.edits.map(({ effect }) => effect).toSorted()).toEqual(['harsher', 'harsher']);
  });

  it('is fine where somebody else wrote the same meanwhile', async () => {
    const { data, code } = await pushed({
      file: softer,
      there: policy,
      words: ['--yes'],
      buckets: overtakenBy(softer),
    });
    expect([code, data.written, data.generation]).toEqual([0, false, '2']);
  });

  const generations: readonly (readonly [string, string | undefined, string, number, boolean])[] = [
    ['the one that is there', policy, '1', 0, true],
    ['another one', policy, '7', 1, false],
    ['none, where one is', policy, '0', 1, false],
    ['none, where none is', undefined, '0', 0, true],
    ['one, where none is', undefined, '1', 1, false],
  ];
  it.each(generations)('goes by --generation: %s', async (_, there, generation, code, isWritten) => {
    const result = await pushed({ file: softer, there, words: ['--yes', '--generation', generation] });
    expect([result.code, result.data.written]).toEqual([code, isWritten]);
    expect(result.data.problems.some((one) => one.code === 'written-meanwhile')).toBe(!isWritten);
    expect(result.there).toBe(isWritten ? softer : there);
  });

  it('replaces what is no policy, having said that it is none', async () => {
    const buckets = inBuckets();
    await buckets.put(bucket, name, broken);
    const scene = { files: new Map([['p.yaml', policy]]), outside: { objects: buckets.objects } };
    const { out, code } = await jobwarden(['push', 'p.yaml', to, '--yes'], scene);
    expect(out).toContain('generation 1, is no policy that can be used (1 problem)');
    expect([code, await buckets.text(bucket, name)]).toEqual([0, policy]);
  });

  it('warns of a bucket that keeps no earlier versions', async () => {
    const plain = await pushed({
      file: softer,
      there: policy,
      words: ['--yes'],
      buckets: inBuckets({ versioning: false }),
    });
    expect([plain.code, plain.data.problems.map((one) => one.code)]).toEqual([0, ['bucket-without-versions']]);
    const first = await pushed({ words: ['--yes'], buckets: inBuckets({ versioning: false }) });
    expect(first.data.problems).toEqual([]);
  });

  it('writes what it checked, also where the file changes while it looks', async () => {
    const texts = [policy, broken];
    const buckets = inBuckets();
    const read = async (file: string) => {
      if (file === 'p.yaml') return texts.shift() ?? broken;
      throw new FileError(`${file} cannot be read`, Object.assign(new Error('no such file'), { code: 'ENOENT' }));
    };
    const { code } = await jobwarden(['push', 'p.yaml', to, '--yes'], { outside: { objects: buckets.objects, read } });
    expect([code, await buckets.text(bucket, name)]).toEqual([0, policy]);
  });

  it('takes a policy from standard input', async () => {
    const buckets = inBuckets();
    const { code } = await jobwarden(['push', '-', to, '--yes'], {
      stdin: policy,
      outside: { objects: buckets.objects },
    });
    expect([code, await buckets.text(bucket, name)]).toEqual([0, policy]);
  });

  const mistakes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['no place', ['p.yaml'], ['no-file']],
    ['three words', ['p.yaml', to, to], ['no-file']],
    ['a place that is no address', ['p.yaml', 'https://storage.googleapis.com/policies/p.yaml'], ['object-address']],
    ['a folder', ['p.yaml', `${bucket}/prod/`], ['object-address']],
    ['a test', ['p.test.yaml', to], ['unexpected-file']],
    [
      'a generation in words, and an address without a name',
      ['p.yaml', bucket, '--generation', 'new'],
      ['object-address', 'bad-generation'],
    ],
  ];
  it.each(mistakes)('cannot run with %s', async (_, words, found) => {
    const { out, code } = await jobwarden(['push', '--format', 'json', ...words]);
    const data: Data = JSON.parse(out);
    expect([code, data.problems.map((one) => one.code)]).toEqual([2, found]);
  });

  it('says what the store says against it, and that is all', async () => {
    const buckets = inBuckets({ wrap: (inner) => faultyObjects(inner, () => ({ when: 'before', error: busy() })) });
    const { code, data } = await pushed({ buckets, words: ['--yes'] });
    expect([code, data.problems.map(({ says }) => says)]).toEqual([2, ['[objects] put: too many requests']]);
  });

  it('looks whether it was written where the answer was lost', async () => {
    const lost = (when: 'before' | 'after') =>
      inBuckets({
        wrap: (inner) =>
          faultyObjects(inner, ({ method }) => (method === 'put' ? { when, error: unsettled() } : undefined)),
      });
    const carriedOut = await pushed({ buckets: lost('after'), words: ['--yes'] });
    expect([carriedOut.code, carriedOut.data.written, carriedOut.there]).toEqual([0, true, policy]);
    const never = await pushed({ buckets: lost('before'), words: ['--yes'] });
    expect([never.code, never.there]).toEqual([2, undefined]);
    const another = await pushed({ there: softer, buckets: lost('before'), words: ['--yes'] });
    expect([another.code, another.data.problems.map((one) => one.code), another.there]).toEqual([
      2,
      ['failed'],
      softer,
    ]);
  });
});

/** Resolves once it was called this often: what comes after it happens when all have come so far. */
function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let missing = count;
  return async () => {
    missing -= 1;
    if (missing === 0) resolve(undefined);
    await promise;
  };
}

/** Both have read before one of them writes. */
function metBeforePut(inner: Objects, met: () => Promise<void>): Objects {
  return {
    ...inner,
    put: async (...given) => {
      await met();
      return inner.put(...given);
    },
  };
}

describe('in Cloud Storage', () => {
  it('of two who push at once one writes, and the other is told', async () => {
    const { storage } = await aBucket();
    const folder = await mkdtemp(join(tmpdir(), 'jobwarden-push-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const outside = outsideOf({ STORAGE_EMULATOR_HOST: storage.url }, { input: Readable.from([]), status: undefined });
    const push = async (file: string, text: string, through = outside) => {
      await writeFile(join(folder, file), text);
      const words = ['push', join(folder, file), 'gs://state/policy.yaml', '--yes'];
      return run(words, through, { outColors: false, errColors: false });
    };
    expect((await push('first.yaml', policy)).code).toBe(0);
    const writing = meeting(2);
    const together = { ...outside, objects: (place: string) => metBeforePut(outside.objects(place), writing) };
    const both = await Promise.all([push('one.yaml', harsher, together), push('two.yaml', softer, together)]);
    expect(both.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 1]);
    const lost = both.find(({ code }) => code === 1);
    expect(lost?.out).toContain('[written-meanwhile]');
    const there = storage.object({ bucket: 'state', name: 'policy.yaml' });
    expect(there?.bytes.toString()).toBe(both[0]?.code === 0 ? harsher : softer);
    expect(there?.resource).toMatchObject({ contentType: 'application/yaml' });
  });
});
