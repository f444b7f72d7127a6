import { sweep } from '../../functions/watch/watch.ts';
import type { Summary } from '../../functions/watch/summary.ts';
import { eventName } from '../../shared/audit/event.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { noticeSchema } from '../../shared/notices/notice.ts';
import { isJobEvent, keepPromises } from '../watch/promises.ts';
import { isSilent, type Kind } from './kinds.ts';
import { isWatchCall, type WatchCall } from './watch-calls.ts';
import type { FaultCloud } from './watch-cloud.ts';
import { aWatchWorld, type WatchWorld } from './watch-world.ts';

const minuteMs = 61_000;
const hourMs = 3_660_000;
const sweepsByTheMinute = 5;
const mostSweeps = 7;

/** What became of a sweep. */
interface Swept {
  /** As the summary says; `broke off` where there is none, which the handler answers with 500. */
  readonly status: Summary['status'] | 'broke off';
  readonly mode: Summary['mode'] | undefined;
  /** Everything that the sweep says went wrong, the most telling first. */
  readonly says: readonly string[];
}

/** What was seen in one cell of the table: of the sweep in which a call failed, and of those after it was repaired. */
export interface WatchSeen extends Swept {
  /** How often the call failed. */
  readonly failed: number;
  /** What became of the runaway job in the project that the fault is about, and of the one in the other project. */
  readonly here: 'cancelled' | 'running';
  readonly others: 'cancelled' | 'running';
  /** Events in the ledger that wait to be published. */
  readonly waiting: number;
  /** When, once it was repaired, all was done, told and closed. */
  readonly over: 'next sweep' | 'minutes' | 'an hour';
  readonly last: Swept;
  /** The events about the two runaway jobs in the end, each once, in order. */
  readonly told: { readonly here: readonly string[]; readonly others: readonly string[] };
  /** What was promised of every cell and not held; empty. */
  readonly broken: readonly string[];
}

const projectOf = (event: unknown, { a }: WatchWorld) => JSON.stringify(event).includes(`runaway-of-${a}`);

/** A sentence without what is another in each cell and each run: names, sizes, and which of many tries came last. */
function plainly(text: string, name: string): string {
  return text
    .replaceAll(`${name}-`, '')
    .replaceAll(`-${name}`, '')
    .replace(/^.* \(rule [\w-]+, cancel\): /, '')
    .replaceAll(/notice-[0-9a-f]+/g, 'notice')
    .replace(/^Event \S+ was/, 'Event was')
    .replace(/\d+ of \d+ bytes/, '0 of all bytes')
    .replace(/could not be reached: (?:2|4|8|10|13|14) .*$/, 'could not be reached');
}

async function sweepOnce({ world, log }: WatchWorld, id: string): Promise<Swept> {
  log.length = 0;
  try {
    const { status, mode, troubles, targets, policy } = await sweep(world, id);
    const failing = targets.flatMap(({ failed }) => failed ?? []);
    const decisions = log.filter(
      ({ event, isNews, did }) => event === 'decision' && isNews === true && did !== 'cancelled',
    );
    const errors = log.filter(({ event, severity }) => event === undefined && severity === 'ERROR');
    const said = [...failing, ...policy.problems.map(({ says }) => says), ...troubles];
    return { status, mode, says: [...said, ...[...decisions, ...errors].map(({ message }) => message)] };
  } catch (error) {
    return { status: 'broke off', mode: undefined, says: [String(error)] };
  }
}

/** The events of a cell as Pub/Sub has them. */
function publishedBy({ pubsub, topic }: FaultCloud, { world }: WatchWorld): readonly TrailEvent[] {
  return pubsub
    .publishedTo(topic)
    .map(({ data }): TrailEvent => JSON.parse(data.toString()))
    .filter(({ source }) => source === world.settings.source);
}

/** Lets both owners be told, so that the graces of their jobs wait for receipts; gives the notice about the one of `a`. */
async function untilReceipts(cloud: FaultCloud, cell: WatchWorld): Promise<string> {
  cell.runaway(cell.a, 'lab');
  cell.runaway(cell.b, 'lab');
  await sweepOnce(cell, 'sweep-warns');
  const warned = publishedBy(cloud, cell)
    .map(({ data }) => noticeSchema.safeParse(data).data)
    .filter((notice) => notice?.phase === 'warned');
  let receipt = '';
  for (const notice of warned) {
    if (notice === undefined) continue;
    const cases = notice.jobs.map((job) => job.case);
    await cell.receipts.put({ noticeId: notice.id, how: 'delivered', atMs: cell.now(), cases, notReached: [] });
    if (projectOf(notice, cell)) receipt = notice.id;
  }
  cell.advance(2 * minuteMs);
  return receipt;
}

const outcomeOf = (state: string) => (state === 'DONE' ? 'cancelled' : 'running');

function isOver(cell: WatchWorld, { status }: Swept): boolean {
  const { cases, outbox } = cell.ledger();
  const isClosed = Object.values(cases).every(({ state }) => state === 'closed');
  return (
    status === 'ok' && outbox.length === 0 && isClosed && [cell.a, cell.b].every((one) => cell.stateOf(one) === 'DONE')
  );
}

function overAfter(sweeps: number): WatchSeen['over'] {
  if (sweeps === 1) return 'next sweep';
  return sweeps <= sweepsByTheMinute ? 'minutes' : 'an hour';
}

async function repaired(cell: WatchWorld) {
  let last: Swept | undefined;
  for (let sweeps = 1; sweeps <= mostSweeps; sweeps += 1) {
    // What was forbidden is tried again after an hour.
    cell.advance(sweeps <= sweepsByTheMinute ? minuteMs : hourMs);
    last = await sweepOnce(cell, `sweep-repaired-${sweeps}`);
    if (isOver(cell, last)) return { over: overAfter(sweeps), last };
  }
  throw new Error(
    `it is not over after ${mostSweeps} sweeps: ${JSON.stringify(last)} ${JSON.stringify(cell.ledger())}`,
  );
}

/** What holds in every cell: events by their schema and number, a record before each cancel, an end for each case. */
function brokenPromises(published: readonly TrailEvent[], cell: WatchWorld): readonly string[] {
  const promises = keepPromises();
  for (const event of published) promises.published(event);
  for (const { id, isPlanned, hasIntent } of cell.cancels) promises.cancelled(id, isPlanned && hasIntent);
  const numbers = new Map<string, Set<number>>();
  for (const event of promises.audit.filter(isJobEvent)) {
    numbers.set(event.case, (numbers.get(event.case) ?? new Set()).add(event.sequence));
  }
  const gaps = [...numbers].filter(([, seen]) => Math.max(...seen) !== seen.size).map(([id]) => `${id} has a gap`);
  return [...promises.broken({ numbers: true }), ...gaps];
}

function toldOf(published: readonly TrailEvent[], cell: WatchWorld) {
  const once = [...new Map(published.map((event) => [event.id, event])).values()].filter(
    (event) => event.case !== undefined,
  );
  const names = (isHere: boolean) =>
    once
      .filter((event) => projectOf(event, cell) === isHere)
      .toSorted((x, y) => (x.sequence ?? 0) - (y.sequence ?? 0))
      .map(({ type }) => eventName(type));
  return { here: names(true), others: names(false) };
}

/** Plays one cell: a clean sweep, two runaway jobs, a sweep in which one call fails, and sweeps once it is repaired. */
export async function watchCell(cloud: FaultCloud, call: WatchCall, kind: Kind, name: string): Promise<WatchSeen> {
  const cell = await aWatchWorld(cloud, name, call === 'Pub/Sub publish');
  const { a, b, proxies } = cell;
  try {
    await sweepOnce(cell, 'sweep-clean');
    cell.advance(minuteMs);
    const isAboutReceipts = call === 'Cloud Storage: get a receipt';
    const receipt = isAboutReceipts ? await untilReceipts(cloud, cell) : '';
    if (!isAboutReceipts) for (const project of [a, b]) cell.runaway(project, 'sandbox');
    const hits = isWatchCall(call, { a, receipt, hasCancelled: () => cell.cancels.length > 0 });
    proxies.toBigQuery.fail({ kind, hits });
    proxies.toStorage.fail({ kind, hits });
    proxies.toPubSub?.fail(kind);
    cell.be(isSilent.has(kind) ? 'hasty' : 'calm');
    const swept = await sweepOnce(cell, 'sweep-failing');
    cell.be('calm');
    const seen = { here: outcomeOf(cell.stateOf(a)), others: outcomeOf(cell.stateOf(b)) } as const;
    const waiting = cell.ledger().outbox.length;
    const { toBigQuery, toStorage, toPubSub } = proxies;
    const failed = toBigQuery.failed() + toStorage.failed() + (toPubSub?.failed() ?? 0);
    toBigQuery.fail(undefined);
    toStorage.fail(undefined);
    toPubSub?.fail(undefined);
    const { over, last } = await repaired(cell);
    const published = publishedBy(cloud, cell);
    const says = swept.says.map((sentence) => plainly(sentence, name));
    const broken = brokenPromises(published, cell);
    return { ...swept, says, failed, ...seen, waiting, over, last, told: toldOf(published, cell), broken };
  } finally {
    await cell.close();
  }
}
