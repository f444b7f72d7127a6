import { describe, expect, test } from 'vitest';
import { jobEvent } from '../../shared/audit/job-event.ts';
import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';
import type { LogEntry } from '../../functions/log.ts';
import { openOutbox } from '../../functions/watch/publish.ts';
import { aVerdict, nowMs } from '../make.ts';

const context = {
  source: '//jobwarden/test',
  sweepId: 'sweep-1',
  nowMs,
  policy: { sha256: 'a1', where: 'policy.yaml' },
};
const anEvent = (sequence: number): TrailEvent =>
  jobEvent({ name: 'job.recorded', verdict: aVerdict(), case: 'c0'.repeat(10), sequence, attempt: sequence, context });
const events = (from: number, count: number) => Array.from({ length: count }, (_, index) => anEvent(from + index));
const numbers = (given: readonly TrailEvent[]) => given.map(({ sequence }) => sequence);

/** A trail that takes what `takes` holds for, and keeps what it was given in each call. */
function aTrail(takes: (event: TrailEvent) => boolean) {
  const calls: (readonly TrailEvent[])[] = [];
  const trail: Trail = {
    publish: async (given) => {
      calls.push(given);
      return given.map((event) => ({ id: event.id, accepted: takes(event), why: 'it is down' }));
    },
  };
  return { trail, calls };
}

describe('the outbox of a sweep', () => {
  test('sends what waited before first, in one call with the new events, and forgets what was accepted', async () => {
    const { trail, calls } = aTrail(() => true);
    const outbox = openOutbox(trail, events(1, 2), () => undefined);
    outbox.add(events(3, 2));
    expect(numbers(outbox.waiting())).toEqual([1, 2, 3, 4]);
    await outbox.flush();
    expect(calls.map(numbers)).toEqual([[1, 2, 3, 4]]);
    expect([outbox.published(), outbox.waiting()]).toEqual([4, []]);
  });

  test('keeps what was not accepted, in order, says so, and sends it with the next call', async () => {
    const log: LogEntry[] = [];
    const { trail, calls } = aTrail(({ sequence }) => sequence !== 2);
    const outbox = openOutbox(trail, [], (entry) => void log.push(entry));
    outbox.add(events(1, 3));
    await outbox.flush();
    expect(numbers(outbox.waiting())).toEqual([2]);
    expect(log.map(({ severity }) => severity)).toEqual(['ERROR']);
    outbox.add(events(4, 1));
    await outbox.flush();
    expect(calls.map(numbers)).toEqual([
      [1, 2, 3],
      [2, 4],
    ]);
    expect(outbox.published()).toBe(3);
  });

  test('keeps what is added while it publishes', async () => {
    const outbox = openOutbox(aTrail(() => true).trail, events(1, 1), () => undefined);
    const flushed = outbox.flush();
    outbox.add(events(2, 1));
    await flushed;
    expect(numbers(outbox.waiting())).toEqual([2]);
  });

  test('makes no call where there is nothing to send', async () => {
    const { trail, calls } = aTrail(() => true);
    await openOutbox(trail, [], () => undefined).flush();
    expect(calls).toEqual([]);
  });

  test('gives nothing up, however much waits', async () => {
    const { trail } = aTrail(() => false);
    const outbox = openOutbox(trail, events(1, 999), () => undefined);
    outbox.add(events(1000, 3));
    await outbox.flush();
    expect(outbox.waiting()).toHaveLength(1002);
  });
});
