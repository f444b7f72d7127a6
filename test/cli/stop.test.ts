import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { outsideOf } from '../../functions/cli/outside.ts';
import { run } from '../../functions/cli/run.ts';
import { readStop } from '../../shared/ledger/stop.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { busy, faultyObjects } from '../ledger/faulty-objects.ts';
import { hours } from '../make.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { inBuckets } from './in-buckets.ts';

// Everything here is made up.
const env = { USER: 'ana' };
const order = ['--for', '4h', '--reason', 'The month is being closed.'];
const inFile = (more: Readonly<Record<string, string>> = {}): Scene & { readonly files: Map<string, string> } => ({
  env,
  files: new Map(Object.entries({ 'ops/policy.yaml': 'version: 1\n', ...more })),
});
const beside = [...order, '--policy', 'ops/policy.yaml'];
const json = async (words: readonly string[], scene: Scene) => {
  const { out, code } = await jobwarden([...words, '--format', 'json'], scene);
  const data: { readonly problems: readonly { readonly code: string; readonly says: string }[] } = JSON.parse(out);
  return { data, code };
};

describe('jobwarden stop', () => {
  it('writes the switch beside a policy file, with until when, why and by whom', async () => {
    const scene = inFile();
    const { out, code } = await jobwarden(['stop', ...beside], scene);
    expect(code).toBe(0);
    expect(JSON.parse(scene.files.get('ops/STOP') ?? '')).toEqual({
      until: '2026-11-30T04:00:00.000Z',
      reason: 'The month is being closed',
      by: 'ana',
    });
    expect(out).toBe(
      [
        'Every cancel is stopped for 4 h, until Mon 2026-11-30 04:00 UTC, by ana: The month is being closed.',
        'The switch is ops/STOP, beside ops/policy.yaml; watch reads it before every cancel.',
        '',
        'It ends by itself, or with: jobwarden resume --policy ops/policy.yaml',
        '',
      ].join('\n'),
    );
  });

  it('writes what watch understands, and what ends by itself', async () => {
    const scene = inFile();
    await jobwarden(['stop', ...beside], scene);
    const text = scene.files.get('ops/STOP') ?? '';
    expect(readStop(text, nowMs)?.why).toBe(
      'Every cancel is stopped by ana until 2026-11-30T04:00:00.000Z: The month is being closed.',
    );
    expect(readStop(text, nowMs + hours(4))).toBeUndefined();
  });

  const places: readonly (readonly [string, string])[] = [
    ['gs://policies/policy.yaml', 'STOP'],
    ['gs://policies/prod/eu/policy.yaml', 'prod/eu/STOP'],
  ];
  it.each(places)('writes it as an object beside %s', async (policy, stop) => {
    const buckets = inBuckets();
    await buckets.put('gs://policies', policy.replace('gs://policies/', ''), 'version: 1\n');
    const { data, code } = await json(['stop', ...order, '--policy', policy], { env, outside: buckets });
    expect([code, data]).toMatchObject([0, { where: `gs://policies/${stop}`, stopped: { by: 'ana' }, before: null }]);
    const text = await buckets.text('gs://policies', stop);
    expect(readStop(text ?? '', nowMs)?.order?.reason).toBe('The month is being closed');
  });

  it('finds the policy in JOBWARDEN_POLICY, and the name of who says so in --by', async () => {
    const scene = { ...inFile(), env: { ...env, JOBWARDEN_POLICY: 'ops/policy.yaml' } };
    const { code } = await jobwarden(['stop', ...order, '--by', 'ben@example.com'], scene);
    expect(code).toBe(0);
    expect(JSON.parse(scene.files.get('ops/STOP') ?? '')).toMatchObject({ by: 'ben@example.com' });
  });

  it('leaves out who says so where nobody knows', async () => {
    const scene = { ...inFile(), env: {} };
    await jobwarden(['stop', ...beside], scene);
    expect(JSON.parse(scene.files.get('ops/STOP') ?? '')).not.toHaveProperty('by');
  });

  it('takes the place of another order, and says which', async () => {
    const scene = inFile();
    await jobwarden(['stop', ...beside], scene);
    const { out } = await jobwarden(
      ['stop', '--for', '30m', '--reason', 'shorter', '--policy', 'ops/policy.yaml'],
      scene,
    );
    expect(out).toContain(
      'It takes the place of another: until Mon 2026-11-30 04:00 UTC, by ana: The month is being closed.',
    );
    expect(readStop(scene.files.get('ops/STOP') ?? '', nowMs)?.order?.until).toBe('2026-11-30T00:30:00.000Z');
  });

  it('refuses to write a switch beside no policy: it would stop nothing', async () => {
    const scene = inFile();
    const { data, code } = await json(['stop', ...order, '--policy', 'other/policy.yaml'], scene);
    expect([code, data.problems.map((one) => one.code)]).toEqual([2, ['no-policy']]);
    expect([...scene.files.keys()]).toEqual(['ops/policy.yaml']);
    const cloud = await json(['stop', ...order, '--policy', 'gs://policies/p.yaml'], { env, outside: inBuckets() });
    expect([cloud.code, cloud.data.problems.map((one) => one.code)]).toEqual([2, ['no-policy']]);
  });

  const mistakes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['nothing said', [], ['no-policy', 'missing-option', 'missing-option']],
    ['a time without a unit', ['--for', '4', '--reason', 'x', '--policy', 'ops/policy.yaml'], ['bad-duration']],
    ['a time over a week', ['--for', '169h', '--reason', 'x', '--policy', 'ops/policy.yaml'], ['bad-duration']],
    ['a time that no sweep sees', ['--for', '59s', '--reason', 'x', '--policy', 'ops/policy.yaml'], ['bad-duration']],
    ['a reason of blanks', ['--for', '4h', '--reason', '  ', '--policy', 'ops/policy.yaml'], ['missing-option']],
    [
      'a reason that is too long',
      ['--for', '4h', '--reason', 'x'.repeat(501), '--policy', 'ops/policy.yaml'],
      ['too-long'],
    ],
    ['a name that is too long', [...beside, '--by', 'x'.repeat(201)], ['too-long']],
    ['a word too many', [...beside, 'now'], ['unexpected-file']],
    ['an address without an object', [...order, '--policy', 'gs://policies'], ['object-address']],
    ['standard input', [...order, '--policy', '-'], ['no-policy']],
  ];
  it.each(mistakes)('cannot run with %s, and stops nothing', async (_, words, codes) => {
    const scene = inFile();
    const { data, code } = await json(['stop', ...words], scene);
    expect([code, data.problems.map((one) => one.code)]).toEqual([2, codes]);
    expect(scene.files.has('ops/STOP')).toBe(false);
  });

  it('takes a minute, and a week', async () => {
    for (const length of ['1m', '7d']) {
      const scene = inFile();
      const words = ['stop', '--for', length, '--reason', 'x', '--policy', 'ops/policy.yaml'];
      expect((await jobwarden(words, scene)).code).toBe(0);
    }
  });

  it('says what the store says against it', async () => {
    const outside = inBuckets({ wrap: (inner) => faultyObjects(inner, () => ({ when: 'before', error: busy() })) });
    const { data, code } = await json(['stop', ...order, '--policy', 'gs://policies/p.yaml'], { env, outside });
    expect([code, data.problems.map(({ says }) => says)]).toEqual([2, ['[objects] put: too many requests']]);
  });
});

describe('jobwarden resume', () => {
  it('removes the switch, and says what stood', async () => {
    const scene = inFile();
    await jobwarden(['stop', ...beside], scene);
    const { out, code } = await jobwarden(['resume', '--policy', 'ops/policy.yaml'], scene);
    expect([code, scene.files.has('ops/STOP')]).toEqual([0, false]);
    expect(out).toBe(
      [
        'Nothing is stopped any more: ops/STOP is gone.',
        'It was stopped until Mon 2026-11-30 04:00 UTC, by ana: The month is being closed.',
        'Cancels are carried out again from the next sweep on, as far as the policy and JOBWARDEN_MODE allow it.',
        '',
      ].join('\n'),
    );
  });

  it('says that nothing was stopped', async () => {
    const { out, code } = await jobwarden(['resume', '--policy', 'ops/policy.yaml'], inFile());
    expect([out, code]).toEqual(['Nothing is stopped: there is no ops/STOP beside ops/policy.yaml.\n', 0]);
  });

  const texts: readonly (readonly [string, string, string])[] = [
    ['has expired', '{"until":"2026-11-29T00:00:00Z","reason":"old"}', 'old (it had expired).'],
    ['is no order', 'stop!', 'what stood in it was no order, and stopped everything.'],
  ];
  it.each(texts)('removes what %s as well, and says so', async (_, text, says) => {
    const scene = inFile({ 'ops/STOP': text });
    const { out } = await jobwarden(['resume', '--policy', 'ops/policy.yaml'], scene);
    expect(out).toContain(says);
    expect(scene.files.has('ops/STOP')).toBe(false);
  });

  const meanwhile = (act: (inner: Objects) => Promise<unknown>) =>
    inBuckets({
      wrap: (inner) =>
        faultyObjects(inner, async ({ method }) => {
          if (method === 'delete') await act(inner);
          return undefined;
        }),
    });
  const time = () => ({ untilMs: nowMs + 1000, signal: new AbortController().signal });

  it('leaves an order alone that was given while it looked', async () => {
    const text = '{"until":"2026-11-30T09:00:00Z","reason":"another"}';
    const bytes = new TextEncoder().encode(text);
    const buckets = meanwhile((inner) => inner.put('STOP', { bytes, ifGeneration: undefined }, time()));
    await buckets.put('gs://policies', 'STOP', '{"until":"2026-11-30T04:00:00Z","reason":"one"}');
    const { data, code } = await json(['resume', '--policy', 'gs://policies/p.yaml'], { env, outside: buckets });
    expect([code, data.problems.map((one) => one.code)]).toEqual([1, ['stopped-again']]);
    expect(await buckets.text('gs://policies', 'STOP')).toBe(text);
  });

  it('is fine where somebody else resumed at the same time', async () => {
    const buckets = meanwhile((inner) => inner.delete('STOP', {}, time()));
    await buckets.put('gs://policies', 'STOP', '{"until":"2026-11-30T04:00:00Z","reason":"one"}');
    const { code } = await json(['resume', '--policy', 'gs://policies/p.yaml'], { env, outside: buckets });
    expect([code, await buckets.text('gs://policies', 'STOP')]).toEqual([0, undefined]);
  });

  it('cannot run without a policy', async () => {
    const { data, code } = await json(['resume'], { env });
    expect([code, data.problems.map((one) => one.code)]).toEqual([2, ['no-policy']]);
  });
});

describe('on a real disk', () => {
  const outside = outsideOf(env, { input: Readable.from([]), status: undefined });
  const plain = { outColors: false, errColors: false };

  it('the switch appears as a whole, leaves nothing else behind, and goes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jobwarden-stop-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const policy = join(folder, 'policy.yaml');
    await writeFile(policy, 'version: 1\n');
    for (const length of ['4h', '2h']) {
      const words = ['stop', '--for', length, '--reason', 'x', '--policy', policy];
      expect((await run(words, outside, plain)).code).toBe(0);
      expect((await readdir(folder)).toSorted()).toEqual(['STOP', 'policy.yaml']);
    }
    expect(readStop(await readFile(join(folder, 'STOP'), 'utf8'), Date.now())?.by).toBe('stop');
    expect((await run(['resume', '--policy', policy], outside, plain)).code).toBe(0);
    expect(await readdir(folder)).toEqual(['policy.yaml']);
  });

  it('a switch that cannot be written is said, and leaves nothing behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jobwarden-stop-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'inner'));
    await expect(outside.replace(join(folder, 'file', 'STOP'), 'x')).rejects.toThrow(
      /cannot be written: a part of the/,
    );
    await expect(outside.replace(join(folder, 'inner'), 'x')).rejects.toThrow(/cannot be written: it is a directory/);
    await expect(outside.remove(join(folder, 'inner'))).rejects.toThrow(/cannot be removed/);
    expect((await readdir(folder)).toSorted()).toEqual(['file', 'inner']);
  });
});
