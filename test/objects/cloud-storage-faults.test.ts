// What becomes of a call when Cloud Storage does not answer as it should. All objects here are made up.
import { describe, expect, it } from 'vitest';
import type { StorageFaultInput, StorageMethod } from '../../infra/local/storage/faults.ts';
import type { Objects, ObjectsFailure } from '../../shared/objects/objects.ts';
import { bytesOf, entries, plenty, textIn, write } from '../contracts/objects.ts';
import { aBucket, failureOf } from './bucket.ts';

interface Call {
  readonly says: string;
  readonly method: StorageMethod;
  readonly run: (objects: Objects) => Promise<unknown>;
  /** What it gives when all goes well. */
  readonly gives: unknown;
}

const calls: readonly Call[] = [
  { says: 'get of gs://state/a', method: 'download', run: (objects) => textIn(objects, 'a'), gives: 'one' },
  { says: 'list of gs://state/*', method: 'list', run: async (objects) => (await entries(objects)).length, gives: 1 },
  {
    says: 'put of gs://state/b',
    method: 'insert',
    run: async (objects) => (await write(objects, 'b', 'two', 'absent')) !== 'lost',
    gives: true,
  },
  {
    says: 'delete of gs://state/a',
    method: 'delete',
    run: (objects) => objects.delete('a', {}, plenty()),
    gives: true,
  },
];
const [get, list, put, remove] = calls;

/** Kinds of answers: what they end as, how often they are tried, and whether a write may have been carried out. */
const table: readonly [StorageFaultInput['kind'], readonly Call[], ObjectsFailure, number, boolean][] = [
  ['403 rateLimitExceeded', calls, 'rate-limit', 5, false],
  ['403 accessDenied', calls, 'forbidden', 1, false],
  ['429', calls, 'rate-limit', 5, false],
  ['500', calls, 'server', 5, true],
  ['503', calls, 'server', 5, true],
  ['truncated body', [get, list].flatMap((call) => call ?? []), 'network', 5, false],
  ['empty body', [get].flatMap((call) => call ?? []), 'network', 5, false],
  ['empty body', [list].flatMap((call) => call ?? []), 'malformed', 1, false],
  ['not json', [get, list].flatMap((call) => call ?? []), 'malformed', 1, false],
  ['wrong shape', [get, list].flatMap((call) => call ?? []), 'malformed', 1, false],
];
const cases = table.flatMap(([kind, of, ...rest]) => of.map((call) => [kind, call.says, call, ...rest] as const));

describe('an answer that is no good', () => {
  it.each(cases)('%s to %s', async (kind, says, call, failure, tries, unsettled) => {
    const { storage, objects } = await aBucket();
    await write(objects, 'a', 'one');
    storage.faults.add({ method: call.method, kind });
    const before = storage.requests.length;
    const error = await failureOf(call.run(objects));
    const writes = call === put || call === remove;
    expect(error).toMatchObject({ failure, retryable: tries > 1, unsettled: unsettled && writes });
    expect(error.message).toMatch(new RegExp(`^\\[objects\\] ${says.replaceAll(/[*/]/g, '\\$&')}: `));
    expect(error.message.includes('(tried 5 times)')).toBe(tries > 1);
    expect(error.message.includes('carried out all the same')).toBe(unsettled && writes);
    expect(storage.requests.length - before).toBe(tries);
  });

  const passing = cases.filter(([, , , , tries]) => tries > 1);
  it.each(passing)('that passes is not noticed: %s to %s', async (kind, _says, call) => {
    const { storage, objects } = await aBucket();
    await write(objects, 'a', 'one');
    storage.faults.add({ method: call.method, kind, times: 2 });
    expect(await call.run(objects)).toBe(call.gives);
  });

  it.each(calls)('that never comes is given up in time, and tried again: $says', async ({ method, run, gives }) => {
    const { storage, objects, another } = await aBucket();
    await write(objects, 'a', 'one');
    storage.faults.add({ method, kind: 'hang', times: 1 });
    expect(await run(objects)).toBe(gives);
    storage.faults.add({ method, kind: 'hang' });
    const error = await failureOf(run(another({ requestTimeoutMs: 50 })));
    expect(error).toMatchObject({ failure: 'timeout', retryable: true });
    expect(error.message).toContain('no whole answer within 50 ms (tried 5 times)');
  });
});

describe('a write whose answer was lost', () => {
  const lost: readonly [StorageFaultInput['kind'], boolean][] = [
    ['hang', true],
    ['500', true],
    ['503', true],
    ['empty body', false],
    ['truncated body', false],
    ['not json', false],
    ['wrong shape', false],
  ];

  it.each(lost)('is found to have happened, once: %s', async (kind, carriedOut) => {
    const { storage, objects, written } = await aBucket();
    const first = await write(objects, 'a', 'one', 'absent');
    storage.faults.add({ method: 'insert', kind, carriedOut, times: 1 });
    const second = await write(objects, 'a', 'two', first);
    expect(second).toBe((await objects.get('a', plenty()))?.generation);
    storage.faults.add({ method: 'insert', kind, carriedOut, times: 1 });
    const created = await write(objects, 'b', 'new', 'absent');
    expect(created).toBe((await objects.get('b', plenty()))?.generation);
    expect([await written('a'), await written('b')]).toEqual([['one', 'two'], ['new']]);
  });

  it.each(['hang', '503'] as const)('and did not happen is made up for: %s', async (kind) => {
    const { storage, objects, written } = await aBucket();
    const first = await write(objects, 'a', 'one', 'absent');
    storage.faults.add({ method: 'insert', kind, times: 1 });
    expect(await write(objects, 'a', 'two', first)).not.toBe('lost');
    expect(await written('a')).toEqual(['one', 'two']);
  });

  /** Two writers; the first one's answer hangs while the second one works. */
  async function meanwhile(carriedOut: boolean, versioning: boolean) {
    const bucket = await aBucket({ versioning });
    const first = await write(bucket.objects, 'a', 'one', 'absent');
    bucket.storage.faults.add({ method: 'insert', kind: 'hang', carriedOut, times: 1 });
    const before = bucket.storage.requests.length;
    const ours = write(bucket.objects, 'a', 'ours', first);
    ours.catch(() => undefined);
    await expect.poll(() => bucket.storage.requests.length).toBeGreaterThan(before);
    return { ...bucket, ours, first, other: bucket.another() };
  }

  it('is lost when another write of ours replaced the same generation', async () => {
    for (const versioning of [true, false]) {
      const { ours, other, first } = await meanwhile(false, versioning);
      await write(other, 'a', 'theirs', first);
      expect(await ours).toBe('lost');
      expect(await textIn(other, 'a')).toBe('theirs');
    }
  });

  it('is lost when another created the object', async () => {
    const { storage, objects, another } = await aBucket();
    storage.faults.add({ method: 'insert', kind: 'hang', times: 1 });
    const ours = write(objects, 'a', 'ours', 'absent');
    await expect.poll(() => storage.requests.length).toBe(1);
    await write(another(), 'a', 'theirs', 'absent');
    expect(await ours).toBe('lost');
  });

  it('is won although others have written since, where earlier generations show it', async () => {
    const { ours, other, written } = await meanwhile(true, true);
    const found = await other.get('a', plenty());
    await write(other, 'a', 'theirs', found?.generation);
    expect(await ours).toBe(found?.generation);
    expect(await written('a')).toEqual(['one', 'ours', 'theirs']);
  });

  it('is won although the object was deleted since, where earlier generations show it', async () => {
    const { ours, other } = await meanwhile(true, true);
    const found = await other.get('a', plenty());
    await other.delete('a', {}, plenty());
    expect(await ours).toBe(found?.generation);
  });

  it('is neither won nor lost where nothing shows it: that is an error', async () => {
    for (const carriedOut of [true, false]) {
      const { ours, other } = await meanwhile(carriedOut, false);
      await write(other, 'a', 'theirs', (await other.get('a', plenty()))?.generation);
      await write(other, 'a', 'theirs again', (await other.get('a', plenty()))?.generation);
      const error = await failureOf(ours);
      expect(error).toMatchObject({ failure: 'conflict', retryable: true, unsettled: true });
      expect(error.message).toMatch(
        /the answer was lost, and the object has changed since; it may have been carried out/,
      );
      expect(await textIn(other, 'a')).toBe('theirs again');
    }
  });

  it('is neither won nor lost when a stranger wrote, or the object is gone, without earlier generations', async () => {
    const stranger = await meanwhile(false, false);
    await fetch(`${stranger.storage.url}/upload/storage/v1/b/state/o?uploadType=media&name=a`, {
      method: 'POST',
      body: 'x',
    });
    expect(await failureOf(stranger.ours)).toMatchObject({ failure: 'conflict', unsettled: true });
    const gone = await meanwhile(true, false);
    await gone.other.delete('a', {}, plenty());
    expect(await failureOf(gone.ours)).toMatchObject({ failure: 'conflict', unsettled: true });
  });

  it('is not mistaken for one that replaced another generation', async () => {
    const { ours, other, first } = await meanwhile(false, false);
    const theirs = await write(other, 'a', 'theirs', first);
    // Bears a mark that names another generation than ours.
    await write(other, 'a', 'theirs again', theirs);
    expect(await failureOf(ours)).toMatchObject({ failure: 'conflict', unsettled: true });
  });

  it('stays open when looking for it fails as well', async () => {
    const { storage, ours, other, first } = await meanwhile(false, false);
    await write(other, 'a', 'theirs', first);
    storage.faults.add({ method: 'get', kind: '403 accessDenied' });
    const error = await failureOf(ours);
    expect(error).toMatchObject({ failure: 'conflict', retryable: true, unsettled: true });
    expect(error.message).toContain('looking failed too ([objects] look at gs://state/a: access denied');
  });

  it('is looked for only then: a clear refusal costs one request', async () => {
    const { storage, objects } = await aBucket();
    await write(objects, 'a', 'one', 'absent');
    storage.faults.add({ method: 'insert', kind: '429', times: 1 });
    const before = storage.requests.length;
    expect(await write(objects, 'a', 'two', 'absent')).toBe('lost');
    expect(storage.requests.slice(before).map(({ method, status }) => [method, status])).toEqual([
      ['POST', 429],
      ['POST', 412],
    ]);
  });
});

describe('a delete whose answer was lost', () => {
  it.each(['hang', '503'] as const)('counts as done when the object is gone: %s', async (kind) => {
    const { storage, objects } = await aBucket();
    for (const named of [false, true]) {
      const generation = await write(objects, 'a', 'one', 'absent');
      storage.faults.add({ method: 'delete', kind, carriedOut: true, times: 1 });
      expect(await objects.delete('a', named ? { ifGeneration: generation } : {}, plenty())).toBe(true);
    }
  });

  it('is not done when another generation stands there', async () => {
    const { storage, objects, another } = await aBucket();
    const first = await write(objects, 'a', 'one');
    storage.faults.add({ method: 'delete', kind: 'hang', times: 1 });
    const before = storage.requests.length;
    const removing = objects.delete('a', { ifGeneration: first }, plenty());
    await expect.poll(() => storage.requests.length).toBeGreaterThan(before);
    await write(another(), 'a', 'two', first);
    expect(await removing).toBe(false);
    expect(await textIn(objects, 'a')).toBe('two');
  });

  it('that was clearly refused before is not done when there is nothing', async () => {
    const { storage, objects } = await aBucket();
    storage.faults.add({ method: 'delete', kind: '429', times: 1 });
    expect(await objects.delete('a', {}, plenty())).toBe(false);
  });
});

describe('the time of a call', () => {
  it('ends a request under way at once; a write may then have happened', async () => {
    for (const call of calls) {
      const { storage, another } = await aBucket();
      await write(another(), 'a', 'one');
      storage.faults.add({ method: call.method, kind: 'hang' });
      const controller = new AbortController();
      const budget = { untilMs: Date.now() + 60_000, signal: controller.signal };
      const objects = another({ requestTimeoutMs: 60_000 });
      const running = {
        download: () => objects.get('a', budget),
        list: () => objects.list('', budget)[Symbol.asyncIterator]().next(),
        insert: () => objects.put('b', { bytes: bytesOf('x'), ifGeneration: 'absent' }, budget),
        delete: () => objects.delete('a', {}, budget),
      };
      const before = storage.requests.length;
      const work = failureOf(
        running[
          call.method === 'download' || call.method === 'list' || call.method === 'insert' ? call.method : 'delete'
        ](),
      );
      await expect.poll(() => storage.requests.length).toBeGreaterThan(before);
      controller.abort();
      const error = await work;
      expect(error).toMatchObject({ failure: 'timeout', retryable: true, unsettled: call === put || call === remove });
      expect(error.message).toContain('ended early');
      expect(storage.requests.length).toBe(before + 1);
    }
  });

  it('begins no try after its end, nor a wait that would end too late', async () => {
    const { storage, another } = await aBucket();
    storage.faults.add({ method: 'download', kind: '503' });
    let nowMs = 1000;
    const objects = another({ now: () => nowMs, random: () => 0.999 });
    const until = (untilMs: number) => ({ untilMs, signal: new AbortController().signal });
    expect(await failureOf(objects.get('a', until(1000)))).toMatchObject({ failure: 'timeout' });
    expect(storage.requests).toHaveLength(0);
    expect(await failureOf(objects.get('a', until(1400)))).toMatchObject({ failure: 'server' });
    expect(storage.requests).toHaveLength(1);
    nowMs = 0;
    const stepping = another({ now: () => (nowMs += 100) });
    await failureOf(stepping.get('a', until(450)));
    expect(storage.requests.length).toBeLessThan(5);
  });

  it('is long enough for the wait that the service asks for, or the call ends now', async () => {
    const { storage, objects } = await aBucket();
    storage.faults.add({ method: 'download', kind: '429', retryAfterSeconds: 3600, times: 1 });
    expect(await failureOf(objects.get('a', plenty()))).toMatchObject({ failure: 'rate-limit', retryable: true });
    expect(storage.requests).toHaveLength(1);
    storage.faults.add({ method: 'download', kind: '429', retryAfterSeconds: 1, times: 1 });
    const before = Date.now();
    expect(await textIn(objects, 'a')).toBeUndefined();
    expect(Date.now() - before).toBeGreaterThanOrEqual(950);
  });

  it('may be spent on waiting: an end of the call ends the wait', async () => {
    const { storage, objects } = await aBucket();
    storage.faults.add({ method: 'download', kind: '503', retryAfterSeconds: 40 });
    const controller = new AbortController();
    const getting = failureOf(objects.get('a', { untilMs: Date.now() + 60_000, signal: controller.signal }));
    await expect.poll(() => storage.requests.filter(({ status }) => status === 503).length).toBe(1);
    controller.abort();
    expect(await getting).toMatchObject({ failure: 'server', retryable: true });
    expect(storage.requests).toHaveLength(1);
  });

  it('is enough for more than one write a second to one object', async () => {
    const { storage, another } = await aBucket({ writeLimit: true });
    const objects = another({ random: () => 1 });
    const first = await write(objects, 'a', 'one', 'absent');
    const second = await write(objects, 'a', 'two', first);
    expect(await textIn(objects, 'a')).toBe('two');
    expect(second).not.toBe('lost');
    expect(storage.requests.map(({ status }) => status)).toContain(429);
  });
});
