import { describe, expect, test } from 'vitest';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import { memoryLedger } from '../../shared/ledger/ledger.ts';
import { RecordError } from '../../shared/ledger/records.ts';
import { memoryObjects } from '../../shared/objects/memory.ts';
import { ObjectsError, type Objects } from '../../shared/objects/objects.ts';
import { aDocument, ledgerContract } from '../contracts/ledger.ts';
import { nowMs } from '../make.ts';
import { busy, denied, faultyObjects, unsettled, type Asked, type Fate } from './faulty-objects.ts';
import { stores, type Clock } from './stores.ts';

// All objects here are made up.

const wait = async () => undefined;

ledgerContract('of this process', async () => {
  const ledger = memoryLedger();
  return () => ledger;
});

for (const [where, open] of stores) {
  ledgerContract(where, async (clock) => {
    const objects = await open(clock);
    return () => objectLedger(objects(), { now: () => clock.nowMs, wait });
  });
}

const plenty = () => ({ untilMs: nowMs + 60_000, signal: new AbortController().signal });
const inMemory = () => memoryObjects({ now: () => nowMs });
const ledgerOver = (objects: Objects) => objectLedger(objects, { now: () => nowMs, wait });

async function put(objects: Objects, text: string | Uint8Array) {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  await objects.put('ledger.json', { bytes, ifGeneration: undefined }, plenty());
}

async function textIn(objects: Objects) {
  return Buffer.from((await objects.get('ledger.json', plenty()))?.bytes ?? []).toString();
}

describe('a ledger that cannot be used', () => {
  const good = JSON.stringify(aDocument(1));
  test.each<[string, string | Uint8Array, RegExp]>([
    ['is empty', '', /is no JSON/],
    ['is cut off', good.slice(0, -1), /is no JSON/],
    ['is no UTF-8', Buffer.from([0x7b, 0xff, 0x7d]), /is no JSON/],
    ['has a name that is no UTF-8', Buffer.from(good.replaceAll('case-0', 'case-\u00ff'), 'latin1'), /is no JSON/],
    ['is no object', '[]', /cannot be read: all of it/],
    ['is null', 'null', /cannot be read: all of it/],
    ['has no version', '{}', /cannot be read: version/],
    ['is of version 0', good.replace('"version":1', '"version":0'), /cannot be read: version/],
    ['is newer', good.replace('"version":1', '"version":2'), /written by a newer Jobwarden \(version 2; .*version 1\)/],
    ['is newer and quite different', '{"version":7}', /newer Jobwarden \(version 7/],
    ['has a case without a state', good.replace('"state":"observed",', ''), /cannot be read: cases\.case-0\.state/],
    ['has an unknown state', good.replace('"observed"', '"killed"'), /cannot be read: cases\.case-0\.state/],
    ['has null for a time', good.replace(/"openedAtMs":\d+/, '"openedAtMs":null'), /cases\.case-0\.openedAtMs/],
    ['has a case that is none', good.replace('"cases":{', '"cases":{"x":1,'), /cannot be read: cases\.x/],
  ])('because it %s is named, with the cure, and nothing is written over it', async (_title, text, says) => {
    const objects = inMemory();
    await put(objects, text);
    const before = await objects.get('ledger.json', plenty());
    const error: unknown = await ledgerOver(objects)
      .read()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RecordError);
    expect(String(error)).toMatch(says);
    expect(String(error)).toMatch(
      /\[ledger\] The ledger memory\/ledger\.json \(generation 1\).*Nothing was changed\. \w+/,
    );
    expect(await ledgerOver(objects).swap(aDocument(1), 'absent')).toBeUndefined();
    expect(await objects.get('ledger.json', plenty())).toEqual(before);
  });

  test.each([
    ['a time that is no number', { ...aDocument(1), heartbeatAtMs: Number.NaN }, /heartbeatAtMs/],
    ['a time without end', { ...aDocument(1), observeUntilMs: Number.POSITIVE_INFINITY }, /observeUntilMs/],
  ])('is not written: %s', async (_title, document, says) => {
    const objects = inMemory();
    await expect(ledgerOver(objects).swap(document, 'absent')).rejects.toThrow(says);
    expect(await objects.get('ledger.json', plenty())).toBeUndefined();
  });

  test('is not written when it is too large to be read again', async () => {
    const objects = inMemory();
    const troubles = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}`.repeat(1_000_000), 1]));
    const swap = ledgerOver(objects).swap({ ...aDocument(1), troubles }, 'absent');
    await expect(swap).rejects.toThrow(/too large/);
    expect(await objects.get('ledger.json', plenty())).toBeUndefined();
  });
});

describe('the pace of swaps', () => {
  function paced(onPut: () => Fate = () => undefined) {
    const clock: Clock = { nowMs };
    const waits: number[] = [];
    const puts: number[] = [];
    const objects = faultyObjects(memoryObjects({ now: () => clock.nowMs }), ({ method }) => {
      if (method !== 'put') return undefined;
      puts.push(clock.nowMs - nowMs);
      return onPut();
    });
    const ledger = objectLedger(objects, {
      now: () => clock.nowMs,
      wait: async (ms) => {
        waits.push(ms);
        clock.nowMs += ms;
      },
    });
    return { clock, waits, puts, ledger };
  }

  test('is one a second at most, one after the other, and only waits as long as it has to', async () => {
    const { clock, waits, puts, ledger } = paced();
    const first = await ledger.swap(aDocument(1), 'absent');
    clock.nowMs += 300;
    const second = ledger.swap(aDocument(2), first ?? '');
    const third = ledger.swap(aDocument(3), first ?? '');
    expect(await second).toBeDefined();
    expect(await third).toBeUndefined();
    clock.nowMs += 5000;
    await ledger.swap(aDocument(4), 'absent');
    expect(puts).toEqual([0, 1000, 2000, 7000]);
    expect(waits).toEqual([700, 1000]);
  });

  test('counts a swap that failed', async () => {
    const { puts, ledger } = paced(() => ({ when: 'before', error: denied() }));
    await expect(ledger.swap(aDocument(1), 'absent')).rejects.toThrow(/access denied/);
    await expect(ledger.swap(aDocument(2), 'absent')).rejects.toThrow(/access denied/);
    expect(puts).toEqual([0, 1000]);
  });

  test('is not held up by a clock that was set back', async () => {
    const { clock, waits, ledger } = paced();
    await ledger.swap(aDocument(1), 'absent');
    clock.nowMs -= 3_600_000;
    await ledger.swap(aDocument(2), 'absent');
    expect(waits).toEqual([1000]);
  });
});

describe('a swap whose answer is lost', () => {
  /** Fails the first put, having carried it out or not, and lets `meanwhile` happen before anybody looks. */
  function losing(when: 'before' | 'after', meanwhile?: (objects: Objects) => Promise<unknown>, puts = 1) {
    const inner = inMemory();
    let failed = 0;
    const objects = faultyObjects(inner, async ({ method }) => {
      if (method === 'get' && failed === 1) await meanwhile?.(inner);
      if (method !== 'put' || failed >= puts) return undefined;
      failed += 1;
      return { when, error: unsettled() };
    });
    return { inner, objects, ledger: ledgerOver(objects) };
  }
  const other = JSON.stringify(aDocument(99));

  test.each(['before', 'after'] as const)('is won, be it %s it took effect, when nobody else writes', async (when) => {
    for (const from of ['nothing', 'a document'] as const) {
      const { inner, objects, ledger } = losing(when);
      if (from === 'a document') await put(inner, JSON.stringify(aDocument(0)));
      const { generation } = await ledger.read();
      const won = await ledger.swap(aDocument(1), generation);
      expect(await ledger.read()).toMatchObject({ generation: won, document: { heartbeatAtMs: 1 } });
      expect(objects.asked.filter(({ method }) => method === 'put')).toHaveLength(when === 'after' ? 1 : 2);
    }
  });

  test.each(['before', 'after'] as const)(
    'is an error that says so, when somebody else has written since: lost %s it took effect',
    async (when) => {
      const { inner, objects, ledger } = losing(when, (store) => put(store, other));
      const error: unknown = await ledger.swap(aDocument(1), 'absent').catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(ObjectsError);
      expect(error).toMatchObject({ unsettled: true });
      expect(objects.asked.map(({ method }) => method)).toEqual(['put', 'get']);
      expect(await textIn(inner)).toBe(other);
    },
  );

  test('is not tried for ever', async () => {
    const { objects, ledger } = losing('before', undefined, 99);
    await expect(ledger.swap(aDocument(1), 'absent')).rejects.toThrow('no answer');
    expect(objects.asked).toHaveLength(6);
  });

  test('is seen when it takes effect late, after the second try began', async () => {
    const inner = inMemory();
    const bytes = Buffer.from(JSON.stringify(aDocument(1)));
    let puts = 0;
    const objects = faultyObjects(inner, async ({ method }) => {
      if (method !== 'put') return undefined;
      puts += 1;
      if (puts === 1) return { when: 'before', error: unsettled() };
      await inner.put('ledger.json', { bytes, ifGeneration: 'absent' }, plenty());
      return undefined;
    });
    expect(await ledgerOver(objects).swap(aDocument(1), 'absent')).toBe('1');
  });
});

describe('the store of a ledger', () => {
  test.each<[string, (call: Asked) => Fate, RegExp]>([
    ['may not be read', ({ method }) => (method === 'get' ? { when: 'before', error: denied() } : undefined), /denied/],
    [
      'may not be written',
      ({ method }) => (method === 'put' ? { when: 'before', error: denied() } : undefined),
      /denied/,
    ],
    ['is too busy', ({ method }) => (method === 'put' ? { when: 'before', error: busy() } : undefined), /too many/],
  ])('that %s is an error, and nothing is written', async (_title, script, says) => {
    const inner = inMemory();
    const ledger = ledgerOver(faultyObjects(inner, script));
    const sweep = async () => ledger.swap(aDocument(1), (await ledger.read()).generation);
    await expect(sweep()).rejects.toThrow(says);
    expect(await textIn(inner)).toBe('');
  });

  test('keeps it under the name that it was given', async () => {
    const objects = inMemory();
    const ledger = objectLedger(objects, { name: 'shards/1.json', now: () => nowMs, wait });
    await ledger.swap(aDocument(5), 'absent');
    const found = await objects.get('shards/1.json', plenty());
    expect(JSON.parse(Buffer.from(found?.bytes ?? []).toString())).toMatchObject({ version: 1, heartbeatAtMs: 5 });
  });
});
