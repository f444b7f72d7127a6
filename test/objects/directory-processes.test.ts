// Several processes on one folder, and processes that end in the middle. All objects here are made up.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { entries, plenty, textIn, write } from '../contracts/objects.ts';
import { aFolder, child } from './child.ts';

const SLOW = { timeout: 120_000 };

describe('several processes', () => {
  it('that create the same object, ten times each, have one winner', SLOW, async () => {
    const path = await aFolder();
    const ended = await Promise.all(['p', 'q', 'r', 's'].map((word) => child(path, 'create', word, 10)));
    const winners = ended.flatMap(({ stdout }) => [...stdout.matchAll(/"(\w+)"/g)].map(([, text]) => text));
    expect(winners).toHaveLength(1);
    expect(await textIn(directoryObjects({ path, now: Date.now }), 'a')).toBe(winners[0]);
  });

  it('that add to the same object all get their turn, and overwrite nothing', SLOW, async () => {
    const path = await aFolder();
    const words = ['p', 'q', 'r', 's'];
    await Promise.all(words.map((word) => child(path, 'swap', word, 25)));
    const text = await textIn(directoryObjects({ path, now: Date.now }), 'a');
    const wanted = words.flatMap((word) => Array.from({ length: 25 }, (_, index) => `${word}${index}`));
    expect(text?.trim().split(' ').sort()).toEqual(wanted.toSorted());
    expect((await readdir(join(path, 'a@'))).length).toBeLessThanOrEqual(12);
  });
});

const scenarios: readonly { readonly name: string; readonly before?: string; readonly after: string | undefined }[] = [
  { name: 'create', after: 'new' },
  { name: 'swap', before: 'old', after: 'new' },
  { name: 'delete', before: 'old', after: undefined },
  { name: 'delete and create', before: 'old', after: 'new' },
];

/** Numbers go from the lowest on: a gap would let a late writer in. */
async function withoutGaps(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const numbers = names.map(Number).sort((one, other) => one - other);
  expect((numbers.at(-1) ?? 0) - (numbers[0] ?? 1)).toBe(numbers.length - 1);
}

describe('a process that ends at any point', () => {
  it.each(scenarios)(
    'leaves the object as it was, or as it was to be: $name',
    SLOW,
    async ({ name, before, after }) => {
      const seen = new Set<string | undefined>();
      let steps = 0;
      for (let last = 1; ; last += 1) {
        const path = await aFolder();
        const objects = directoryObjects({ path, now: Date.now, fsync: false });
        // Older generations, so that some are removed on the way.
        for (const text of Array.from({ length: before === undefined ? 0 : 10 }, () => before ?? ''))
          await write(objects, 'a', text);
        const old = (await objects.get('a', plenty()))?.generation;
        const ended = await child(path, 'crash', name, last);
        const text = await textIn(objects, 'a');
        seen.add(text);
        expect([before, after, ...(name.startsWith('delete') ? [undefined] : [])]).toContain(text);
        if (ended.signal === undefined) expect(text).toBe(after);
        await withoutGaps(join(path, 'a@'));
        // Nobody is held up, whatever was left there.
        expect((await entries(objects)).map((entry) => entry.name)).toEqual(text === undefined ? [] : ['a']);
        const next = await write(directoryObjects({ path, now: Date.now, fsync: false }), 'a', 'next');
        expect(BigInt(next)).toBeGreaterThan(BigInt(old ?? 0));
        expect(await textIn(objects, 'a')).toBe('next');
        expect(await objects.delete('a', { ifGeneration: next }, plenty())).toBe(true);
        expect(await readdir(path)).toEqual(['.tmp']);
        steps = last - 1;
        if (ended.signal === undefined) break;
        expect(ended.signal).toBe('SIGKILL');
      }
      expect(steps).toBeGreaterThan(8);
      expect(seen).toEqual(new Set([before, after, ...(name === 'delete and create' ? [undefined] : [])]));
    },
  );
});
