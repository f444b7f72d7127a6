// All objects here are made up.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallBudget, Entry, Objects } from '../../shared/objects/objects.ts';
import { ObjectsError } from '../../shared/objects/objects.ts';

/** A store to test, empty at first. */
export interface ObjectsWorld {
  readonly objects: Objects;
  /** The same place opened once more, as another process would. */
  readonly another: () => Objects;
  readonly close: () => Promise<void>;
}

/** Time enough for any call. */
export function plenty(): CallBudget {
  return { untilMs: Date.now() + 60_000, signal: new AbortController().signal };
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text);
}

/** The text of an object; undefined when there is none. */
export async function textIn(objects: Objects, name: string, generation?: string): Promise<string | undefined> {
  const found = await objects.get(name, plenty(), generation);
  return found && Buffer.from(found.bytes).toString('utf8');
}

/** Writes a text; the generation it got, or `lost`. */
export async function write(objects: Objects, name: string, text: string, ifGeneration?: string): Promise<string> {
  const result = await objects.put(name, { bytes: bytesOf(text), ifGeneration }, plenty());
  return result === 'lost' ? 'lost' : result.generation;
}

export async function entries(objects: Objects, prefix = ''): Promise<readonly Entry[]> {
  const found: Entry[] = [];
  for await (const entry of objects.list(prefix, plenty())) found.push(entry);
  return found.sort((one, other) => (one.name < other.name ? -1 : 1));
}

const words =
  'a A a/b a/B a/b/c A/b a@ a@/b a~ a~/b a%2fb a%2Fb a% % %/% _a __a a//b /a a/ // a. .a ..a ... .tmp/a a/.tmp - 1 1/2 ' +
  '1700000000000000 ä Ä straße 💥/x 日本 a?b#c a+b&c=d a;b,c a\\..\\b C:\\x * [a] {a} "a" \'a\' `a` $HOME <a> a|b gs://b/o ' +
  'a#123 a:b CON nul __proto__ constructor';

const longNames = [
  'x'.repeat(1024),
  `${'X'.repeat(500)}/${'y'.repeat(500)}`,
  `y${'ü'.repeat(511)}`,
  `${'z/'.repeat(400)}z`,
];

/** Names that some store or another could take for something else. */
export const oddNames: readonly string[] = [
  ...words.split(' '),
  ' ',
  ' a ',
  'a\u0308',
  '\u{10ffff}',
  '\uffff',
  ...longNames,
];

const refusedNames: readonly [string, string][] = [
  ['an empty one', ''],
  ['"."', '.'],
  ['".."', '..'],
  ['one that climbs', '../a'],
  ['one that climbs in the middle', 'a/../b'],
  ['one that ends in a dot', 'a/.'],
  ['a line break', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['a zero character', 'a\0b'],
  ['half a character', 'a\ud800'],
  ['one that is too long', 'x'.repeat(1025)],
  ['one that is too long in bytes', 'ü'.repeat(513)],
  ['one that Cloud Storage keeps for itself', '.well-known/acme-challenge/a'],
];

const strangers: readonly string[] = ['', '0', '-1', '00', 'nonsense', 'Absent', ' ', '9'.repeat(40), '1e3', '0x1'];

/** What every store promises. `versions`: whether it keeps earlier generations. */
export function describeObjects(
  title: string,
  makeWorld: () => Promise<ObjectsWorld>,
  can: { readonly versions: boolean },
): void {
  describe(`${title}: the objects port`, () => {
    let world: ObjectsWorld;
    let objects: Objects;
    beforeEach(async () => {
      world = await makeWorld();
      objects = world.objects;
    });
    afterEach(async () => {
      await world.close();
    });
    const failure = async (work: Promise<unknown>): Promise<ObjectsError> => {
      const error = await work.then(
        () => undefined,
        (caught: unknown) => caught,
      );
      if (error instanceof ObjectsError) return error;
      throw new Error('no ObjectsError was thrown', { cause: error });
    };

    describe('one object', () => {
      it('is not there at first', async () => {
        expect(await objects.get('a', plenty())).toBeUndefined();
        expect(await objects.delete('a', {}, plenty())).toBe(false);
        expect(await entries(objects)).toEqual([]);
        expect(await objects.versions('a', plenty())).toEqual([]);
      });

      it('is read as it was written, also through another opening of the store', async () => {
        const before = Date.now();
        const generation = await write(objects, 'a', 'one');
        for (const reader of [objects, world.another()]) {
          const found = await reader.get('a', plenty());
          expect(found?.generation).toBe(generation);
          expect(Buffer.from(found?.bytes ?? []).toString()).toBe('one');
          expect(found?.updatedAtMs).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
          expect(found?.updatedAtMs).toBeLessThanOrEqual(Date.now() + 1);
        }
      });

      it.each([
        ['nothing', Buffer.alloc(0)],
        ['every byte there is', Buffer.from(Array.from({ length: 256 }, (_, index) => index))],
        ['line breaks and boundaries', Buffer.from('\r\n--a\r\n\r\n--\n--\r\n')],
        ['text that is no proper Unicode', Buffer.from([0xff, 0xfe, 0xc3, 0x28])],
        ['a megabyte', Buffer.alloc(1_048_576, 'jobwarden ')],
      ])('holds %s', async (_, bytes) => {
        await objects.put('a', { bytes, ifGeneration: 'absent', contentType: 'application/json' }, plenty());
        const found = await world.another().get('a', plenty());
        expect(Buffer.compare(Buffer.from(found?.bytes ?? 'x'), bytes)).toBe(0);
        expect((await entries(objects))[0]?.sizeBytes).toBe(bytes.length);
      });

      it('shares its bytes neither with who wrote nor with who read them', async () => {
        const written = Buffer.from('one');
        await objects.put('a', { bytes: written, ifGeneration: undefined }, plenty());
        written.fill(0);
        (await objects.get('a', plenty()))?.bytes.fill(0);
        expect(await textIn(objects, 'a')).toBe('one');
      });
    });

    describe('a condition', () => {
      it('lets an object be created only where there is none', async () => {
        expect(await write(objects, 'a', 'one', 'absent')).not.toBe('lost');
        expect(await write(objects, 'a', 'two', 'absent')).toBe('lost');
        expect(await textIn(objects, 'a')).toBe('one');
      });

      it('lets an object be replaced only where its generation stands', async () => {
        const first = await write(objects, 'a', 'one', 'absent');
        const second = await write(objects, 'a', 'two', first);
        expect(second).not.toBe('lost');
        expect(await write(world.another(), 'a', 'three', first)).toBe('lost');
        expect(await textIn(objects, 'a')).toBe('two');
        expect(await write(objects, 'a', 'three', second)).not.toBe('lost');
        expect(await textIn(objects, 'a')).toBe('three');
      });

      it('is lost where there is nothing, if it names a generation', async () => {
        const generation = await write(objects, 'a', 'one');
        expect(await write(objects, 'b', 'x', generation)).toBe('lost');
        expect(await textIn(objects, 'b')).toBeUndefined();
      });

      it.each(strangers)('is lost when it names what the store never gave: "%s"', async (stranger) => {
        expect(await write(objects, 'none', 'x', stranger)).toBe('lost');
        const generation = await write(objects, 'a', 'one');
        for (const odd of [stranger, `${generation}.0`, `0${generation}`, ` ${generation}`, `${generation}0`]) {
          expect(await write(objects, 'a', 'x', odd)).toBe('lost');
          expect(await objects.delete('a', { ifGeneration: odd }, plenty())).toBe(false);
          expect(await objects.get('a', plenty(), odd)).toBeUndefined();
        }
        expect([await textIn(objects, 'a'), await textIn(objects, 'none')]).toEqual(['one', undefined]);
      });

      it('may be left out: then the last write stands', async () => {
        const generations = [await write(objects, 'a', 'one'), await write(objects, 'a', 'two')];
        expect(new Set(generations).size).toBe(2);
        expect(await textIn(objects, 'a')).toBe('two');
      });
    });

    it('gives each write a greater generation, also after the object was deleted', async () => {
      const given: bigint[] = [];
      for (let round = 0; round < 4; round += 1) {
        const store = world.another();
        for (let times = 0; times < 10; times += 1) given.push(BigInt(await write(store, 'a', `${round} ${times}`)));
        expect(await store.delete('a', {}, plenty())).toBe(true);
      }
      expect(given).toEqual(given.toSorted((one, other) => (one < other ? -1 : 1)));
      expect(new Set(given).size).toBe(40);
    });

    describe('deleting', () => {
      it('removes the object, and says whether there was one', async () => {
        await write(objects, 'a', 'one');
        await write(objects, 'a/b', 'two');
        expect(await objects.delete('a', {}, plenty())).toBe(true);
        expect(await objects.delete('a', {}, plenty())).toBe(false);
        expect([await textIn(objects, 'a'), await textIn(world.another(), 'a/b')]).toEqual([undefined, 'two']);
        expect((await entries(objects)).map(({ name }) => name)).toEqual(['a/b']);
      });

      it('removes only the generation it names', async () => {
        const first = await write(objects, 'a', 'one');
        const second = await write(objects, 'a', 'two', first);
        expect(await objects.delete('a', { ifGeneration: first }, plenty())).toBe(false);
        expect(await textIn(objects, 'a')).toBe('two');
        expect(await objects.delete('a', { ifGeneration: second }, plenty())).toBe(true);
        expect(await textIn(objects, 'a')).toBeUndefined();
      });

      it('makes room for a new object, and for none that replaces the old one', async () => {
        const first = await write(objects, 'a', 'one');
        await objects.delete('a', { ifGeneration: first }, plenty());
        expect(await write(objects, 'a', 'x', first)).toBe('lost');
        const again = await write(world.another(), 'a', 'two', 'absent');
        expect(again).not.toBe('lost');
        expect(await objects.delete('a', { ifGeneration: first }, plenty())).toBe(false);
        expect(await textIn(objects, 'a')).toBe('two');
      });
    });

    describe('racing', () => {
      const racers = Array.from({ length: 40 }, (_, index) => `writer ${index}`);
      const stores = () => [objects, world.another(), world.another(), world.another()];

      it('40 creators have one winner', async () => {
        const open = stores();
        const all = await Promise.all(
          racers.map((text, index) => write(open[index % 4] ?? objects, 'a', text, 'absent')),
        );
        const winners = racers.filter((_, index) => all[index] !== 'lost');
        expect(winners).toHaveLength(1);
        expect(await textIn(objects, 'a')).toBe(winners[0]);
      });

      it('40 swappers have one winner', async () => {
        const open = stores();
        const first = await write(objects, 'a', 'first');
        const all = await Promise.all(racers.map((text, index) => write(open[index % 4] ?? objects, 'a', text, first)));
        const winners = racers.filter((_, index) => all[index] !== 'lost');
        expect(winners).toHaveLength(1);
        expect(await textIn(objects, 'a')).toBe(winners[0]);
      });

      it('writers without a condition never lose, and one of them stands', async () => {
        const open = stores();
        const all = await Promise.all(racers.map((text, index) => write(open[index % 4] ?? objects, 'a', text)));
        expect(all).not.toContain('lost');
        expect(new Set(all).size).toBe(40);
        const last = all.findIndex((generation) => all.every((other) => BigInt(other) <= BigInt(generation)));
        expect(await textIn(objects, 'a')).toBe(racers[last]);
      });

      it('those who read again after a lost swap all get their turn, and nothing is overwritten', async () => {
        await write(objects, 'a', '');
        const add = async (store: Objects, word: string): Promise<void> => {
          const found = await store.get('a', plenty());
          const text = `${Buffer.from(found?.bytes ?? []).toString()} ${word}`;
          if ((await write(store, 'a', text, found?.generation)) === 'lost') await add(store, word);
        };
        const open = stores();
        await Promise.all(racers.slice(0, 16).map((_, index) => add(open[index % 4] ?? objects, `w${index}`)));
        const words = (await textIn(objects, 'a'))?.trim().split(' ').sort();
        expect(words).toEqual(
          racers
            .slice(0, 16)
            .map((__, index) => `w${index}`)
            .sort(),
        );
      });

      it('of a swap and a delete of the same generation one happens', async () => {
        for (let round = 0; round < 10; round += 1) {
          const first = await write(objects, 'a', 'first');
          const [swapped, deleted] = await Promise.all([
            write(objects, 'a', 'second', first),
            world.another().delete('a', { ifGeneration: first }, plenty()),
          ]);
          expect(deleted).toBe(swapped === 'lost');
          expect(await textIn(objects, 'a')).toBe(deleted ? undefined : 'second');
        }
      });

      it('of several deletes of the same generation one happens', async () => {
        const first = await write(objects, 'a', 'first');
        const open = stores();
        const all = await Promise.all(open.map((store) => store.delete('a', { ifGeneration: first }, plenty())));
        expect(all.filter(Boolean)).toHaveLength(1);
      });

      it('readers never see half an object, nor bytes of another generation', async () => {
        const sizes = [1_048_576, 300_000, 700_001];
        const letters = new Map<string, string>();
        const note = async (round: number): Promise<void> => {
          const letter = String.fromCharCode(97 + round);
          const bytes = Buffer.alloc(sizes[round % 3] ?? 1, letter);
          const result = await objects.put('a', { bytes, ifGeneration: undefined }, plenty());
          if (result !== 'lost') letters.set(result.generation, letter);
        };
        await note(0);
        const writing = { over: false };
        const seen: (readonly [string, string])[] = [];
        const reading = [world.another(), world.another()].map(async (store) => {
          while (!writing.over) {
            const found = await store.get('a', plenty());
            const text = Buffer.from(found?.bytes ?? []).toString('latin1');
            seen.push([found?.generation ?? '', text.replace(/^(.)\1*$/, `$1 ${text.length}`)]);
          }
        });
        for (let round = 1; round < 15; round += 1) await note(round);
        writing.over = true;
        await Promise.all(reading);
        expect(seen.length).toBeGreaterThan(2);
        for (const [generation, text] of seen) {
          const letter = letters.get(generation) ?? '?';
          expect(text).toBe(`${letter} ${sizes[(letter.charCodeAt(0) - 97) % 3]}`);
        }
      });
    });

    describe('listing', () => {
      it('shows what a read would show', async () => {
        await write(objects, 'a', 'one');
        const generation = await write(objects, 'a', 'three');
        const [entry] = await entries(world.another());
        const found = await objects.get('a', plenty());
        expect(entry).toMatchObject({ name: 'a', generation, sizeBytes: 5 });
        expect(Math.abs((entry?.updatedAtMs ?? 0) - (found?.updatedAtMs ?? 0))).toBeLessThan(1000);
      });

      it('takes the beginning of a name for what it is', async () => {
        const names = ['claims/a', 'claims/a/b', 'claims/ab', 'claims/b', 'claims', 'claim', 'Claims/a', 'receipts/a'];
        for (const name of names) await write(objects, name, name);
        const listed = async (prefix: string) => (await entries(objects, prefix)).map(({ name }) => name);
        expect(await listed('')).toEqual(names.toSorted());
        expect(await listed('claims/')).toEqual(['claims/a', 'claims/a/b', 'claims/ab', 'claims/b']);
        expect(await listed('claims/a')).toEqual(['claims/a', 'claims/a/b', 'claims/ab']);
        expect(await listed('claims/a/')).toEqual(['claims/a/b']);
        expect(await listed('claim')).toEqual(['claim', 'claims', 'claims/a', 'claims/a/b', 'claims/ab', 'claims/b']);
        expect(await listed('nothing/')).toEqual([]);
      });

      it('shows all of more than a thousand objects, each once', { timeout: 120_000 }, async () => {
        const names = Array.from({ length: 1_050 }, (_, index) => `many/${String(index).padStart(4, '0')}`);
        for (let from = 0; from < names.length; from += 50) {
          await Promise.all(names.slice(from, from + 50).map((name) => write(objects, name, 'x', 'absent')));
        }
        await write(objects, 'other', 'x');
        expect((await entries(objects, 'many/')).map(({ name }) => name)).toEqual(names);
        expect(await entries(objects)).toHaveLength(1_051);
      });

      it('goes on while objects are written and deleted', async () => {
        for (let index = 0; index < 30; index += 1) await write(objects, `n/${index}`, 'x');
        await write(objects, 'n/stays', 'x');
        const store = world.another();
        const deleting = Promise.all(
          Array.from({ length: 30 }, (_, index) => store.delete(`n/${index}`, {}, plenty())),
        );
        const names = (await entries(objects, 'n/')).map(({ name }) => name);
        await deleting;
        expect(names).toContain('n/stays');
        expect((await entries(objects, 'n/')).map(({ name }) => name)).toEqual(['n/stays']);
      });

      it('ends although each object that is found leads to a new one', async () => {
        for (const name of ['n/1', 'n/2', 'n/3']) await write(objects, name, 'x');
        let found = 0;
        for await (const entry of objects.list('n/', plenty())) {
          found += 1;
          if (found > 20) break;
          await write(objects, `n/after ${entry.name} ${found}`, 'x');
        }
        expect(found).toBeLessThanOrEqual(6);
      });

      it('may be left before its end', async () => {
        for (const name of ['a', 'b', 'c']) await write(objects, name, 'x');
        for await (const entry of objects.list('', plenty())) {
          expect(entry.sizeBytes).toBe(1);
          break;
        }
        expect(await entries(objects)).toHaveLength(3);
      });
    });

    describe('names', () => {
      it('may be odd, and are never mistaken for each other', async () => {
        const generations = new Map<string, string>();
        for (const name of oddNames) generations.set(name, await write(objects, name, `text of ${name}`, 'absent'));
        expect([...generations.values()]).not.toContain('lost');
        const store = world.another();
        for (const name of oddNames) expect(await textIn(store, name)).toBe(`text of ${name}`);
        const listed = new Map((await entries(store)).map(({ name, generation }) => [name, generation]));
        expect(listed).toEqual(new Map([...generations].sort(([one], [other]) => (one < other ? -1 : 1))));
        for (const name of oddNames) {
          expect((await entries(store, name)).map((entry) => entry.name)).toContain(name);
          expect(await store.delete(name, { ifGeneration: generations.get(name) ?? '' }, plenty())).toBe(true);
        }
        expect(await entries(objects)).toEqual([]);
      });

      it.each(refusedNames)('are refused by every call: %s', async (_, name) => {
        const calls: readonly (() => Promise<unknown>)[] = [
          () => objects.get(name, plenty()),
          () => objects.put(name, { bytes: bytesOf('x'), ifGeneration: undefined }, plenty()),
          () => objects.delete(name, {}, plenty()),
          () => objects.versions(name, plenty()),
        ];
        for (const call of calls) {
          const error = await failure(call());
          expect(error).toMatchObject({ failure: 'rejected', retryable: false, unsettled: false });
          expect(error.message).toMatch(/^\[objects\] .*cannot be used/);
        }
        expect(await entries(objects)).toEqual([]);
      });
    });

    describe('earlier generations', () => {
      it(can.versions ? 'are kept, newest first' : 'are not kept', async () => {
        const first = await write(objects, 'p', 'one');
        await write(objects, 'p2', 'neighbour');
        await write(objects, 'p2', 'neighbour again');
        const second = await write(objects, 'p', 'four');
        const third = await write(objects, 'p', 'three', second);
        const versions = await world.another().versions('p', plenty());
        const kept = can.versions ? [second, first] : [];
        expect(versions.map(({ generation }) => generation)).toEqual(kept);
        expect(versions.map(({ sizeBytes }) => sizeBytes)).toEqual(can.versions ? [4, 3] : []);
        for (const { updatedAtMs } of versions) expect(Math.abs(Date.now() - updatedAtMs)).toBeLessThan(60_000);
        const texts = [await textIn(objects, 'p', first), await textIn(objects, 'p', second)];
        expect(texts).toEqual(can.versions ? ['one', 'four'] : [undefined, undefined]);
        expect(await textIn(objects, 'p', third)).toBe('three');
      });

      it(can.versions ? 'stay when the object is deleted' : 'are gone with the object', async () => {
        const first = await write(objects, 'p', 'one');
        const second = await write(objects, 'p', 'two');
        await objects.delete('p', {}, plenty());
        const versions = await objects.versions('p', plenty());
        expect(versions.map(({ generation }) => generation)).toEqual(can.versions ? [second, first] : []);
        expect(await textIn(objects, 'p', second)).toBe(can.versions ? 'two' : undefined);
        expect(await entries(objects)).toEqual([]);
        expect(await write(objects, 'p', 'three', 'absent')).not.toBe('lost');
      });
    });

    describe('a call whose time is over', () => {
      const over: readonly [string, () => CallBudget][] = [
        ['it was ended', () => ({ untilMs: Date.now() + 60_000, signal: AbortSignal.abort() })],
        ['its end has passed', () => ({ untilMs: Date.now() - 1, signal: new AbortController().signal })],
      ];
      it.each(over)('fails and changes nothing: %s', async (_, budget) => {
        const generation = await write(objects, 'a', 'one');
        const calls = [
          () => objects.get('a', budget()),
          () => objects.put('a', { bytes: bytesOf('two'), ifGeneration: generation }, budget()),
          () => objects.put('b', { bytes: bytesOf('two'), ifGeneration: 'absent' }, budget()),
          () => objects.delete('a', {}, budget()),
          async () => {
            for await (const entry of objects.list('', budget())) expect(entry).toBeUndefined();
          },
        ];
        for (const call of calls) {
          const error = await failure(call());
          expect(error).toMatchObject({ failure: 'timeout', retryable: true, unsettled: false });
        }
        expect((await entries(objects)).map((entry) => [entry.name, entry.generation])).toEqual([['a', generation]]);
      });
    });
  });
}
