import { describe, expect, test } from 'vitest';
import { aJob, aPolicy, aRule, hours, minutes, nowMs, seconds, type WrittenPolicy } from '../make.ts';
import type { Job } from '../../shared/jobs/job.ts';
import type { JobSource } from '../../shared/engines/engine.ts';
import { aFleet } from './a-fleet.ts';
import { aWorld, inForce, whoIsTold, type Given, type TestWorld } from './a-world.ts';
import { deliver } from './delivery.ts';
import { engineError, ignored, succeeded } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const listMs = seconds(20);
const forever = new AbortController().signal;
const wide: WrittenPolicy = {
  breaker: { maxCancels: 100_000, maxShare: '100%' },
  budget: { perSweep: 1000, perHour: 1000, perOwnerPerHour: 1000 },
};

/** A job whose limit of 30 minutes has passed for the first time so many ms after the first sweep began. */
const passing = (afterMs: number, fields: Partial<Job> = {}) =>
  aJob({ runTimeMs: minutes(30) + 1 - afterMs, ...fields });
const sentAfter = (world: TestWorld) => world.calls('cancel').map(({ atMs }) => atMs - nowMs);
/** What the heartbeat of a first sweep takes: it is written, and taken out of the outbox. */
const heartbeat = 2;
const handedOver = (world: TestWorld) => world.ledger.latest().foreseen?.jobs.map(({ job }) => job.id);

/** Puts something in front of the engine, of which each call takes no time. */
async function change(world: TestWorld, how: (source: JobSource) => Partial<JobSource>): Promise<void> {
  const opened = await world.world.engines(['bigquery']);
  const { bigquery } = opened.sources;
  if (bigquery === undefined) throw new Error('the test has an engine');
  const engines = async () => ({ ...opened, sources: { bigquery: { ...bigquery, ...how(bigquery) } } });
  Object.assign(world.world, { engines });
}

/** A world whose listing takes 20 s, after its first sweep. */
async function afterOne(given: Given): Promise<TestWorld> {
  const world = aWorld(given);
  await change(world, (source) => ({
    list: async function* (target, budget) {
      await world.clock.wait(listMs, budget.signal);
      yield* source.list(target, budget);
    },
  }));
  await world.sweep();
  return world;
}

describe('a limit that passes too late for a sweep', () => {
  test.each([seconds(57), seconds(59), seconds(61), seconds(75), seconds(81)])(
    'is acted on by the next one at its instant, or at once, and before anything is listed: %i ms',
    async (afterMs) => {
      const world = await afterOne({ jobs: [passing(afterMs)] });
      expect(handedOver(world)).toEqual(['job-1']);
      const { outcomes, troubles } = await world.sweepAgain();
      expect({ outcomes, troubles }).toEqual({ outcomes: { cancelled: 1 }, troubles: [] });
      expect(sentAfter(world)).toEqual([Math.max(minutes(1), afterMs)]);
      expect(world.told()).toEqual(['cancel.intended job-1', 'cancel.confirmed job-1']);
      expect(world.notices('cancelled')).toHaveLength(1);
      expect(Object.values(world.ledger.latest().cases)).toMatchObject([{ state: 'closed', attempts: 1 }]);
      expect(world.ledger.latest()).toMatchObject({ outbox: [], attempts: [{ rule: 'long-queries' }] });
      expect(handedOver(world)).toBeUndefined();
    },
  );

  test('is handed over by who sees that the grace of its rule ends then', async () => {
    const world = await afterOne({
      jobs: [aJob({ runTimeMs: hours(1) })],
      policy: { rules: [aRule({ grace: '3m' })] },
    });
    await deliver(world, { atMs: nowMs + seconds(58) });
    for (let minute = 1; minute < 4; minute += 1) await world.sweepAgain();
    expect([handedOver(world), world.cancelled()]).toEqual([['job-1'], []]);
    await world.sweepAgain();
    expect(sentAfter(world)).toEqual([minutes(4)]);
  });

  test('is left to the listing where it passes later than the next one takes', async () => {
    const world = aWorld({ jobs: [passing(seconds(63))] });
    await world.sweep();
    expect([handedOver(world), world.ledger.swaps()]).toEqual([undefined, heartbeat]);
    const slow = await afterOne({ jobs: [passing(seconds(83))] });
    expect([handedOver(slow), slow.ledger.swaps()]).toEqual([undefined, heartbeat]);
  });

  test.each<[string, Given]>([
    ['only observes', { setting: 'observe' }],
    ['is on trial', { policy: { rules: [aRule({ mode: 'observe' })] } }],
    ['only warns', { policy: { rules: [aRule({ action: 'warn' })] } }],
    ['is on something else than time', { policy: { rules: [aRule({ limit: { bytesProcessed: '1 PB' } })] } }],
    ['spares the job', { policy: { protect: { principals: ['sam@example.com'] } } }],
  ])('is not handed over, and nothing is written, where its rule %s', async (_, given) => {
    const world = await afterOne({ jobs: [passing(seconds(58))], ...given });
    expect([handedOver(world), world.ledger.swaps()]).toEqual([undefined, heartbeat]);
  });

  test('is handed over by one swap, and a list that is over is no reason for another', async () => {
    const world = await afterOne({});
    world.engine.put({ job: passing(minutes(1) + seconds(58)), endsAtMs: nowMs + minutes(1) + seconds(59) });
    await world.sweepAgain();
    expect([handedOver(world), world.ledger.swaps()]).toEqual([['job-1'], heartbeat + 1]);
    for (let turn = 0; turn < 3; turn += 1) await world.sweepAgain();
    expect([world.cancelled(), world.ledger.swaps()]).toEqual([[], heartbeat + 1]);
  });

  test('is handed over with 49 others and not with 10,000, those first that are due first', async () => {
    const jobs = Array.from({ length: 10_000 }, (_, index) => passing(seconds(58) + index, { id: `job-${index}` }));
    const policy = { ...wide, budget: { ...wide.budget, perSweep: 50 } };
    const world = await afterOne({ jobs: jobs.toReversed(), policy });
    expect(handedOver(world)).toEqual(jobs.slice(0, 50).map(({ id }) => id));
    expect(world.ledger.latest().foreseen?.count).toBe(10_000);
    const looked = world.calls('get').length;
    await world.sweepAgain();
    const early = world.calls('get').filter(({ atMs }) => atMs === nowMs + minutes(1));
    expect([looked, new Set(early.map(({ of }) => of)).size]).toEqual([0, 50]);
    // Each of them is looked at before it is planned, and right before its cancel.
    expect(early.length).toBeLessThanOrEqual(100);
    expect(world.cancelled().toSorted()).toEqual(
      jobs
        .slice(0, 50)
        .map(({ id }) => id)
        .toSorted(),
    );
  });
});

describe('a job that was handed over', () => {
  const one = { jobs: [passing(seconds(58))] };
  const late = nowMs + minutes(1) + listMs;

  test.each([
    ['has ended', { job: passing(seconds(58)), endsAtMs: nowMs + seconds(59), end: succeeded }],
    ['is gone', { job: passing(seconds(58)), look: 'gone' as const, endsAtMs: nowMs + seconds(59) }],
    ['is another one', { job: passing(seconds(58)), look: { createdAtMs: nowMs }, endsAtMs: nowMs + seconds(61) }],
  ])('and %s meanwhile is left alone: nothing is told, and no attempt is used up', async (_, job) => {
    const world = await afterOne({ jobs: [job] });
    expect(handedOver(world)).toEqual(['job-1']);
    const { outcomes, troubles } = await world.sweepAgain();
    expect({ outcomes, troubles, told: world.told() }).toEqual({ outcomes: {}, troubles: [], told: [] });
    expect(world.ledger.latest()).toMatchObject({ cases: {}, attempts: [], outbox: [] });
  });

  test('and is kept by its owner by now is judged by that', async () => {
    const optOut = { label: 'jobwarden=keep', allowedFor: '*', upTo: { runTime: '4h' } };
    const world = await afterOne({ jobs: [passing(seconds(58))], policy: { optOut } });
    world.engine.put({ job: passing(seconds(58), { labels: { jobwarden: 'keep' } }) });
    expect((await world.sweepAgain()).heldBack).toEqual({ 'opt-out': 1 });
    expect(world.cancelled()).toEqual([]);
  });

  test('is cancelled once, also where the listing shows it before its plan is on record', async () => {
    const world = aWorld(one);
    await change(world, (source) => ({
      get: async (ref, budget) => {
        await world.clock.wait(seconds(1), budget.signal);
        return source.get(ref, budget);
      },
    }));
    await world.sweep();
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
    expect(world.jobEvents('cancel.intended')).toHaveLength(1);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test('is cancelled once, also where the listing shows it as another that only comes near a limit', async () => {
    const perMs = hours(60) / (hours(1) + seconds(90));
    const look = (atMs: number) => ({ slotMs: perMs * (hours(1) + atMs - nowMs) });
    const world = aWorld({
      jobs: [{ job: passing(seconds(58)), look, onCancel: ignored }],
      policy: { rules: [aRule({ limit: { runTime: '30m', slotHours: 60 } })] },
    });
    await world.sweep();
    await change(world, (source) => ({
      get: async (ref, budget) => {
        await world.clock.wait(seconds(1), budget.signal);
        return source.get(ref, budget);
      },
      list: async function* (target, budget) {
        const shown = { startedAtMs: nowMs, slotMs: hours(60) * 0.75 };
        for await (const page of source.list(target, budget))
          yield { ...page, jobs: page.jobs.map((job) => ({ ...job, ...shown })) };
      },
    }));
    await world.sweepAgain();
    expect(world.jobEvents('cancel.intended')).toHaveLength(1);
    expect(world.cancelled()).toEqual(['job-1']);
  });

  test.each<[string, Partial<Job>, readonly string[]]>([
    ['is being cancelled already is left to who follows it up', { id: 'job-1' }, []],
    ['is in none of the targets any more is not looked at', { id: 'job-2', target: 'bigquery:strange-prod' }, []],
    ['is one as any other is cancelled', { id: 'job-2' }, ['job-2']],
  ])('and %s', async (_, fields, cancelled) => {
    const known = passing(0, fields);
    const world = await afterOne({ jobs: known.id === 'job-1' ? [{ job: known, onCancel: ignored }] : [] });
    if (known.id !== 'job-1') world.engine.put({ job: known, onCancel: ignored });
    const sent = world.cancelled().length;
    const { document, generation } = await world.ledger.read();
    const { engine, target, project, location, id, createdAtMs, principal } = known;
    const job = { engine, target, project, location, id, createdAtMs, principal };
    const foreseen = { atMs: nowMs, seen: 9, count: 1, jobs: [{ job, rule: 'long-queries', dueMs: nowMs }] };
    await world.ledger.swap({ ...document, foreseen }, generation);
    const before = world.journal.length;
    expect(sent).toBe(known.id === 'job-1' ? 1 : 0);
    await world.sweepAgain();
    const early = world.journal.slice(before).filter(({ atMs }) => atMs < nowMs + minutes(1) + listMs);
    expect(early.flatMap(({ what, of }) => (what === 'cancel' ? [of] : []))).toEqual(cancelled);
    expect(early.some(({ what, of }) => what === 'get' && of === 'job-2')).toBe(cancelled.length > 0);
  });

  test('keeps nobody else from being told, however long its cancel takes', async () => {
    const warns = aRule({ name: 'warns', action: 'warn', match: { labels: { env: 'dev' } } });
    const cancels = aRule({ match: { labels: { env: 'absent' } } });
    const world = await afterOne({ jobs: one.jobs, policy: { rules: [warns, cancels] } });
    world.engine.put({ job: passing(seconds(58)), onCancel: { how: 'ignored' } });
    world.engine.put({ job: aJob({ id: 'warned', runTimeMs: hours(1), labels: { env: 'dev' } }) });
    await world.sweepAgain();
    expect(sentAfter(world)).toEqual([minutes(1)]);
    expect(world.journal.find(({ of }) => of === 'notice warned')?.atMs).toBe(late);
    expect(world.jobEvents('cancel.unconfirmed')).toHaveLength(1);
  });

  test('is left to the listing where nobody came for it in time', async () => {
    const world = await afterOne(one);
    await world.sweepAgain(minutes(3));
    expect(sentAfter(world)).toEqual([minutes(3) + listMs]);
  });

  test('is held back by the stop switch that was set meanwhile', async () => {
    const stop = (atMs: number) =>
      atMs < nowMs + seconds(59) ? undefined : { by: 'stop' as const, why: 'It was set.', since: 'now' };
    const world = await afterOne({ ...one, stop });
    expect((await world.sweepAgain()).heldBack).toEqual({ stop: 1 });
    expect(world.cancelled()).toEqual([]);
  });

  test.each([
    ['that still reaches it: after the listing', '30m', [minutes(1) + listMs]],
    ['that does not reach it: not at all', '4h', []],
  ])('is judged with all others by a policy that was edited meanwhile, %s', async (_, runTime, sent) => {
    const edited = { policy: 'b2', where: 'policy.yaml', loadedAtMs: 0 };
    const version = { sha256: 'b2'.repeat(32), where: edited.where, loadedAtMs: 0 };
    const rules = [aRule({ limit: { runTime } })];
    const states = [inForce(aPolicy(whoIsTold)), inForce(aPolicy({ ...whoIsTold, rules }), { version })];
    const world = await afterOne({ ...one, states });
    expect(handedOver(world)).toEqual(['job-1']);
    await world.sweepAgain();
    expect(sentAfter(world)).toEqual(sent);
  });

  test('is not cancelled where another sweep wrote to the ledger first, and is by the next one', async () => {
    const world = await afterOne(one);
    const swaps = world.ledger.swaps();
    world.ledger.losing.add(swaps + 1).add(swaps + 2);
    const { troubles, outcomes } = await world.sweepAgain();
    expect(world.cancelled()).toEqual([]);
    expect(troubles[0]).toBe('Another sweep wrote to the ledger first; this one did nothing.');
    expect(outcomes).toEqual({ 'held-back': 1 });
    await world.sweepAgain();
    expect(sentAfter(world)).toEqual([minutes(2) + listMs]);
  });

  test('is brought to its end although the plan of all others could not be recorded', async () => {
    const world = await afterOne(one);
    world.engine.put({ job: aJob({ id: 'over', runTimeMs: hours(1) }) });
    world.ledger.losing.add(world.ledger.swaps() + 2);
    const { outcomes } = await world.sweepAgain();
    expect(outcomes).toEqual({ cancelled: 1, 'held-back': 1 });
    expect(world.cancelled()).toEqual(['job-1']);
    const cases = Object.values(world.ledger.latest().cases);
    expect(new Map(cases.map(({ job, state, unsent }) => [job.id, [state, unsent]]))).toEqual(
      new Map([
        ['job-1', ['closed', undefined]],
        ['over', ['observed', 1]],
      ]),
    );
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1', 'over']);
  });

  test('keeps no other from its cancel, nor the listing, where it hangs', async () => {
    const jobs = [passing(seconds(58), { id: 'hangs' }), passing(seconds(58), { id: 'other' })];
    const world = await afterOne({ jobs });
    await change(world, (source) => ({
      get: async (ref, budget) => {
        if (ref.id !== 'hangs') return source.get(ref, budget);
        await world.clock.wait(hours(1), budget.signal);
        throw engineError('get hangs: the time is up', { failure: 'timeout' });
      },
    }));
    const { troubles } = await world.sweepAgain();
    expect(world.calls('cancel')[0]).toMatchObject({ of: 'other', atMs: nowMs + minutes(1) + 1500 });
    expect(world.calls('list').at(-1)?.atMs).toBe(late);
    expect(troubles).toEqual([expect.stringContaining('hangs could not be looked at more closely')]);
  });
});

test('a shard hands over to itself, and what it cancels first is granted by the fleet', async () => {
  const projects = Array.from({ length: 9 }, (_, index) => `project-${index}`);
  const policy: WrittenPolicy = { ...wide, targets: [{ engine: 'bigquery', projects }] };
  const fleet = aFleet({ policy });
  await fleet.minute();
  const [project = ''] = projects;
  const target = `bigquery:${project}`;
  fleet.test.engine.put({ job: passing(minutes(1) + seconds(58), { id: 'early', project, target }) });
  await fleet.minute();
  fleet.test.engine.put({ job: aJob({ id: 'over', project, target, runTimeMs: hours(1) }) });
  await fleet.minute();
  expect(fleet.test.cancelled()).toEqual(['early', 'over']);
  const { document } = await fleet.sharing.fleet.read();
  expect(document.reservations).toHaveLength(2);
  expect(Math.max(...document.tallies.map(({ planned }) => planned))).toBe(2);
});

describe('what is handed over counts', () => {
  const handed = (count: number, afterMs = seconds(58)) =>
    Array.from({ length: count }, (_, index) => passing(afterMs, { id: `early-${index}` }));
  const over = (id: string) => aJob({ id, runTimeMs: hours(1) });
  const budget = { perSweep: 1000, perHour: 1000, perOwnerPerHour: 1000 };

  test('for the breaker: more than it lets through are not handled before all others', async () => {
    const world = await afterOne({ jobs: handed(3), policy: { breaker: { maxCancels: 2, maxShare: '100%' } } });
    expect(handedOver(world)).toHaveLength(3);
    const looked = world.calls('get').length;
    expect((await world.sweepAgain()).heldBack).toEqual({ breaker: 3 });
    expect([world.cancelled(), world.calls('get').length - looked]).toEqual([[], 3]);
  });

  test('for its share of the jobs that the sweep before saw', async () => {
    const breaker = { maxCancels: 100, maxShare: '20%', minJobs: 5 };
    const others = (count: number) => Array.from({ length: count }, (_, index) => aJob({ id: `well-${index}` }));
    const many = await afterOne({ jobs: [...handed(2), ...others(8)], policy: { breaker } });
    await many.sweepAgain();
    expect(sentAfter(many)).toEqual([minutes(1), minutes(1)]);
    const few = await afterOne({ jobs: [...handed(2), ...others(7)], policy: { breaker } });
    expect((await few.sweepAgain()).breaker.open).toBe(true);
    expect(few.cancelled()).toEqual([]);
  });

  test('together with what is found later: that stays within breaker and budgets', async () => {
    const breaker = { maxCancels: 2, maxShare: '100%' };
    const opens = await afterOne({ jobs: handed(1), policy: { breaker } });
    for (const id of ['a', 'b']) opens.engine.put({ job: over(id) });
    const summary = await opens.sweepAgain();
    expect([summary.heldBack, summary.breaker.open, opens.cancelled()]).toEqual([{ breaker: 2 }, true, ['early-0']]);
    for (const tight of [{ perSweep: 2 }, { perHour: 2 }, { perOwnerPerHour: 2 }]) {
      const world = await afterOne({ jobs: handed(1), policy: { budget: { ...budget, ...tight } } });
      for (const id of ['a', 'b']) world.engine.put({ job: over(id) });
      expect((await world.sweepAgain()).heldBack).toEqual({ budget: 1 });
      expect(world.cancelled()).toHaveLength(2);
    }
  });

  test('together with jobs near a limit on what they use', async () => {
    const slots = aRule({ name: 'slots', limit: { slotHours: 60 } });
    const near = (id: string) => {
      const perMs = hours(60) / (hours(1) + seconds(100));
      const used = (atMs: number) => ({ slotMs: perMs * (hours(1) + atMs - nowMs) });
      return { job: aJob({ id, runTimeMs: hours(1), ...used(nowMs + minutes(1)) }), look: used };
    };
    for (const [maxCancels, cancelled] of [
      [2, ['early-0', 'near']],
      [1, ['early-0']],
    ] as const) {
      const rules = [aRule({ match: { labels: { env: 'dev' } } }), slots];
      const early = passing(seconds(58), { id: 'early-0', labels: { env: 'dev' } });
      const world = await afterOne({ jobs: [early], policy: { rules, breaker: { maxCancels, maxShare: '100%' } } });
      world.engine.put(near('near'));
      await world.sweepAgain();
      expect(world.cancelled()).toEqual(cancelled);
    }
  });

  test('for the budget of an owner who is known only when a job near a limit is looked at again', async () => {
    const slots = aRule({ name: 'slots', match: { labels: { env: 'absent' } }, limit: { slotHours: 60 } });
    const rules = [aRule({ match: { labels: { env: 'dev' } } }), slots];
    const early = passing(seconds(58), { id: 'early-0', labels: { env: 'dev', owner: 'kim@example.com' } });
    const perMs = hours(60) / (hours(1) + seconds(100));
    const slotMs = (atMs: number) => perMs * (hours(1) + atMs - nowMs);
    const near = aJob({
      id: 'near',
      runTimeMs: hours(1),
      slotMs: slotMs(nowMs + minutes(1)),
      principal: 'lee@example.com',
    });
    const look = (atMs: number) => ({ slotMs: slotMs(atMs), labels: { owner: 'kim@example.com' } });
    const world = await afterOne({ jobs: [early], policy: { rules, budget: { ...budget, perOwnerPerHour: 1 } } });
    world.engine.put({ job: near, look });
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['early-0']);
    expect(world.calls('get').some(({ of }) => of === 'near')).toBe(true);
  });

  test('for the budgets: what they leave is handled first, and the rest waits its turn', async () => {
    const world = await afterOne({ jobs: handed(3), policy: { budget: { ...budget, perHour: 2 } } });
    expect((await world.sweepAgain()).heldBack).toEqual({ budget: 1 });
    expect(sentAfter(world)).toEqual([minutes(1), minutes(1)]);
    expect(world.ledger.latest().attempts).toHaveLength(2);
  });

  test.each<[string, WrittenPolicy]>([
    ['the breaker', { breaker: { maxCancels: 1, maxShare: '100%' } }],
    ['a budget', { budget: { perSweep: 1 } }],
  ])('as one of many where %s holds cancels back already: nothing is handed over', async (_, policy) => {
    const world = await afterOne({ jobs: [...handed(1), over('a'), over('b')], policy });
    expect(handedOver(world)).toBeUndefined();
  });

  test('with what was planned for the same sweep: each is sent at its instant', async () => {
    const world = await afterOne({ jobs: [...handed(1), passing(minutes(1) + seconds(40), { id: 'soon' })] });
    await world.sweepAgain();
    expect(world.calls('cancel').map(({ of, atMs }) => [of, atMs - nowMs])).toEqual([
      ['early-0', minutes(1)],
      ['soon', minutes(1) + seconds(40)],
    ]);
    await world.clock.wait(1, forever);
    expect(world.jobEvents('cancel.confirmed')).toHaveLength(2);
  });
});
