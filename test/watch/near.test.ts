import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, minutes, nowMs, seconds, tib, type WrittenPolicy, type WrittenRule } from '../make.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aWorld, type Given, type TestWorld } from './a-world.ts';
import { sweep } from '../../functions/watch/watch.ts';
import { engineError, succeeded, type MemoryJob } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const slots = [aRule({ name: 'slots', limit: { slotHours: 60 } })];
const wide: WrittenPolicy = {
  rules: slots,
  breaker: { maxCancels: 100_000, maxShare: '100%' },
  budget: { perSweep: 1000, perHour: 1000, perOwnerPerHour: 1000 },
};

/** A job that has run for an hour, and passes 60 slot hours so many ms after the sweep began, if it goes on as it did. */
function nearing(
  afterMs: number,
  { id = 'job-1', pace = () => 1, ...fields }: Partial<Job> & { pace?: (sinceMs: number) => number } = {},
): MemoryJob {
  const perMs = hours(60) / (hours(1) + afterMs);
  const used = (sinceMs: number) => perMs * (hours(1) + sinceMs * pace(sinceMs));
  const job = aJob({ id, runTimeMs: hours(1), slotMs: used(0), ...fields });
  return { job, look: (atMs) => ({ slotMs: used(atMs - nowMs) }) };
}

const given = (jobs: Given['jobs'], more: Given = {}): Given => ({ policy: { rules: slots }, jobs, ...more });
const sentAfter = (world: TestWorld) => world.calls('cancel').map(({ atMs }) => atMs - nowMs);
/** Looks before the plan of the cancel, or all where there is none. */
const looks = (world: TestWorld) => {
  const intended = world.journal.findIndex((entry) => entry.what === 'cancel');
  const before = intended < 0 ? world.journal : world.journal.slice(0, intended);
  // The last of them is the look right before the cancel.
  return before.filter(({ what }) => what === 'get').length - (intended < 0 ? 0 : 1);
};

describe('a limit on what a job uses that passes within the sweep', () => {
  test.each([seconds(5), seconds(20), seconds(40), seconds(54)])(
    'is looked for when it may have passed, and the job is cancelled in the same sweep: %i ms',
    async (afterMs) => {
      const world = aWorld(given([nearing(afterMs)]));
      const { outcomes, troubles } = await world.sweep();
      expect({ outcomes, troubles }).toEqual({ outcomes: { cancelled: 1 }, troubles: [] });
      expect(world.told()).toEqual(['cancel.intended job-1', 'cancel.confirmed job-1']);
      const [sentMs = 0] = sentAfter(world);
      expect(sentMs).toBeGreaterThan(afterMs);
      expect(sentMs).toBeLessThan(afterMs + seconds(2));
      expect(looks(world)).toBeLessThanOrEqual(4);
    },
  );

  test.each<[string, WrittenRule['limit'], (share: number) => Partial<Job>]>([
    ['bytes', { bytesProcessed: '10 TiB' }, (share: number) => ({ bytesProcessed: tib(10) * share })],
    ['cost', { costSoFar: '62.5 USD' }, (share: number) => ({ bytesProcessed: tib(10) * share })],
    [
      'the first of two',
      { slotHours: 60, bytesProcessed: '10 TiB' },
      (share: number) => ({ slotMs: hours(1), bytesProcessed: tib(10) * share }),
    ],
    [
      'the last of two',
      { all: { slotHours: 30, bytesProcessed: '10 TiB' } },
      (share: number) => ({ slotMs: hours(60) * share, bytesProcessed: tib(10) * share }),
    ],
    [
      'one of two where time is the other',
      { all: { runTime: '1h', bytesProcessed: '10 TiB' } },
      (share: number) => ({ bytesProcessed: tib(10) * share }),
    ],
  ])('may be one on %s', async (_, limit, used) => {
    const afterMs = seconds(20);
    const at = (sinceMs: number) => used((hours(1) + sinceMs) / (hours(1) + afterMs));
    const job = aJob({ runTimeMs: hours(1), ...at(0) });
    const world = aWorld({ jobs: [{ job, look: (atMs) => at(atMs - nowMs) }], policy: { rules: [aRule({ limit })] } });
    await world.sweep();
    expect(sentAfter(world)).toHaveLength(1);
    expect(sentAfter(world)[0]).toBeGreaterThanOrEqual(afterMs);
    expect(sentAfter(world)[0]).toBeLessThan(afterMs + seconds(2));
  });

  test('is no reason to wait where it will not pass in time, does not grow, or would only be recorded or observed', async () => {
    const still: readonly (readonly [string, Given])[] = [
      ['later', given([nearing(minutes(3))])],
      [
        'an estimate',
        {
          jobs: [aJob({ bytesEstimated: tib(10) - 1 })],
          policy: { rules: [aRule({ limit: { bytesEstimated: '10 TiB' } })] },
        },
      ],
      [
        'only warned of',
        { jobs: [nearing(seconds(20))], policy: { rules: [aRule({ limit: { slotHours: 60 }, action: 'warn' })] } },
      ],
      ['observed', given([nearing(seconds(20))], { setting: 'observe' })],
      [
        'on trial',
        { jobs: [nearing(seconds(20))], policy: { rules: [aRule({ limit: { slotHours: 60 }, mode: 'observe' })] } },
      ],
      [
        'with a grace',
        { jobs: [nearing(seconds(20))], policy: { rules: [aRule({ limit: { slotHours: 60 }, grace: '5m' })] } },
      ],
      ['queued', { jobs: [aJob({ queueTimeMs: hours(1), slotMs: hours(59.9) })], policy: { rules: slots } }],
      [
        'protected',
        { jobs: [nearing(seconds(20))], policy: { rules: slots, protect: { principals: ['sam@example.com'] } } },
      ],
    ];
    for (const [why, one] of still) {
      const world = aWorld(one);
      const { tookMs } = await world.sweep();
      expect([why, tookMs, world.calls('get').length, world.cancelled()]).toEqual([why, 0, 0, []]);
    }
  });

  test('of a job that slows down is not waited for any longer: nothing is told, recorded or used up', async () => {
    const slows = nearing(seconds(40), { pace: (sinceMs) => (sinceMs > seconds(10) ? seconds(10) / sinceMs : 1) });
    const world = aWorld(given([slows]));
    const { outcomes, status, tookMs } = await world.sweep();
    expect({ outcomes, status }).toEqual({ outcomes: {}, status: 'ok' });
    expect(tookMs).toBeLessThan(seconds(45));
    expect(world.told()).toEqual([]);
    expect(looks(world)).toBeLessThanOrEqual(6);
    expect(world.ledger.latest()).toMatchObject({ cases: {}, attempts: [], outbox: [] });
  });

  test('of a job that becomes faster is found by the looks on the way', async () => {
    const world = aWorld(given([nearing(seconds(50), { pace: (sinceMs) => (sinceMs > seconds(20) ? 1.3 : 1) })]));
    await world.sweep();
    expect(sentAfter(world)[0]).toBeLessThan(seconds(45));
  });
});

test('a ceiling that ends an opt-out is not waited for: what is over its limit already is left to the next sweep', async () => {
  const optOut = { label: 'jobwarden=keep', allowedFor: '*', upTo: { slotHours: 60 } };
  const policy: WrittenPolicy = { rules: [aRule(), ...slots], optOut };
  const world = aWorld(given([nearing(seconds(20), { labels: { jobwarden: 'keep' } })], { policy }));
  const { tookMs, heldBack } = await world.sweep();
  expect({ heldBack, cancelled: world.cancelled() }).toEqual({ heldBack: { 'opt-out': 1 }, cancelled: [] });
  expect(tookMs).toBeLessThan(seconds(5));
});

describe('a look', () => {
  test('that fails is said, and another one follows', async () => {
    const job = nearing(seconds(20));
    let looked = 0;
    const look = (atMs: number) => {
      looked += 1;
      if (looked === 1) return engineError('get job-1: 503');
      return typeof job.look === 'function' ? job.look(atMs) : {};
    };
    const world = aWorld(given([{ ...job, look }]));
    const { troubles } = await world.sweep();
    expect(troubles).toEqual([expect.stringMatching(/is near a limit, and could not be looked at again: .*503/)]);
    expect(world.cancelled()).toEqual(['job-1']);
    expect(sentAfter(world)[0]).toBeLessThan(seconds(25));
  });

  test('that always fails ends with the sweep, without any cancel', async () => {
    const world = aWorld(given([{ ...nearing(seconds(20)), look: engineError('get job-1: 503') }]));
    const { tookMs } = await world.sweep();
    expect(tookMs).toBeLessThan(seconds(58));
    expect(world.cancelled()).toEqual([]);
    expect(looks(world)).toBeLessThanOrEqual(6);
    expect(world.ledger.latest().attempts).toEqual([]);
  });

  test('that hangs keeps no other job from its cancel, and ends before the last one may begin', async () => {
    const world = aWorld(given([nearing(seconds(20), { id: 'hangs' }), nearing(seconds(20), { id: 'other' })]));
    const opened = await world.world.engines(['bigquery']);
    const { bigquery } = opened.sources;
    if (bigquery === undefined) throw new Error('the test has an engine');
    const get: typeof bigquery.get = async (ref, budget) => {
      if (ref.id !== 'hangs') return bigquery.get(ref, budget);
      await world.clock.wait(hours(1), budget.signal);
      throw engineError('get hangs: the time is up', { failure: 'timeout' });
    };
    const engines = async () => ({ ...opened, sources: { bigquery: { ...bigquery, get } } });
    const { tookMs } = await sweep({ ...world.world, engines }, 'one');
    expect(world.cancelled()).toEqual(['other']);
    expect(sentAfter(world)[0]).toBeLessThan(seconds(23));
    expect(tookMs).toBeLessThan(seconds(58));
  });

  test.each([
    ['is over', { job: nearing(seconds(20)).job, endsAtMs: nowMs + seconds(5), end: succeeded }],
    ['is gone', { ...nearing(seconds(20)), look: 'gone' as const }],
    ['is another one', { ...nearing(seconds(20)), look: { createdAtMs: nowMs, slotMs: hours(61) } }],
    [
      'is kept by its owner by then',
      { ...nearing(seconds(20)), look: { labels: { jobwarden: 'keep' }, slotMs: hours(61) } },
    ],
  ])('at a job that %s leaves it alone, and nothing is told', async (_, job) => {
    const optOut = { label: 'jobwarden=keep', allowedFor: '*', upTo: { slotHours: 100 } };
    const world = aWorld({ jobs: [job], policy: { rules: slots, optOut } });
    const { outcomes } = await world.sweep();
    expect({ outcomes, cancelled: world.cancelled(), told: world.told() }).toEqual({
      outcomes: {},
      cancelled: [],
      told: [],
    });
  });
});

describe('a job that is near a limit', () => {
  test('is looked at often enough and not more: of 10,000 no more than 50 are waited for, those first that pass first', async () => {
    const jobs = Array.from({ length: 10_000 }, (_, index) =>
      nearing(seconds(50) + index, { id: `job-${index}`, pace: () => 0.5 }),
    );
    const world = aWorld(given(jobs.toReversed(), { policy: wide }));
    await world.sweep();
    expect(world.calls('get').length).toBeLessThanOrEqual(300);
    expect(new Set(world.calls('get').map(({ of }) => of)).size).toBe(50);
    expect(world.calls('get').every(({ of }) => Number(of.slice(4)) < 50)).toBe(true);
    expect(world.cancelled()).toEqual([]);
  });

  test('counts for the breaker, and never keeps a job from its cancel that is over its limit now', async () => {
    const over = ['over-1', 'over-2'].map((id) => aJob({ id, slotMs: hours(61) }));
    const breaker = { maxCancels: 3, maxShare: '100%' };
    const two = aWorld(
      given([...over, nearing(seconds(20)), nearing(seconds(21), { id: 'job-2' })], {
        policy: { rules: slots, breaker },
      }),
    );
    expect((await two.sweep()).breaker).toEqual({ open: false });
    expect(two.cancelled()).toEqual(['over-1', 'over-2']);
    expect(two.calls('get').filter(({ of }) => of.startsWith('job-'))).toEqual([]);
    const one = aWorld(given([...over, nearing(seconds(20))], { policy: { rules: slots, breaker } }));
    await one.sweep();
    expect(one.cancelled()).toEqual(['over-1', 'over-2', 'job-1']);
  });

  test('is not waited for while the breaker is open, also where it was closed by hand', async () => {
    const over = ['over-1', 'over-2'].map((id) => aJob({ id, slotMs: hours(61) }));
    const policy = { rules: slots, breaker: { maxCancels: 1, maxShare: '100%' } };
    const world = aWorld(given([...over, nearing(seconds(20))], { policy }));
    expect((await world.sweep()).heldBack).toEqual({ breaker: 2 });
    expect(world.cancelled()).toEqual([]);
  });

  test('is cancelled within the budgets that are left, the costliest first, and the rest is left to the next sweep', async () => {
    const jobs = [nearing(seconds(20)), nearing(seconds(10), { id: 'job-2' }), aJob({ id: 'over', slotMs: hours(61) })];
    const world = aWorld(given(jobs, { policy: { rules: slots, budget: { perSweep: 2 } } }));
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 2 });
    expect(world.cancelled()).toEqual(['over', 'job-2']);
    expect(world.ledger.latest().attempts).toHaveLength(2);
    const hourly = aWorld(given(jobs, { policy: { rules: slots, budget: { perHour: 1 } } }));
    await hourly.sweep();
    expect(hourly.cancelled()).toEqual(['over']);
  });

  test('is held back by the budgets as they are once its record is known', async () => {
    const policy: WrittenPolicy = { rules: slots, budget: { perOwnerPerHour: 1 } };
    const near = nearing(seconds(20));
    const look = (atMs: number) => ({
      slotMs: hours(60) + (atMs < nowMs + seconds(20) ? -1 : 1),
      labels: { owner: 'kim@example.com' },
    });
    const over = aJob({ id: 'over', slotMs: hours(61), labels: { owner: 'kim@example.com' } });
    const world = aWorld(given([{ ...near, look }, over], { policy }));
    expect((await world.sweep()).outcomes).toEqual({ cancelled: 1 });
    expect(world.cancelled()).toEqual(['over']);
    expect(world.jobEvents().map(({ data }) => data.job.id)).toEqual(['over', 'over']);
  });

  test('is on record as planned before its cancel, with all that come over their limits at once', async () => {
    const jobs = Array.from({ length: 8 }, (_, index) => nearing(seconds(20), { id: `job-${index}` }));
    const world = aWorld(given(jobs, { policy: wide }));
    const swap: typeof world.ledger.swap = async (document, generation) => {
      await world.clock.wait(seconds(1), new AbortController().signal);
      return world.ledger.swap(document, generation);
    };
    await sweep({ ...world.world, ledger: { ...world.ledger, swap } }, 'one');
    expect(world.cancelled()).toHaveLength(8);
    expect(world.jobEvents('cancel.intended')).toHaveLength(8);
    // What was said at first, the first of them, all others, the outcomes, and the outbox.
    expect(world.ledger.swaps()).toBe(5);
    expect(Object.values(world.ledger.latest().cases).map(({ attempts, unsent }) => [attempts, unsent])).toEqual(
      jobs.map(() => [1, undefined]),
    );
  });

  test('is not cancelled when another sweep wrote to the ledger meanwhile, nor is any other after it', async () => {
    const world = aWorld(given([nearing(seconds(20)), nearing(seconds(40), { id: 'job-2' })]));
    world.ledger.losing.add(2);
    const { troubles, heldBack } = await world.sweep();
    expect(world.cancelled()).toEqual([]);
    expect(heldBack).toEqual({ record: 1 });
    expect(troubles[0]).toBe('Another sweep wrote to the ledger first; this one plans no more cancels.');
  });

  test('is held back by the stop switch that is set meanwhile, and by an edit of the policy', async () => {
    const stop = (atMs: number) =>
      atMs < nowMs + seconds(5) ? undefined : { by: 'stop' as const, why: 'It was set.', since: 'now' };
    const stopped = aWorld(given([nearing(seconds(20))], { stop }));
    await stopped.sweep();
    expect([stopped.cancelled(), stopped.told()]).toEqual([[], []]);
    const edited = aWorld(given([nearing(seconds(20))]));
    const policy = { ...edited.world.policy, stands: async () => edited.clock.now() < nowMs + seconds(5) };
    await sweep({ ...edited.world, policy }, 'one');
    expect([edited.cancelled(), edited.told()]).toEqual([[], []]);
  });

  test('keeps nobody from being told before it is waited for', async () => {
    const warns = aRule({ name: 'warns', action: 'warn', match: { labels: { env: 'dev' } } });
    const jobs = [nearing(seconds(40)), aJob({ id: 'warned', runTimeMs: hours(1), labels: { env: 'dev' } })];
    const world = aWorld({ jobs, policy: { rules: [warns, ...slots] } });
    await world.sweep();
    const notices = world.journal.filter(({ of }) => of === 'notice warned').map(({ atMs }) => atMs - nowMs);
    expect(notices).toEqual([0]);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is found again by the next sweep where it passed too late for this one', async () => {
    const world = aWorld(given([nearing(seconds(57))]));
    await world.sweep();
    expect(world.cancelled()).toEqual([]);
    world.engine.put({ job: aJob({ runTimeMs: hours(1), slotMs: hours(60.02) }) });
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

test('a cancel that is held back at its last look uses up none of the three attempts', async () => {
  const job = aJob({ runTimeMs: hours(1) });
  const world = aWorld({ jobs: [job], policy: { rules: [aRule()] } });
  for (let turn = 0; turn < 4; turn += 1) {
    world.engine.put({ job, look: [{}, { startedAtMs: nowMs + hours(2) }] });
    await world.sweepAgain(minutes(1));
  }
  expect(world.jobEvents('cancel.held-back')).toHaveLength(4);
  world.engine.put({ job, onCancel: { how: 'ignored' } });
  for (let turn = 0; turn < 5; turn += 1) await world.sweepAgain(minutes(5));
  // Held back four times, then sent, without effect, and sent again.
  expect(world.cancelled()).toHaveLength(3);
});
