import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedOfSlack, slackRows } from './expected-slack.ts';
import { expectedOf, reasonOf, watchRows } from './expected-watch.ts';
import { isSilent, type Kind } from './kinds.ts';
import { slackCell, slackCalls, type SlackSeen } from './slack-cell.ts';
import { pageOf } from './table.ts';
import { watchCalls } from './watch-calls.ts';
import { watchCell, type WatchSeen } from './watch-cell.ts';
import { startFaultCloud, type FaultCloud } from './watch-cloud.ts';

// Synthetic: no such project, person, job or policy exists.

/** Cells mostly wait, for time-outs and retries, so that many go at once. */
const atOnce = 16;

/** What was seen in a cell, or why it could not be played to its end. */
type Played<Seen> = { readonly seen: Seen } | { readonly error: unknown };

/** Plays all cells, those that wait the longest first. */
async function playAll<Row extends { readonly call: string; readonly kind: Kind }, Seen>(
  rows: readonly Row[],
  play: (row: Row, index: number) => Promise<Seen>,
): Promise<ReadonlyMap<Row, Played<Seen>>> {
  const isLong = ({ call, kind }: Row) => isSilent.has(kind) || call === 'Pub/Sub publish';
  const queue = [...rows.filter(isLong), ...rows.filter((one) => !isLong(one))];
  const played = new Map<Row, Played<Seen>>();
  const work = async (): Promise<void> => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      const result = play(row, rows.indexOf(row)).then((seen) => ({ seen }));
      played.set(row, await result.catch((error: unknown) => ({ error })));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return played;
}

function seenIn<Row, Seen>(played: ReadonlyMap<Row, Played<Seen>>, row: Row): Seen {
  const found = played.get(row);
  if (found !== undefined && 'seen' in found) return found.seen;
  throw new Error('the cell could not be played to its end', { cause: found?.error });
}

let cloud: FaultCloud;
let watch: ReadonlyMap<(typeof watchRows)[number], Played<WatchSeen>>;
let slack: ReadonlyMap<(typeof slackRows)[number], Played<SlackSeen>>;

beforeAll(async () => {
  cloud = await startFaultCloud();
  // What is slow only once, such as loading the clients, must not look like a service that is silent.
  await watchCell(cloud, 'Pub/Sub publish', '404', 'warm-up');
  [watch, slack] = await Promise.all([
    playAll(watchRows, ({ call, kind }, index) => watchCell(cloud, call, kind, `cell${index}`)),
    playAll(slackRows, ({ call, kind }) => slackCell(call, kind)),
  ]);
}, 180_000);
afterAll(() => cloud.close());

describe.each(watchCalls)('watch, while one call fails and after: %s', (call) => {
  const rows = watchRows.filter((row) => row.call === call);
  test.each(rows.map((row) => [row.kind, row] as const))('%s', (kind, row) => {
    const seen = seenIn(watch, row);
    const { says, waits, ...expected } = expectedOf(call, kind);
    expect(seen).toMatchObject({ ...expected, broken: [], last: { status: 'ok', mode: 'enforce', says: [] } });
    expect(seen.failed).toBeGreaterThan(0);
    expect(seen.waiting > 0).toBe(waits);
    if (says === undefined) return expect(seen.says).toEqual([]);
    expect(seen.says[0]?.slice(0, says.length)).toBe(says);
    return expect(seen.says[0]).toMatch(reasonOf(call, kind));
  });
});

describe.each(slackCalls)('notify, while one call of Slack fails and after: %s', (call) => {
  const rows = slackRows.filter((row) => row.call === call);
  test.each(rows.map((row) => [row.kind, row] as const))('%s', (kind, row) => {
    const { says, failed, ...seen } = seenIn(slack, row);
    const { says: expectedWords, ...expected } = expectedOfSlack(call, kind);
    expect(seen).toEqual(expected);
    expect(says).toMatch(expectedWords);
    expect(failed).toBeGreaterThan(0);
  });
});

test('is described in a page (UPDATE=1 writes it)', () => {
  const page = pageOf(
    watchRows.map((row) => ({ ...row, seen: seenIn(watch, row) })),
    slackRows.map((row) => ({ ...row, seen: seenIn(slack, row) })),
  );
  const file = new URL('README.md', import.meta.url);
  if (process.env['UPDATE'] === '1') writeFileSync(file, page);
  expect(readFileSync(file, 'utf8')).toBe(page);
});
