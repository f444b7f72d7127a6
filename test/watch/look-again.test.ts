import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, nowMs, tib, type WrittenPolicy } from '../make.ts';
import { aWorld } from './a-world.ts';
import { byCancel, engineError, ignored, stopsAfter, succeeded, type Look } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1), bytesProcessed: tib(4), labels: { env: 'dev' } });

/** A world in which the job is a runaway until it is looked at for the second time, right before the cancel. */
function whereItTurnsOut(secondLook: Look, policy: WrittenPolicy = {}) {
  return aWorld({ jobs: [{ job: runaway, look: [{}, secondLook] }], policy });
}

interface Row {
  readonly title: string;
  readonly look: Look;
  readonly did: string;
  readonly why: RegExp;
  readonly policy?: WrittenPolicy;
}

const ended: readonly Row[] = [
  {
    title: 'it finished meanwhile',
    look: { state: 'done', end: succeeded },
    did: 'finished-first',
    why: /^No cancel was sent\. It finished before/,
  },
  {
    title: 'it failed meanwhile',
    look: { state: 'done', end: { how: 'failed', reason: 'resourcesExceeded', message: 'too much memory' } },
    did: 'failed-by-itself',
    why: /^No cancel was sent\. It failed for a reason of its own \(resourcesExceeded: too much memory\)/,
  },
  {
    title: 'somebody else stopped it meanwhile',
    look: { state: 'done', end: byCancel },
    did: 'failed-by-itself',
    why: /^No cancel was sent\. Somebody else had it stopped before/,
  },
  {
    title: 'it is done and nothing is said of its end',
    look: { state: 'done' },
    did: 'failed-by-itself',
    why: /^No cancel was sent\. It is done, and its record does not say how it ended/,
  },
  {
    title: 'the engine no longer knows it',
    look: 'gone',
    did: 'gone',
    why: /^No cancel was sent\. The engine no longer/,
  },
];

const notCertain = /not certain to be the one/;
const noLonger = /no longer breaks the rule/;
const lookAgain: readonly Row[] = [
  { title: 'it has another creation time', look: { createdAtMs: nowMs }, did: 'look-again', why: notCertain },
  { title: 'its creation time is not known', look: { createdAtMs: undefined }, did: 'look-again', why: notCertain },
  { title: 'it is of another principal', look: { principal: 'kim@example.com' }, did: 'look-again', why: notCertain },
  { title: 'its principal is not known', look: { principal: undefined }, did: 'look-again', why: notCertain },
  { title: 'it is in another location', look: { location: 'US' }, did: 'look-again', why: notCertain },
  { title: 'its location is not known', look: { location: undefined }, did: 'look-again', why: notCertain },
  { title: 'it is in another project', look: { project: 'finance-prod' }, did: 'look-again', why: notCertain },
  { title: 'it has begun anew', look: { startedAtMs: nowMs - minutes(1) }, did: 'look-again', why: noLonger },
  { title: 'it waits again', look: { state: 'pending', startedAtMs: undefined }, did: 'look-again', why: noLonger },
  { title: 'its state is unknown', look: { state: 'unknown' }, did: 'look-again', why: noLonger },
  { title: 'it is hidden', look: { redacted: true }, did: 'look-again', why: noLonger },
  { title: 'its start is not known', look: { startedAtMs: undefined }, did: 'look-again', why: noLonger },
  { title: 'it writes', look: { statementType: 'INSERT' }, did: 'look-again', why: noLonger },
  { title: 'its statement type is not known', look: { statementType: undefined }, did: 'look-again', why: noLonger },
  { title: 'it is a continuous query', look: { continuous: true }, did: 'look-again', why: noLonger },
  { title: 'the target it is in only observes', look: { target: 'bigquery:other' }, did: 'look-again', why: noLonger },
  {
    title: 'the look fails',
    look: engineError('503 from the service'),
    did: 'look-again',
    why: /could not be looked at again: \[bigquery\] 503/,
  },
  {
    title: 'a label makes the rule no longer match',
    look: { labels: { env: 'prod' } },
    did: 'look-again',
    why: noLonger,
    policy: { rules: [aRule({ match: { labels: { env: '!prod' } } })] },
  },
  {
    title: 'its labels are no longer known',
    look: { labels: undefined },
    did: 'look-again',
    why: noLonger,
    policy: { rules: [aRule({ match: { labels: { env: 'dev' } } })] },
  },
  {
    title: 'only the line of the warning is passed',
    look: { bytesProcessed: tib(2) },
    did: 'look-again',
    why: noLonger,
    policy: {
      rules: [
        aRule({ warnAt: { bytesProcessed: '1 TiB' }, limit: { all: { runTime: '30m', bytesProcessed: '3 TiB' } } }),
      ],
    },
  },
];

const kept = { reason: 'close', approvedBy: 'cfo@example.com', expires: '2026-12-31' };
const heldByPolicy: readonly Row[] = [
  {
    title: 'its label keeps it',
    look: { labels: { jobwarden: 'keep' } },
    did: 'opt-out',
    why: /keeps it with the label jobwarden=keep/,
    policy: { optOut: { label: 'jobwarden=keep', allowedFor: ['*@example.com'], upTo: { runTime: '4h' } } },
  },
  {
    title: 'nobody can tell whether a label keeps it',
    look: { labels: undefined },
    did: 'opt-out',
    why: /may be keeping it/,
    policy: { optOut: { label: 'jobwarden=keep', allowedFor: ['*@example.com'], upTo: { runTime: '4h' } } },
  },
  {
    title: 'its label exempts it',
    look: { labels: { close: 'yes' } },
    did: 'exemption',
    why: /exempt until 2026-12-31/,
    policy: { exemptions: [{ match: { labels: { close: 'yes' } }, ...kept }] },
  },
  {
    title: 'its label puts it under a freeze',
    look: { labels: { close: 'yes' } },
    did: 'freeze',
    why: /The freeze "close" is on/,
    policy: {
      freezes: [
        {
          name: 'close',
          match: { labels: { close: 'yes' } },
          from: '2026-03-01',
          to: '2026-03-31',
          reason: 'close',
          approvedBy: 'cfo@example.com',
        },
      ],
    },
  },
  {
    title: 'it is below the ceiling of its protection again',
    look: { slotMs: 0 },
    did: 'protection',
    why: /sam@example.com is protected/,
    policy: { protect: { principals: ['sam@example.com'], upTo: { slotHours: 0.5 } } },
  },
];

describe('a cancel is not sent when a last look shows that', () => {
  test.each(ended)('$title', async ({ look, did, why }) => {
    const world = whereItTurnsOut(look);
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary.outcomes).toEqual({ [did]: 1 });
    expect(world.jobEvents(`cancel.${did}`).map(({ data }) => data.outcome?.why)).toEqual([expect.stringMatching(why)]);
    expect(world.jobEvents(`cancel.${did}`)[0]?.data.when.cancelSentAt).toBeUndefined();
  });

  test.each([...lookAgain, ...heldByPolicy])('$title', async ({ look, did, why, policy }) => {
    const world = whereItTurnsOut(look, policy);
    const summary = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(summary.heldBack).toEqual({ [did]: 1 });
    const held = world.jobEvents('cancel.held-back').map(({ data }) => data.heldBack);
    expect(held).toEqual([{ by: did, why: expect.stringMatching(why) }]);
  });

  test('it became a runaway of another rule, which only warns', async () => {
    const world = whereItTurnsOut(
      { labels: { team: 'etl' } },
      {
        rules: [
          aRule({ match: { labels: { env: 'dev' } } }),
          aRule({ name: 'etl', match: { labels: { team: 'etl' } }, action: 'warn' }),
        ],
      },
    );
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
  });
});

describe('after a cancel that was not sent', () => {
  test.each(lookAgain)('the next sweep judges the job anew: $title', async ({ look, policy }) => {
    const world = aWorld({
      jobs: [{ job: runaway, look: [{}, look, {}] }],
      ...(policy === undefined ? {} : { policy }),
    });
    await world.sweep();
    const summary = await world.sweepAgain();
    expect(summary.outcomes).toEqual({ cancelled: 1 });
    expect(summary.troubles).toEqual([]);
  });

  test('each further try has its own records', async () => {
    const fails = engineError('503');
    const world = aWorld({ jobs: [{ job: runaway, look: [{}, fails, {}, fails, {}, fails, {}] }] });
    for (let sweep = 0; sweep < 4; sweep += 1) await world.sweepAgain();
    expect(new Set(world.jobEvents().map(({ id }) => id)).size).toBe(world.jobEvents().length);
    expect(world.told()).toEqual([
      'cancel.intended job-1',
      'cancel.held-back job-1',
      'cancel.intended job-1',
      'cancel.held-back job-1',
      'cancel.intended job-1',
      'cancel.held-back job-1',
      'cancel.intended job-1',
      'cancel.confirmed job-1',
    ]);
  });
});

describe('the cancel', () => {
  test('goes to the location of the job, and follows two looks at it', async () => {
    const world = aWorld({ jobs: [{ ...runaway, location: 'europe-west3' }] });
    await world.sweep();
    const [first, ...rest] = world.journal.filter(({ what }) => what !== 'event');
    expect(first).toMatchObject({ what: 'list' });
    const inPlace = rest.filter(({ what }) => what !== 'list');
    expect(inPlace.slice(0, 3).map(({ what }) => what)).toEqual(['get', 'get', 'cancel']);
    expect(inPlace.every((call) => 'location' in call && call.location === 'europe-west3')).toBe(true);
  });

  test('is asked for once, and the record of the last look is what is told', async () => {
    const world = aWorld({ jobs: [{ job: runaway, look: [{ slotMs: 1 }, { slotMs: 2 }, { slotMs: 3 }] }] });
    await world.sweep();
    expect(world.cancelled()).toEqual(['job-1']);
    const [event] = world.jobEvents('cancel.confirmed');
    expect(event?.data.job.slotMs).toBe(3);
  });

  test('is told with what was measured at the last look', async () => {
    const world = aWorld({ jobs: [runaway], latencyMs: 1000 });
    await world.sweep();
    const measured = (name: string) => world.jobEvents(name)[0]?.data.rule.measured[0]?.value;
    expect(measured('cancel.intended')).toBe(hours(1) + 2000);
    expect(measured('cancel.confirmed')).toBe(hours(1) + 3000);
  });

  test('keeps the owner who was found when the job was judged', async () => {
    const world = aWorld({ jobs: [{ job: runaway, look: [{}, { labels: { owner: 'kim@example.com' } }] }] });
    await world.sweep();
    expect(world.jobEvents('cancel.confirmed')[0]?.data.owner?.name).toBe('sam@example.com');
  });
});

describe('the cancel of a child that outlives its script', () => {
  const script = aJob({ id: 'parent', runTimeMs: hours(1), statementType: 'SCRIPT', children: 1 });
  const child = aJob({ id: 'child-1', parentId: 'parent', runTimeMs: hours(1) });
  const policy: WrittenPolicy = { rules: [aRule({ match: { statementType: ['SCRIPT'] } })] };
  const parentStops = (afterMs: number) => [
    { job: script, onCancel: stopsAfter(afterMs) },
    { job: child, onCancel: ignored },
  ];

  test('is not sent once the stop switch is set, although that of the script was', async () => {
    const stop = (atMs: number) => (atMs > nowMs ? ({ by: 'stop', why: 'A synthetic stop.' } as const) : undefined);
    const world = aWorld({ policy, jobs: parentStops(100), stop });
    await world.sweep();
    expect(world.cancelled()).toEqual(['parent']);
    expect(world.jobEvents('cancel.unconfirmed')[0]?.data.outcome?.why).toMatch(/1 of its child jobs still run/);
  });

  test('asks the stop switch each time', async () => {
    const stop = (atMs: number) =>
      atMs > nowMs + minutes(0.2) ? ({ by: 'stop', why: 'A synthetic stop.' } as const) : undefined;
    const world = aWorld({ policy, jobs: parentStops(100), stop });
    await world.sweep();
    const sentAtMs = world.calls('cancel').map(({ atMs }) => atMs - nowMs);
    expect(sentAtMs.length).toBeGreaterThan(2);
    expect(Math.max(...sentAtMs)).toBeLessThanOrEqual(minutes(0.2));
  });

  test.each([150, 550])('does not start when the time for cancels is over (calls of %d ms)', async (latencyMs) => {
    const world = aWorld({ policy, jobs: parentStops(40_000), latencyMs });
    await world.sweep();
    const sentAtMs = world.calls('cancel').map(({ atMs }) => atMs - nowMs);
    expect(sentAtMs.length).toBeGreaterThan(1);
    expect(Math.max(...sentAtMs)).toBeLessThan(57_000);
  });
});
