import { describe, expect, test } from 'vitest';
import { jobEvent } from '../../shared/audit/job-event.ts';
import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';
import type { LogEntry } from '../../functions/log.ts';
import { publisher } from '../../functions/watch/publish.ts';
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

describe('the publisher of a sweep', () => {
  test('sends what waited before first, in one call with the new events, and forgets what was accepted', async () => {
    const { trail, calls } = aTrail(() => true);
    const out = publisher(trail, events(1, 2), () => undefined);
    const accepted = await out.publish(events(3, 2));
    expect(calls.map(numbers)).toEqual([[1, 2, 3, 4]]);
    expect([accepted.size, out.published(), out.waiting()]).toEqual([4, 4, []]);
  });

  test('keeps what was not accepted, in order, and sends it with the next call', async () => {
    const { trail, calls } = aTrail(({ sequence }) => sequence !== 2);
    const out = publisher(trail, [], () => undefined);
    await out.publish(events(1, 3));
    expect(numbers(out.waiting())).toEqual([2]);
    await out.publish(events(4, 1));
    expect(calls.map(numbers)).toEqual([
      [1, 2, 3],
      [2, 4],
    ]);
    expect(out.published()).toBe(3);
  });

  test('makes no call where there is nothing to send', async () => {
    const { trail, calls } = aTrail(() => true);
    const out = publisher(trail, [], () => undefined);
    await out.publish([]);
    await out.publishOrForget([]);
    expect(calls).toEqual([]);
  });

  test('forgets an intent that was not accepted, and leaves what waits alone', async () => {
    const { trail, calls } = aTrail(() => false);
    const out = publisher(trail, events(1, 1), () => undefined);
    const accepted = await out.publishOrForget(events(2, 1));
    expect([accepted.size, numbers(out.waiting()), calls.map(numbers)]).toEqual([0, [1], [[2]]]);
  });

  test('gives the oldest events up, loudly, when more than a thousand wait', async () => {
    const log: LogEntry[] = [];
    const { trail } = aTrail(() => false);
    const out = publisher(trail, events(1, 999), (entry) => void log.push(entry));
    await out.publish(events(1000, 3));
    expect(numbers(out.waiting())).toEqual(numbers(events(3, 999)).concat(1002));
    expect(log.filter(({ severity }) => severity === 'CRITICAL').map(({ message }) => message)).toEqual([
      expect.stringMatching(/\.1 is given up: more than 1000 wait/),
      expect.stringMatching(/\.2 is given up/),
    ]);
  });
});
