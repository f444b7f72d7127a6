import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CallBudget, Objects } from '../../shared/objects/objects.ts';
import { ObjectsError } from '../../shared/objects/objects.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import { objectPolicySource } from '../../shared/policy/cloud-source.ts';
import { aBucket, type Bucket } from '../objects/bucket.ts';
import { plenty, write } from '../contracts/objects.ts';
import { small } from './read.ts';

// All objects here are made up.
const name = 'prod/policy.yaml';
const where = `gs://state/${name}`;
const now = Date.now;
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const enforcing = small('    mode: enforce');
const broken = small('    mode: enforced');

const put = ({ objects }: Bucket, ...texts: readonly string[]) =>
  texts.reduce<Promise<unknown>>(async (before, text) => {
    await before;
    await write(objects, name, text);
  }, Promise.resolve());
/** A source as a new instance of watch has it. */
const instance = (bucket: Bucket) => objectPolicySource(bucket.another(), name, now);

describe('a policy in Cloud Storage', () => {
  it('is current, with the hash of its bytes and its address', async () => {
    const bucket = await aBucket();
    await put(bucket, small());
    expect(await instance(bucket).current()).toMatchObject({
      standing: 'current',
      changed: true,
      version: { sha256: sha256(small()), where },
      problems: [],
    });
  });

  it('is read again at each call, and an edit counts from the next one on, with the policy before it', async () => {
    const bucket = await aBucket();
    await put(bucket, small());
    const source = instance(bucket);
    const first = await source.current();
    expect(await source.current()).toMatchObject({ changed: false, version: first.version });
    await put(bucket, enforcing);
    const second = await source.current();
    expect(second).toMatchObject({ standing: 'current', changed: true, version: { sha256: sha256(enforcing) } });
    expect(second.policy?.rules[0]?.mode).toBe('enforce');
    expect(second.previous).toEqual({ policy: first.policy, version: first.version });
  });

  it('stays as it was when an edit does not validate, which names the line and the address', async () => {
    const bucket = await aBucket();
    await put(bucket, small());
    const source = instance(bucket);
    const good = await source.current();
    await put(bucket, broken);
    expect(await source.current()).toMatchObject({
      standing: 'last-good',
      version: good.version,
      rejectedSha256: sha256(broken),
      problems: [{ code: 'unknown-value', line: 8, file: where }],
    });
    await put(bucket, enforcing);
    expect(await source.current()).toMatchObject({ standing: 'current', changed: true });
  });

  it('stays as it was when the object is gone, too large or cannot be read', async () => {
    const bucket = await aBucket();
    await put(bucket, small());
    const source = instance(bucket);
    await source.current();
    bucket.storage.faults.add({ method: 'download', kind: '403 accessDenied', times: 1 });
    const denied = await source.current();
    expect(denied).toMatchObject({ standing: 'last-good', problems: [{ code: 'policy-unreadable', file: where }] });
    expect(denied.problems[0]?.says).toMatch(/storage\.objects\.get/);
    expect(denied.rejectedSha256).toBeUndefined();
    await put(bucket, `${small()}# ${'a'.repeat(300_000)}`);
    expect(await source.current()).toMatchObject({ standing: 'last-good', problems: [{ code: 'too-big' }] });
    await bucket.objects.delete(name, {}, plenty());
    const gone = await source.current();
    expect(gone).toMatchObject({ standing: 'last-good', problems: [{ code: 'policy-unreadable' }] });
    expect(gone.problems[0]?.says).toMatch(/there is no such object/);
  });
});

describe('an instance that has never seen a good policy', () => {
  it('finds the last good one among the earlier generations', async () => {
    const bucket = await aBucket();
    await put(bucket, small(), enforcing, broken, 'rules: []', broken);
    const source = instance(bucket);
    const state = await source.current();
    expect(state).toMatchObject({
      standing: 'last-good',
      version: { sha256: sha256(enforcing), where },
      rejectedSha256: sha256(broken),
      problems: [{ line: 8 }],
    });
    expect(state.policy?.rules[0]?.mode).toBe('enforce');
  });

  it('finds it also where the object was deleted', async () => {
    const bucket = await aBucket();
    await put(bucket, small());
    await bucket.objects.delete(name, {}, plenty());
    expect(await instance(bucket).current()).toMatchObject({
      standing: 'last-good',
      version: { sha256: sha256(small()) },
      problems: [{ code: 'policy-unreadable' }],
    });
  });

  it('looks for it once', async () => {
    const bucket = await aBucket();
    await put(bucket, 'rules: []', broken);
    const source = instance(bucket);
    expect(await source.current()).toMatchObject({ standing: 'none' });
    const before = bucket.storage.requests.length;
    expect(await source.current()).toMatchObject({ standing: 'none' });
    expect(bucket.storage.requests.length - before).toBe(1);
  });

  it('looks again where looking failed', async () => {
    const bucket = await aBucket();
    await put(bucket, small(), broken);
    const source = instance(bucket);
    bucket.storage.faults.add({ method: 'list', kind: '403 accessDenied', times: 1 });
    expect(await source.current()).toMatchObject({ standing: 'none', problems: [{ line: 8 }] });
    expect(await source.current()).toMatchObject({ standing: 'last-good' });
  });

  it('has none where the bucket keeps no earlier generations', async () => {
    const bucket = await aBucket({ versioning: false });
    await put(bucket, small(), broken);
    expect(await instance(bucket).current()).toMatchObject({ standing: 'none', rejectedSha256: sha256(broken) });
  });

  it('looks through twenty generations and no more', async () => {
    const bucket = await aBucket();
    await put(bucket, small(), ...Array.from({ length: 21 }, () => broken));
    expect(await instance(bucket).current()).toMatchObject({ standing: 'none' });
    const other = await aBucket();
    await put(other, small(), ...Array.from({ length: 20 }, () => broken));
    expect(await instance(other).current()).toMatchObject({ standing: 'last-good' });
  });
});

describe('an earlier policy', () => {
  it('is found by the hash of its text', async () => {
    const bucket = await aBucket();
    await put(bucket, small(), broken, enforcing, small('    mode: observe'));
    const source = instance(bucket);
    const found = await source.recall?.(sha256(enforcing));
    expect(found?.rules[0]?.mode).toBe('enforce');
    expect((await source.recall?.(sha256(small())))?.rules).toHaveLength(1);
  });

  it('is not there where its text never was, was no policy, or cannot be read', async () => {
    const bucket = await aBucket();
    await put(bucket, small(), broken, enforcing);
    const source = instance(bucket);
    expect(await source.recall?.(sha256('another'))).toBeUndefined();
    expect(await source.recall?.(sha256(broken))).toBeUndefined();
    bucket.storage.faults.add({ method: 'list', kind: '403 accessDenied' });
    expect(await source.recall?.(sha256(small()))).toBeUndefined();
  });
});

describe('the time', () => {
  /** A store that remembers the budget of each call, and has `count` earlier generations that are no policy. */
  function timed(count: number) {
    const budgets: CallBudget[] = [];
    const inner = memoryObjects({ now });
    const bytes = new TextEncoder().encode(broken);
    const objects: Objects = {
      ...inner,
      get: async (_, budget, generation) => {
        budgets.push(budget);
        return { bytes, generation: generation ?? 'live', updatedAtMs: 0 };
      },
      versions: async (_, budget) => {
        budgets.push(budget);
        return Array.from({ length: count }, (_, at) => ({ generation: String(at), updatedAtMs: 0, sizeBytes: 1 }));
      },
    };
    return { objects, budgets };
  }

  it('for all earlier generations together is that of one call', async () => {
    const { objects, budgets } = timed(5);
    const beforeMs = now();
    await objectPolicySource(objects, name, now).current();
    const [live, ...earlier] = budgets;
    expect(earlier).toHaveLength(6);
    expect(new Set(earlier).size).toBe(1);
    for (const one of [live, ...earlier]) expect((one?.untilMs ?? Infinity) - beforeMs).toBeLessThan(10_000);
  });

  it('is up: what then fails is said, and nothing is thrown', async () => {
    const late = new ObjectsError('get of policy.yaml: not done', { failure: 'timeout', retryable: true });
    const objects = { ...timed(1).objects, get: async () => Promise.reject(late) };
    const state = await objectPolicySource(objects, name, now).current();
    expect(state).toMatchObject({ standing: 'none', problems: [{ code: 'policy-unreadable' }] });
    expect(state.problems[0]?.says).toContain('[objects] get of policy.yaml: not done');
  });
});
