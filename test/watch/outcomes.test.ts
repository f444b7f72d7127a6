import { describe, expect, test } from 'vitest';
import type { JobEnd } from '../../shared/jobs/job.ts';
import { aJob, hours, nowMs, seconds } from '../make.ts';
import { aWorld } from './a-world.ts';
import {
  byCancel,
  denied,
  endsAfter,
  engineError,
  ignored,
  stopsAfter,
  succeeded,
  type Look,
  type OnCancel,
} from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const failed: JobEnd = { how: 'failed', reason: 'invalidQuery', message: 'division by zero' };
const stopped = (message?: string): JobEnd => ({
  how: 'stopped',
  reason: 'stopped',
  ...(message === undefined ? {} : { message }),
});
const broken = engineError('500 from the service');

interface Row {
  readonly title: string;
  readonly onCancel: OnCancel;
  readonly look?: (nowMs: number) => Look;
  readonly did: string;
  readonly why: RegExp;
  readonly status: 'ok' | 'degraded';
}

const fromSecond = (second: number, look: Look) => (at: number) => (at >= nowMs + seconds(second) ? look : {});

const rows: readonly Row[] = [
  {
    title: 'stopped by the cancel',
    onCancel: stopsAfter(2000),
    did: 'cancelled',
    why: /reports it as stopped \(stopped: Job execution was cancelled: User/,
    status: 'ok',
  },
  {
    title: 'stopped, without a message',
    onCancel: endsAfter(0, stopped()),
    did: 'cancelled',
    why: /reports it as stopped \(stopped\)/,
    status: 'ok',
  },
  {
    title: 'stopped a whole half a minute later',
    onCancel: stopsAfter(30_000),
    did: 'cancelled',
    why: /stopped/,
    status: 'ok',
  },
  {
    title: 'finished before the cancel took effect',
    onCancel: endsAfter(1000, succeeded),
    did: 'finished-first',
    why: /finished before the cancel took effect/,
    status: 'ok',
  },
  {
    title: 'failed for a reason of its own',
    onCancel: endsAfter(1000, failed),
    did: 'failed-by-itself',
    why: /reason of its own \(invalidQuery: division by zero\)/,
    status: 'ok',
  },
  {
    title: 'stopped by its own time-out',
    onCancel: endsAfter(1000, stopped('Job execution was cancelled: Job timed out after 30 sec')),
    did: 'failed-by-itself',
    why: /stopped, but not by our cancel \(stopped: .*timed out/,
    status: 'ok',
  },
  {
    title: 'stopped for something that is no cancel',
    onCancel: endsAfter(1000, stopped('The reservation was deleted')),
    did: 'failed-by-itself',
    why: /stopped, but not by our cancel/,
    status: 'ok',
  },
  {
    title: 'done, without a word on how',
    onCancel: { how: 'ends', afterMs: 0, end: succeeded, fields: { end: undefined } },
    did: 'failed-by-itself',
    why: /does not say how it ended/,
    status: 'ok',
  },
  {
    title: 'gone when it was to be cancelled',
    onCancel: { how: 'gone' },
    did: 'gone',
    why: /no longer knows/,
    status: 'ok',
  },
  {
    title: 'gone after the cancel',
    onCancel: ignored,
    look: fromSecond(1, 'gone'),
    did: 'gone',
    why: /no longer knows/,
    status: 'ok',
  },
  {
    title: 'not ours to cancel',
    onCancel: denied,
    did: 'forbidden',
    why: /bigquery\.jobs\.update/,
    status: 'degraded',
  },
  {
    title: 'of a kind that cannot be cancelled',
    onCancel: { how: 'unsupported', why: 'no such call' },
    did: 'error',
    why: /no such call/,
    status: 'degraded',
  },
  {
    title: 'still running at the end of the sweep',
    onCancel: ignored,
    did: 'unconfirmed',
    why: /accepted, but its effect is not seen yet\. It is still running\./,
    status: 'degraded',
  },
  {
    title: 'not seen again after the cancel',
    onCancel: stopsAfter(0),
    look: fromSecond(0.4, broken),
    did: 'unconfirmed',
    why: /could not be looked at: \[bigquery\] 500/,
    status: 'degraded',
  },
  {
    title: 'seen again after a while',
    onCancel: stopsAfter(0),
    look: (at) => (at > nowMs && at < nowMs + seconds(9) ? broken : {}),
    did: 'cancelled',
    why: /stopped/,
    status: 'ok',
  },
  {
    title: 'running although the call failed',
    onCancel: { how: 'throws', error: broken },
    did: 'error',
    why: /^The cancel failed: \[bigquery\] 500/,
    status: 'degraded',
  },
  {
    title: 'stopped although the call failed',
    onCancel: { how: 'throws', error: broken, butEnds: { afterMs: 1000, end: byCancel } },
    did: 'cancelled',
    why: /stopped/,
    status: 'ok',
  },
  {
    title: 'finished while the call failed',
    onCancel: { how: 'throws', error: broken, butEnds: { afterMs: 1000, end: succeeded } },
    did: 'finished-first',
    why: /finished/,
    status: 'ok',
  },
  {
    title: 'stopped at once',
    onCancel: { how: 'already-done', end: byCancel },
    did: 'cancelled',
    why: /stopped/,
    status: 'ok',
  },
  {
    title: 'done before the call',
    onCancel: { how: 'already-done', end: succeeded },
    did: 'finished-first',
    why: /finished/,
    status: 'ok',
  },
  {
    title: 'failed before the call',
    onCancel: { how: 'already-done', end: failed },
    did: 'failed-by-itself',
    why: /division by zero/,
    status: 'ok',
  },
];

const eventNames: Readonly<Record<string, string>> = { cancelled: 'cancel.confirmed' };
const eventOf = (did: string) => eventNames[did] ?? `cancel.${did}`;

describe('what became of a job whose cancel was sent is told as it is', () => {
  const worldOf = ({ onCancel, look }: Row) =>
    aWorld({ jobs: [{ job: runaway, onCancel, ...(look === undefined ? {} : { look }) }] });

  test.each(rows)('$title: $did', async (row) => {
    const world = worldOf(row);
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    expect(summary.outcomes).toEqual({ [row.did]: 1 });
    expect(summary.status).toBe(row.status);
    expect(world.told()).toEqual(['cancel.intended job-1', `${eventOf(row.did)} job-1`]);
    expect(world.jobEvents(eventOf(row.did))[0]?.data.outcome).toEqual({
      did: row.did,
      why: expect.stringMatching(row.why),
    });
  });

  test.each(rows)('and so it is to its owner: $title', async (row) => {
    const world = worldOf(row);
    await world.sweep();
    const jobs = world.notices('cancelled').flatMap((notice) => notice.jobs);
    expect(jobs.map(({ id, did }) => [id, did])).toEqual([['job-1', row.did]]);
    expect(world.notices().every(({ owner }) => owner.name === 'sam@example.com')).toBe(true);
  });

  test('a confirmed cancel says when it was sent and when it was seen to work', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(2000) }] });
    await world.sweep();
    const when = world.jobEvents('cancel.confirmed')[0]?.data.when;
    expect(when?.cancelSentAt).toBe('2026-03-11T10:00:00.000Z');
    expect(when?.confirmedAt).toBe('2026-03-11T10:00:03.500Z');
  });

  test('only a confirmed cancel is said to be confirmed', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: endsAfter(1000, succeeded) }] });
    await world.sweep();
    expect(world.jobEvents('cancel.finished-first')[0]?.data.when).toMatchObject({
      cancelSentAt: '2026-03-11T10:00:00.000Z',
    });
    expect(world.jobEvents('cancel.finished-first')[0]?.data.when.confirmedAt).toBeUndefined();
  });

  test('a job that stops early is not looked at again and again', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: stopsAfter(0) }] });
    await world.sweep();
    expect(world.calls('get')).toHaveLength(3);
  });

  test('a job that runs on is looked at ever less often', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: ignored }] });
    await world.sweep();
    const [, , ...looks] = world.calls('get').map(({ atMs }) => (atMs - nowMs) / 1000);
    expect(looks).toEqual([0.5, 1.5, 3.5, 7.5, 15.5, 23.5, 31.5, 39.5, 47.5, 55.5]);
  });

  test('a cancel that failed is given six seconds to show an effect all the same', async () => {
    const world = aWorld({ jobs: [{ job: runaway, onCancel: { how: 'throws', error: broken } }] });
    const { tookMs } = await world.sweep();
    expect(tookMs).toBeLessThan(seconds(6));
  });
});
