import { describe, expect, it } from 'vitest';
import type { JobSource, Page, TargetRef } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import type { Listing } from '../../shared/engines/list.ts';
import { listAll } from '../../shared/engines/list.ts';
import { aBudget } from '../contracts/engine.ts';

type Course = AsyncIterable<Page> | Iterable<Page>;

const target = (name: string): TargetRef => ({ engine: 'bigquery', name, project: name });
const page = (more: Partial<Page> = {}): Page => ({ jobs: [], unreadable: [], unreachable: [], ...more });
const denied = () => new EngineError('bigquery', 'denied', { failure: 'forbidden', retryable: false });

/** A source that lists each target as the function of its name says. */
function sourceOf(courses: Record<string, (signal: AbortSignal) => Course>): { bigquery: JobSource } {
  return {
    bigquery: {
      engine: 'bigquery',
      async *list(target, budget) {
        yield* courses[target.name]?.(budget.signal) ?? [];
      },
      get: async () => undefined,
      activeChildren: async () => [],
    },
  };
}

/** What was said, in words: `a page`, `a complete`, `b failed forbidden`. */
function said(news: Listing): string {
  if ('page' in news) return `${news.target.name} page`;
  if ('failed' in news) return `${news.target.name} failed ${news.failed.failure}`;
  return `${news.target.name} ${news.complete ? 'complete' : 'incomplete'} [${news.unreachable.join()}]`;
}

async function allSaid(listing: AsyncIterable<Listing>): Promise<string[]> {
  const words: string[] = [];
  for await (const news of listing) words.push(said(news));
  return words;
}

async function* failing(pages: readonly Page[], error: unknown): AsyncGenerator<Page> {
  yield* pages;
  throw error;
}

/** Waits for its signal, as a request does, and throws then. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(denied()), { once: true });
  });
}

const how = (more: { concurrency?: number; signal?: AbortSignal } = {}) => ({
  budget: aBudget(more.signal === undefined ? {} : { signal: more.signal }),
  concurrency: more.concurrency ?? 4,
});

describe('listAll', () => {
  it('hands on every page of every target, and a last word on each', async () => {
    const sources = sourceOf({ a: () => [page(), page()], b: () => [page()] });
    const words = await allSaid(listAll([target('a'), target('b')], sources, how()));
    expect(words.toSorted()).toEqual(['a complete []', 'a page', 'a page', 'b complete []', 'b page']);
    expect(words.indexOf('a complete []')).toBeGreaterThan(words.lastIndexOf('a page'));
  });

  it('has nothing to say about no targets', async () => {
    expect(await allSaid(listAll([], {}, how()))).toEqual([]);
  });

  it.each<[string, Page[], string]>([
    ['a location was skipped', [page({ unreachable: ['EU'] }), page({ unreachable: ['US', 'EU'] })], 'EU,US'],
    ['a record was unreadable', [page({ unreadable: ['the record of job x cannot be read'] }), page()], ''],
  ])('calls a listing incomplete when %s', async (_, pages, skipped) => {
    const words = await allSaid(listAll([target('a')], sourceOf({ a: () => pages }), how()));
    expect(words.at(-1)).toBe(`a incomplete [${skipped}]`);
  });

  it('lets one target fail alone, and keeps the pages it had', async () => {
    const sources = sourceOf({ a: () => failing([page()], denied()), b: () => [page()] });
    const words = await allSaid(listAll([target('a'), target('b')], sources, how({ concurrency: 1 })));
    expect(words).toEqual(['a page', 'a failed forbidden', 'b page', 'b complete []']);
  });

  it.each([
    ['an error of another kind', new TypeError('synthetic')],
    ['a word', 'synthetic'],
  ])('takes %s for a failure too', async (_, thrown) => {
    const { value: news } = await listAll([target('a')], sourceOf({ a: () => failing([], thrown) }), how()).next();
    expect(news).toMatchObject({ failed: { failure: 'malformed', message: expect.stringContaining('synthetic') } });
  });

  it('fails a target whose engine was not opened', async () => {
    const words = await allSaid(listAll([{ ...target('a'), engine: 'dli' }, target('b')], sourceOf({}), how()));
    expect(words.toSorted()).toEqual(['a failed rejected', 'b complete []']);
  });

  it('does not let a slow target delay another', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    async function* slow() {
      await gate;
      yield page();
    }
    const listing = listAll([target('slow'), target('a')], sourceOf({ slow, a: () => [page()] }), how());
    const first = [await listing.next(), await listing.next()].map(({ value }) => value && said(value));
    expect(first).toEqual(['a page', 'a complete []']);
    release();
    expect(await allSaid(listing)).toEqual(['slow page', 'slow complete []']);
  });

  describe('with patience', () => {
    const other = (name: string): TargetRef => ({ ...target(name), engine: 'dli' });
    const two = (courses: Parameters<typeof sourceOf>[0]) => {
      const { bigquery } = sourceOf(courses);
      return { bigquery, dli: { ...bigquery, engine: 'dli' as const } };
    };
    const over = { ...how(), patience: () => AbortSignal.abort() };
    async function* hanging(signal: AbortSignal) {
      yield page();
      await untilAborted(signal);
    }

    it('gives up an engine that hangs once another one is done, and keeps the pages it had', async () => {
      const sources = two({ a: () => [page()], hangs: hanging });
      const news: Listing[] = [];
      for await (const one of listAll([other('hangs'), target('a')], sources, over)) news.push(one);
      expect(news.map(said).toSorted()).toEqual(['a complete []', 'a page', 'hangs failed timeout', 'hangs page']);
      expect(news.at(-1)).toMatchObject({ failed: { message: expect.stringContaining('hangs gave no answer') } });
    });

    it('gives up no target of the only engine, nor of one beside which no other is done', async () => {
      const stop = new AbortController();
      const patient = { ...how({ signal: stop.signal }), patience: () => expect.fail('nobody waits for it') };
      const alone = listAll([target('a'), target('hangs')], two({ a: () => [page()], hangs: hanging }), patient);
      expect(await Promise.all([alone.next(), alone.next(), alone.next()])).toHaveLength(3);
      const pair = { hangs: hanging, too: hanging };
      const both = listAll([target('hangs'), other('too')], two(pair), patient);
      expect(await Promise.all([both.next(), both.next()])).toHaveLength(2);
      stop.abort();
      expect(await allSaid(alone)).toEqual(['hangs failed timeout']);
      expect((await allSaid(both)).toSorted()).toEqual(['hangs failed timeout', 'too failed timeout']);
    });

    it('waits anew for each page', async () => {
      let waits = 0;
      const patience = () => {
        waits += 1;
        return new AbortController().signal;
      };
      const sources = two({ a: () => [], b: () => [page(), page(), page()] });
      const words = await allSaid(listAll([target('a'), other('b')], sources, { ...how(), patience }));
      expect(words).toContain('b complete []');
      expect(waits).toBeGreaterThanOrEqual(3);
    });
  });

  it('takes turns between targets of many pages', async () => {
    const three = () => [page(), page(), page()];
    const words = await allSaid(listAll([target('a'), target('b')], sourceOf({ a: three, b: three }), how()));
    expect(words.slice(0, 4).toSorted()).toEqual(['a page', 'a page', 'b page', 'b page']);
  });

  it.each([
    [1, 1],
    [2, 2],
    [0, 1],
    [9, 5],
  ])('with concurrency %d, has at most %d targets under way', async (concurrency, most) => {
    let now = 0;
    let seen = 0;
    async function* counted() {
      now += 1;
      seen = Math.max(seen, now);
      await Promise.resolve();
      yield page();
      now -= 1;
    }
    const names = ['a', 'b', 'c', 'd', 'e'];
    const sources = sourceOf(Object.fromEntries(names.map((name) => [name, counted])));
    const words = await allSaid(listAll(names.map(target), sources, how({ concurrency })));
    expect(words.filter((word) => word.endsWith('complete []'))).toHaveLength(5);
    expect(seen).toBe(most);
  });

  it('reads at most one page ahead of a slow reader', async () => {
    let read = 0;
    function* endless() {
      for (;;) {
        read += 1;
        yield page();
      }
    }
    const listing = listAll([target('a')], sourceOf({ a: endless }), how());
    for (let taken = 1; taken <= 20; taken += 1) {
      await listing.next();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
      expect(read).toBeLessThanOrEqual(taken + 1);
    }
    await listing.return(undefined);
  });

  it('ends on abort, and says which targets were not finished', async () => {
    const stop = new AbortController();
    // This source ignores the signal.
    const never = () => failing([], new Promise(() => undefined));
    async function* stuck() {
      yield page();
      await new Promise(() => undefined);
    }
    const sources = sourceOf({ done: () => [page()], stuck, waiting: never });
    const listing = listAll(
      ['done', 'stuck', 'waiting'].map(target),
      sources,
      how({ concurrency: 1, signal: stop.signal }),
    );
    const words = [];
    for await (const news of listing) {
      words.push(said(news));
      if (words.length === 3) stop.abort();
    }
    expect(words).toEqual([
      'done page',
      'done complete []',
      'stuck page',
      'stuck failed timeout',
      'waiting failed timeout',
    ]);
  });

  it('lists nothing when it was aborted before', async () => {
    let read = 0;
    function* counted() {
      read += 1;
      yield page();
    }
    const listing = listAll([target('a')], sourceOf({ a: counted }), how({ signal: AbortSignal.abort() }));
    expect(await allSaid(listing)).toEqual(['a failed timeout']);
    expect(read).toBe(0);
  });

  it('ends the requests under way and closes the sources when its reader stops reading', async () => {
    const ended: string[] = [];
    async function* open(signal: AbortSignal) {
      try {
        yield page();
        await untilAborted(signal);
      } finally {
        ended.push('open');
      }
    }
    function* idle() {
      try {
        yield page();
        yield page();
      } finally {
        ended.push('idle');
      }
    }
    const listing = listAll([target('open'), target('idle')], sourceOf({ open, idle }), how());
    let pages = 0;
    for await (const news of listing) {
      pages += 'page' in news ? 1 : 0;
      if (pages === 2) break;
    }
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
    expect(ended.toSorted()).toEqual(['idle', 'open']);
  });
});
