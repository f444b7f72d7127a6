import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { judge } from '../../shared/evaluate/evaluate.ts';
import type { Job, JobRef, JobState } from '../../shared/jobs/job.ts';
import { jobName } from '../../shared/jobs/job.ts';
import type { CallBudget, Canceller, JobSource, Page, TargetRef } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { compiled } from '../make.ts';

/**
 * A job as the world of an engine is told about it. `state` is one of the port's words; `stopping` is one that was asked to
 * stop and has not ended; `odd` is one no adapter knows. `word` is the engine's own word for a state, instead.
 */
export interface Known {
  readonly id: string;
  readonly state: 'pending' | 'running' | 'done' | 'stopping' | 'odd';
  readonly word?: string;
  readonly parentId?: string;
}

/** When every job of a world was created and, if it is not pending, began; each engine writes it in a form of its own. */
export const createdAtMs = 1_795_000_000_000;
export const startedAtMs = 1_795_000_001_000;

/** What the service does with a request instead of answering it properly. */
export type Trouble =
  | 'unauthenticated'
  | 'forbidden'
  | 'unsupported'
  | 'refused'
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
  /** The id that the adapter gives to the job of this name; the name itself where it is left out. */
  idOf?(name: string): string;
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

/** What an engine is like. */
export interface Engineering {
  /** Its service can skip locations and says which. */
  readonly unreachable: boolean;
  /** Its jobs have children. */
  readonly children: boolean;
  /** How many requests a listing takes before its first page; none when left out. */
  readonly before?: number;
  /** False where a listing has no pages that lead on to each other by a token. */
  readonly pages?: boolean;
  /** Its world has credentials that are renewed after a 401. */
  readonly renews?: boolean;
  /** A cancel can be answered with "not supported". */
  readonly unsupported?: boolean;
  /** A job shows that it was asked to stop before it ends. */
  readonly stopping?: boolean;
  /** When a job began is told. */
  readonly starts?: boolean;
  /** Its own words for states, each with what it means here. */
  readonly states?: readonly (readonly [word: string, state: JobState])[];
}

/** The promises of the engine port. Every adapter passes them, as far as its engine can be like that at all. */
export function describeEngine(name: string, makeWorld: () => Promise<EngineWorld>, can: Engineering): void {
  describe(`${name}: the engine port`, () => {
    let world: EngineWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => {
      await world.close();
    });
    listing(() => world, can);
    knowing(() => world, can);
    looking(() => world, can);
    cancelling(() => world, can);
    failing(() => world, can);
    ending(() => world, can);
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

const idIn = (world: EngineWorld, name: string): string => world.idOf?.(name) ?? name;
const idsIn = (world: EngineWorld, ...names: readonly string[]): string[] => names.map((name) => idIn(world, name));

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

function listing(the: () => EngineWorld, can: Engineering): void {
  const paged = can.pages !== false;
  const before = can.before ?? 0;

  it('lists every job of every page, short and empty pages among them', async () => {
    the().shows([[running('a'), running('b')], [], [running('c')], [{ id: 'd', state: 'pending' }]]);
    expect((await idsOf(the())).toSorted()).toEqual(idsIn(the(), 'a', 'b', 'c', 'd'));
  });

  it('hands a job on once when it moves to a later page meanwhile', async () => {
    the().shows([
      [running('a'), running('b')],
      [running('b'), running('c')],
      [running('c'), running('a')],
    ]);
    expect((await idsOf(the())).toSorted()).toEqual(idsIn(the(), 'a', 'b', 'c'));
  });

  it.runIf(paged)('hands a page on before it asks for the next', async () => {
    the().shows([[running('a')], [running('b')]]);
    for await (const page of the().source.list(the().target, aBudget())) {
      expect(page.jobs.map((job) => job.id)).toEqual(idsIn(the(), 'a'));
      expect(the().requests()).toBe(before + 1);
      break;
    }
    expect(the().requests()).toBe(before + 1);
  });

  it('names the target and the engine in every job', async () => {
    the().shows([[running('a')]]);
    const [page] = await pagesOf(the());
    expect(page?.jobs[0]).toMatchObject({ engine: the().source.engine, target: the().target.name, state: 'running' });
  });

  it.runIf(can.unreachable)('reports the skipped locations of each page', async () => {
    the().shows([[running('a')], [running('b')]], { unreachable: ['europe-west5'] });
    expect((await pagesOf(the())).map((page) => page.unreachable)).toEqual([['europe-west5'], ['europe-west5']]);
  });

  it.runIf(paged)('ends with an error when the pages lead back to an earlier one', async () => {
    the().shows([[running('a')], [running('b')], [running('c')]], { loop: true });
    expect(await failureOf(pagesOf(the()))).toMatchObject({ failure: 'malformed', retryable: false });
  });

  it('lists nothing, without a fuss, where there is nothing', async () => {
    the().shows([[]]);
    expect(await idsOf(the())).toEqual([]);
  });
}

function knowing(the: () => EngineWorld, can: Engineering): void {
  /** Cancels whatever it may. */
  const harsh = {
    name: 'all',
    match: { jobType: '*' },
    limit: { runTime: '1m', queueTime: '1m' },
    action: 'cancel',
    grace: 'none',
    mode: 'enforce',
  } as const;

  async function listedFirst(known: Known): Promise<Job | undefined> {
    the().shows([[known]]);
    return (await pagesOf(the())).flatMap((page) => page.jobs)[0];
  }

  it('lists a job in a state it has never heard of as unknown, and no rule ever cancels it', async () => {
    const job = await listedFirst({ id: 'a', state: 'odd' });
    expect(job?.state).toBe('unknown');
    expect(job && judge(compiled({ rules: [harsh] }), job, createdAtMs + 1e9)).toEqual([]);
  });

  it('makes no running job of one that has ended', async () => {
    the().shows([[running('a'), { id: 'b', state: 'done' }], [running('c')]]);
    const jobs = (await pagesOf(the())).flatMap((page) => page.jobs);
    expect(jobs.filter((job) => job.state !== 'done').map((job) => job.id)).toEqual(idsIn(the(), 'a', 'c'));
  });

  it.each(can.states ?? [])('knows the state %s as %s', async (word, state) => {
    const ref = the().holds({ id: 'a', state: 'odd', word });
    expect((await jobAt(the(), ref)).state).toBe(state);
  });

  it('tells when a job was created, to the millisecond', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    expect(job).toMatchObject({ createdAtMs, ...(can.starts !== false && { startedAtMs }) });
    expect(job.doubts).toBeUndefined();
  });

  it('tells the same of a job in a listing as of the job alone', async () => {
    const listedJob = await listedFirst(running('a'));
    const { queryText: _, destination: __, ...alone } = await jobAt(the(), the().holds(running('a')));
    expect(alone).toEqual(listedJob);
  });
}

function looking(the: () => EngineWorld, can: Engineering): void {
  it('fetches the present record of a job', async () => {
    const ref = the().holds(running('a'));
    expect(await jobAt(the(), ref)).toMatchObject({ ...ref, state: 'running' });
  });

  it('answers undefined for a job the engine does not know', async () => {
    const ref = the().holds(running('a'));
    expect(await the().source.get({ ...ref, id: idIn(the(), 'never-was') }, aBudget())).toBeUndefined();
  });

  it.runIf(can.children)('finds the children that are still running or pending, on all pages', async () => {
    const ref = the().holds(running('a'));
    const child = (id: string): Known => ({ id, state: 'running', parentId: 'a' });
    the().shows([[child('a1')], [child('a2'), child('a1')]]);
    const children = await the().source.activeChildren(ref, aBudget());
    expect(children.map((job) => job.id)).toEqual(idsIn(the(), 'a1', 'a2'));
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

function cancelling(the: () => EngineWorld, can: Engineering): void {
  it('accepts a cancel, and the job then ends as stopped', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    expect(await the().canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
    expect(the().cancelled()).toEqual(['a']);
    expect(await jobAt(the(), job)).toMatchObject({ state: 'done', end: { how: 'stopped' } });
  });

  it('says that a job was done already, and how it ended', async () => {
    const job = await jobAt(the(), the().holds({ id: 'a', state: 'done' }));
    const answer = await the().canceller.cancel(job, aBudget());
    expect(answer).toMatchObject({
      kind: 'already-done',
      job: { id: idIn(the(), 'a'), state: 'done', end: { how: 'succeeded' } },
    });
    expect(the().cancelled()).toEqual([]);
  });

  it('says that a job is gone', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    const gone = { ...job, id: idIn(the(), 'never-was') };
    expect(await the().canceller.cancel(gone, aBudget())).toEqual({ kind: 'gone' });
  });

  it('says that a cancel is forbidden, after one try, and why', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    const before = the().requests();
    the().meets(['forbidden']);
    expect(await the().canceller.cancel(job, aBudget())).toMatchObject({
      kind: 'forbidden',
      why: expect.stringMatching(/\S/),
    });
    expect(the().requests() - before).toBe(1);
    expect(the().cancelled()).toEqual([]);
  });

  it.runIf(can.unsupported)('says that a cancel is not supported, after one try, and why', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    the().meets(['unsupported']);
    expect(await the().canceller.cancel(job, aBudget())).toMatchObject({
      kind: 'unsupported',
      why: expect.stringMatching(/\S/),
    });
    expect(the().cancelled()).toEqual([]);
  });

  it('fails when a cancel of a running job is refused for a reason that cannot be told', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    the().meets(['refused']);
    const error = await failureOf(the().canceller.cancel(job, aBudget()));
    expect(error).toMatchObject({ failure: 'rejected', retryable: false });
    expect(the().cancelled()).toEqual([]);
  });

  it.runIf(can.stopping)(
    'takes a job that is stopping for one that still runs, and a cancel of it for accepted',
    async () => {
      const job = await jobAt(the(), the().holds({ id: 'a', state: 'stopping' }));
      expect(job.state).toBe('running');
      expect(await the().canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
    },
  );

  it('tries a cancel again after a passing trouble', async () => {
    const job = await jobAt(the(), the().holds(running('a')));
    the().meets(['broken', 'throttled', 'reset']);
    expect(await the().canceller.cancel(job, aBudget())).toEqual({ kind: 'accepted' });
    expect(the().cancelled()).toEqual(['a']);
  });

  it.each(oddIds)('reaches no other job by the id %j', async (id) => {
    for (const other of ['a', 'b', 'other']) the().holds(running(other));
    const job = await jobAt(the(), the().holds(running('a')));
    const odd = { ...job, id: idIn(the(), id) };
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

function failing(the: () => EngineWorld, can: Engineering): void {
  const before = can.before ?? 0;

  it.each([
    ['unauthenticated', 'unauthenticated', can.renews ? 2 : 1],
    ['forbidden', 'forbidden', 1],
    ['nonsense', 'malformed', 1],
  ] as const)('takes %s for %s after %i tries', async (trouble, failure, tries) => {
    the().meets([trouble], true);
    expect(await failureOf(pagesOf(the()))).toMatchObject({ failure, retryable: false });
    expect(the().requests()).toBe(tries);
  });

  it.runIf(can.renews)('renews its credentials after one 401, and goes on', async () => {
    the().shows([[running('a')]]);
    the().meets(['unauthenticated']);
    expect(await idsOf(the())).toEqual(idsIn(the(), 'a'));
    expect(the().requests()).toBe(before + 2);
  });

  it.each(['throttled', 'broken', 'reset', 'hang', 'stall'] as const)('asks again after %s', async (trouble) => {
    the().shows([[running('a')]]);
    the().meets([trouble]);
    expect(await idsOf(the())).toEqual(idsIn(the(), 'a'));
    expect(the().requests()).toBe(before + 2);
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

  it.runIf(can.pages !== false)('keeps the pages it has when a later one fails', async () => {
    the().shows([[running('a')], [running('b')]]);
    const pages = the().source.list(the().target, aBudget())[Symbol.asyncIterator]();
    expect(await pages.next()).toMatchObject({ value: { jobs: [{ id: idIn(the(), 'a') }] } });
    the().meets(['forbidden'], true);
    expect(await failureOf(pages.next())).toMatchObject({ failure: 'forbidden' });
  });
}

function ending(the: () => EngineWorld, can: Engineering): void {
  it('starts no request after its time', async () => {
    const ref = the().holds(running('a'));
    const late = aBudget({ forMs: -1 });
    const failures = [
      await failureOf(pagesOf(the(), late)),
      await failureOf(the().source.get(ref, late)),
      ...(can.children ? [await failureOf(the().source.activeChildren(ref, late))] : []),
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
