import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filePolicySource, policySource, type Reading } from '../../shared/policy/source.ts';
import { now, small } from './read.ts';

let folder: string;
let path: string;
let clock: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'policy-'));
  path = join(folder, 'policy.yaml');
  clock = now;
});
afterEach(() => rm(folder, { recursive: true }));

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const source = () => filePolicySource(path, () => clock);

describe('a policy in a file', () => {
  it('is current, with the hash of its bytes, where and when it was loaded', async () => {
    await writeFile(path, small());
    expect(await source().current()).toMatchObject({
      standing: 'current',
      policy: { version: 1 },
      version: { sha256: sha256(small()), where: path, loadedAtMs: now },
      problems: [],
      changed: true,
    });
  });

  it('keeps its version until its bytes change, and says when they did', async () => {
    await writeFile(path, small());
    const policies = source();
    const first = await policies.current();
    clock += 60_000;
    const second = await policies.current();
    expect(second).toEqual({ ...first, changed: false });
    expect(second.policy).toBe(first.policy);
    await writeFile(path, small('    mode: enforce'));
    const third = await policies.current();
    expect(third).toMatchObject({ standing: 'current', changed: true, version: { loadedAtMs: now + 60_000 } });
    expect(third.policy?.rules[0]?.mode).toBe('enforce');
  });

  it('stays as it was when an edit does not validate, with the problems of the edit', async () => {
    await writeFile(path, small());
    const policies = source();
    const good = await policies.current();
    await writeFile(path, small('    mode: enforced'));
    const edited = await policies.current();
    expect(edited).toMatchObject({
      standing: 'last-good',
      changed: false,
      version: good.version,
      rejectedSha256: sha256(small('    mode: enforced')),
      problems: [{ code: 'unknown-value', line: 8, file: path }],
    });
    expect(edited.policy).toBe(good.policy);
    expect(await policies.current()).toEqual(edited);
    await writeFile(path, small());
    expect(await policies.current()).toMatchObject({ standing: 'current', changed: false, problems: [] });
  });

  it('stays as it was when the file is gone, a folder, too large, or not UTF-8', async () => {
    await writeFile(path, small());
    const policies = source();
    await policies.current();
    await rm(path);
    expect(await policies.current()).toMatchObject({
      standing: 'last-good',
      problems: [{ code: 'policy-unreadable', try: expect.stringContaining('path') }],
    });
    await mkdir(path);
    expect(await policies.current()).toMatchObject({
      standing: 'last-good',
      problems: [{ code: 'policy-unreadable', says: expect.stringContaining('it is not a file') }],
    });
    await rm(path, { recursive: true });
    await writeFile(path, `${small()}# ${'a'.repeat(300_000)}`);
    expect(await policies.current()).toMatchObject({ standing: 'last-good', problems: [{ code: 'too-big' }] });
    await writeFile(path, Buffer.from(`${small()}# M\xFCll`, 'latin1'));
    expect(await policies.current()).toMatchObject({
      standing: 'last-good',
      problems: [{ code: 'not-utf8', line: 8 }],
    });
    await writeFile(`${path}.new`, small());
    await rename(`${path}.new`, path);
    expect(await policies.current()).toMatchObject({ standing: 'current', problems: [] });
  });

  it.skipIf(process.getuid?.() === 0)(
    'stays as it was when it may not be read any more (skipped for root, who may)',
    async () => {
      await writeFile(path, small());
      const policies = source();
      await policies.current();
      await chmod(path, 0o000);
      expect(await policies.current()).toMatchObject({
        standing: 'last-good',
        problems: [{ code: 'policy-unreadable' }],
      });
    },
  );

  it('is none where there never was a good one', async () => {
    const policies = source();
    const missing = await policies.current();
    expect(missing).toMatchObject({ standing: 'none', problems: [{ code: 'policy-unreadable' }], changed: false });
    expect(missing.policy).toBeUndefined();
    await writeFile(path, 'rules: []');
    expect(await policies.current()).toMatchObject({ standing: 'none' });
    await writeFile(path, small());
    expect(await policies.current()).toMatchObject({ standing: 'current', changed: true });
  });

  it('keeps its warnings and notes beside it', async () => {
    await writeFile(path, small().replace(/^operators: .*\n/m, ''));
    expect(await source().current()).toMatchObject({
      standing: 'current',
      problems: [{ code: 'nobody-told', severity: 'warning' }],
    });
  });
});

describe('a policy from anywhere', () => {
  it('is judged once for the same bytes, however often it is read', async () => {
    const bytes = new TextEncoder().encode(small());
    let reads = 0;
    const read = (): Promise<Reading> => {
      reads += 1;
      return Promise.resolve({ bytes });
    };
    let looksAtTheClock = 0;
    const policies = policySource('bucket/policy.yaml', read, () => {
      looksAtTheClock += 1;
      return now;
    });
    const states = [await policies.current(), await policies.current(), await policies.current()];
    expect(reads).toBe(3);
    expect(looksAtTheClock, 'once to judge it, once to date it').toBe(2);
    expect(new Set(states.map(({ policy }) => policy)).size).toBe(1);
  });
});
