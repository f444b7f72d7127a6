import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Job, JobRef } from '../../shared/jobs/job.ts';
import { jobName } from '../../shared/jobs/job.ts';
import type { CallBudget, Canceller, JobSource, Page, TargetRef } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';

/** A job as the world of an engine is told about it. `state` is one of the port's words; `odd` is one no adapter knows. */
export interface Known {
  readonly id: string;
  readonly state: 'pending' | 'running' | 'done' | 'odd';
  readonly parentId?: string;
}

/** What the service does with a request instead of answering it properly. */
export type Trouble =
  | 'unauthenticated'
  | 'forbidden'
  | 'throttled'
  | 'throttled for an hour'
  | 'broken'
  | 'reset'
  | 'hang'
  | 'stall'
  | 'nonsense';

/**
 * An engine with a service behind it that does as it is told. Waits between tries take no time in it, a request may
 * take at most 200 ms.
 */
export interface EngineWorld {
  readonly source: JobSource;
  readonly canceller: Canceller;
  readonly target: TargetRef;
  /** The pages of the next listings. With `loop`, the last page leads back to the second. */
  shows(pages: readonly (readonly Known[])[], about?: { unreachable?: readonly string[]; loop?: boolean }): void;
  /** A job that can be fetched and cancelled; answers where it is. */
  holds(job: Known): JobRef;
  /** From now on each request meets the next trouble, the last one for ever with `always`; else the service recovers. */
  meets(troubles: readonly Trouble[], always?: boolean): void;
  /** How many requests came in since the world was made. */
  requests(): number;
  /** Ids of the jobs that a cancel reached. */
  cancelled(): readonly string[];
  close(): Promise<void>;
}

/** The promises of the engine port. Every adapter passes them; `unreachable` where its service can skip locations. */
export function describeEngine(
  name: string,
  makeWorld: () => Promise<EngineWorld>,
  can: { readonly unreachable: boolean; readonly children: boolean },
): void {
  describe(`${name}: the engine port`, () => {
    let world: EngineWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => {
      await world.close();
    });
    listing(() => world, can);
    looking(() => world, can);
    cancelling(() => world);
    failing(() => world);
    ending(() => world);
  });
}

/** A budget of ten seconds from now, or of what is given. */
export function aBudget(about: { forMs?: number; signal?: AbortSignal } = {}): CallBudget {
  return { untilMs: Date.now() + (about.forMs ?? 10_000), signal: about.signal ?? new AbortController().signal };
}

const running = (id: string): Known => ({ id, state: 'running' });

async function pagesOf(world: EngineWorld, budget = aBudget()): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of world.source.list(world.target, budget)) pages.push(page);
  return pages;
}

async function idsOf(world: EngineWorld): Promise<string[]> {
  return (await pagesOf(world)).flatMap((page) => page.jobs.map((job) => job.id));
}

async function failureOf(promise: Promise<unknown>): Promise<EngineError> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof EngineError)) throw new Error('expected an EngineError', { cause: error });
  expect(error.message).toMatch(/^\[[a-z-]+\] \S/);
  return error;
}

async function jobAt(world: EngineWorld, ref: JobRef): Promise<Job> {
  const job = await world.source.get(ref, aBudget());
  if (job === undefined) throw new Error(`${jobName(ref)} is missing`);
  return job;
}

function listing(the: () => EngineWorld, can: { readonly unreachable: boolean }): void {
  it('lists every job of every page, short and empty pages among them', async () => {
    the().shows([[running('a'), running('b')], [], [running('c')], [{ id: 'd', state: 'pending' }]]);
    expect(await idsOf(the())).toEqual(['a', 'b', 'c', 'd']);
  });

  it('hands a job on once when it moves to a later page meanwhile', async () => {
    the().shows([
      [running('a'), running('b')],
      [running('b'), running('c')],
      [running('c'), running('a')],
    ]);
    expect(await idsOf(the())).toEqual(['a', 'b', 'c']);
  });

  it('hands a page on before it asks for the next', async () => {
    the().shows([[running('a')], [running('b')]]);
    for await (const page of the().source.list(the().target, aBudget())) {
      expect(page.jobs.map((job) => job.id)).toEqual(['a']);
      expect(the().requests()).toBe(1);
      break;
    }
    expect(the().requests()).toBe(1);
  });

  it('names the target and the engine in every job', async () => {
    the().shows([[running('a')]]);
    const [page] = await pagesOf(the());
    expect(page?.jobs[0]).toMatchObject({ engine: the().source.engine, target: the().target.name, state: 'running' });
  });

  it('lists a job in a state it has never heard of, as unknown', async () => {
    the().shows([[{ id: 'a', state: 'odd' }]]);
    const [page] = await pagesOf(the());
    expect(page?.jobs.map((job) => job.state)).toEqual(['unknown']);
  });

  it.runIf(can.unreachable)('reports the skipped locations of each page', async () => {
    the().shows([[running('a')], [running('b')]], { unreachable: ['europe-west5'] });
    expect((await pagesOf(the())).map((page) => page.unreachable)).toEqual([['europe-west5'], ['europe-west5']]);
  });

  it('ends with an error when the pages lead back to an earlier one', async () => {
    the().shows([[running('a')], [running('b')], [running('c')]], { loop: true });
    expect(await failureOf(pagesOf(the()))).toMatchObject({ failure: 'malformed', retryable: false });
  });

  it('lists nothing, without a fuss, where there is nothing', async () => {
    the().shows([[]]);
    expect(await idsOf(the())).toEqual([]);
  });
}

function looking(the: () => EngineWorld, can: { readonly children: boolean }): void {
  it('fetches the present record of a job', async () => {
    const ref = the().holds(running('a'));
    expect(await jobAt(the(), ref)).toMatchObject({ ...ref, state: 'running' });
  });

  it('answers undefined for a job the engine does not know', async () => {
    const ref = the().holds(running('a'));
    expect(await the().source.get({ ...ref, id: 'never-was' }, aBudget())).toBeUndefined();
  });

  it.runIf(can.children)('finds the children that are still running or pending, on all pages', async () => {
    const ref = the().holds(running('a'));
    const child = (id: string): Known => ({ id, state: 'running', parentId: 'a' });
    the().shows([[child('a1')], [child('a2'), child('a1')]]);
    const children = await the().source.activeChildren(ref, aBudget());
    expect(children.map((job) => job.id)).toEqual(['a1', 'a2']);
  });

  it('finds no children where there are none', async () => {
    const ref = the().holds(running('a'));
    the().shows([[]]);
    expect(await the().source.activeChildren(ref, aBudget())).toEqual([]);
  });
}

const oddIds = [
  '..',
  '.',
  '../other',
  'other/../a',
  '/',
  '',
  'a?x=y',
  'a#b',
  'a b',
  'ä',
  '💥',
  '%2e%2e',
  'a%2Fb',
  '\ud800',
  'a\0b',
];

function cancelling(the: () => EngineWorld): void {
  it('accepts a cancel, and the job then ends as stopped', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    expect(await the().canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
    expect(the().cancelled()).toEqual(['a']);
    expect(await jobAt(the(), job)).toMatchObject({ state: 'done', end: { how: 'stopped' } });
  });

  it('says that a job was done already, and how it ended', async () => {
    const job = await jobAt(the(), the().holds({ id: 'a', state: 'done' }));
    const answer = await the().canceller.cancel(job, aBudget());
    expect(answer).toMatchObject({ kind: 'already-done', job: { id: 'a', state: 'done', end: { how: 'succeeded' } } });
  });

  it('says that a job is gone', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    expect(await the().canceller.cancel({ ...job, id: 'never-was' }, aBudget())).toEqual({ kind: 'gone' });
  });

  it('says that a cancel is forbidden, after one try, and why', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    const before = the().requests();
    the().meets(['forbidden']);
    expect(await the().canceller.cancel(job, aBudget())).toMatchObject({ kind: 'forbidden', why: /\S/ });
    expect(the().requests() - before).toBe(1);
    expect(the().cancelled()).toEqual([]);
  });

  it('tries a cancel again after a passing trouble', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    the().meets(['broken', 'throttled', 'reset']);
    expect(await the().canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
    expect(the().cancelled()).toEqual(['a']);
  });

  it.each(oddIds)('reaches no other job by the id %j', async (id) => {
    for (const other of ['a', 'b', 'other']) the().holds(running(other));
    const job = await jobAt(the(), the().holds(running('a')));
    const odd = { ...job, id };
    const found = await the()
      .source.get(odd, aBudget())
      .catch((error: unknown) => error);
    expect(found === undefined || found instanceof EngineError).toBe(true);
    const cancel = the().canceller.cancel(odd, aBudget());
    const answer = await cancel.then(
      ({ kind }) => kind,
      (error: unknown) => error instanceof EngineError && 'refused',
    );
    expect(['gone', 'refused']).toContain(answer);
    expect(the().cancelled()).toEqual([]);
  });
}

function failing(the: () => EngineWorld): void {
  it.each([
    ['unauthenticated', 'unauthenticated'],
    ['forbidden', 'forbidden'],
    ['nonsense', 'malformed'],
  ] as const)('asks once when the answer is %s', async (trouble, failure) => {
    the().meets([trouble], true);
    expect(await failureOf(pagesOf(the()))).toMatchObject({ failure, retryable: false });
    expect(the().requests()).toBe(1);
  });

  it.each(['throttled', 'broken', 'reset', 'hang', 'stall'] as const)('asks again after %s', async (trouble) => {
    the().shows([[running('a')]]);
    the().meets([trouble]);
    expect(await idsOf(the())).toEqual(['a']);
    expect(the().requests()).toBe(2);
  });

  it.each([
    ['throttled', 'rate-limit'],
    ['broken', 'server'],
    ['reset', 'network'],
    ['hang', 'timeout'],
    ['stall', 'timeout'],
  ] as const)('gives up, retryable, when it is %s again and again', async (trouble, failure) => {
    the().meets([trouble], true);
    expect(await failureOf(pagesOf(the()))).toMatchObject({ failure, retryable: true });
    expect(the().requests()).toBeGreaterThan(1);
    expect(the().requests()).toBeLessThanOrEqual(10);
  });

  it('does not wait for longer than it may take', async () => {
    the().meets(['throttled for an hour'], true);
    expect(await failureOf(pagesOf(the()))).toMatchObject({ failure: 'rate-limit', retryable: true });
    expect(the().requests()).toBe(1);
  });

  it('keeps the pages it has when a later one fails', async () => {
    the().shows([[running('a')], [running('b')]]);
    const pages = the().source.list(the().target, aBudget())[Symbol.asyncIterator]();
    expect(await pages.next()).toMatchObject({ value: { jobs: [{ id: 'a' }] } });
    the().meets(['forbidden'], true);
    expect(await failureOf(pages.next())).toMatchObject({ failure: 'forbidden' });
  });
}

function ending(the: () => EngineWorld): void {
  it('starts no request after its time', async () => {
    const ref = the().holds(running('a'));
    const late = aBudget({ forMs: -1 });
    const failures = [
      await failureOf(pagesOf(the(), late)),
      await failureOf(the().source.get(ref, late)),
      await failureOf(the().source.activeChildren(ref, late)),
    ];
    expect(failures.map((error) => [error.failure, error.retryable])).toEqual(failures.map(() => ['timeout', true]));
    expect(the().requests()).toBe(0);
  });

  it.each(['hang', 'stall'] as const)('ends at once on abort during a %s', async (trouble) => {
    the().meets([trouble], true);
    const stop = new AbortController();
    const ended = failureOf(pagesOf(the(), aBudget({ signal: stop.signal })));
    await until(() => the().requests() > 0);
    const requests = the().requests();
    stop.abort();
    expect(await ended).toMatchObject({ failure: 'timeout', retryable: true });
    expect(the().requests()).toBe(requests);
  });

  it('sends nothing when it was aborted before', async () => {
    const error = await failureOf(pagesOf(the(), aBudget({ signal: AbortSignal.abort() })));
    expect(error).toMatchObject({ failure: 'timeout' });
    expect(the().requests()).toBe(0);
  });
}

async function until(holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 5000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error('waited 5 s in vain');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
