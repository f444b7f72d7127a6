import { describe, expect, test } from 'vitest';
import { aJob, aPolicy, aRule, gib, hours, minutes, nowMs, seconds, type WrittenRule } from '../make.ts';
import { aWorld, inForce, whoIsTold, type Given, type TestWorld } from './a-world.ts';
import { another, deliver } from './delivery.ts';

// Synthetic: no such project, person, job or policy exists.

const late = aJob({ runTimeMs: minutes(31) });
const patient = (written: WrittenRule = {}) => ({ rules: [aRule({ grace: '10m', ...written })] });
const given = (written: WrittenRule = {}): Given => ({ jobs: [late], policy: patient(written) });

async function sweeps(world: TestWorld, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) await world.sweepAgain();
}

/** When cancels were sent, in ms after the first sweep. */
const sentAfter = (world: TestWorld) => world.calls('cancel').map(({ atMs }) => atMs - nowMs);

describe('a rule with a grace', () => {
  test('warns first, once, and cancels nothing as long as nothing is heard of the warning', async () => {
    const world = aWorld(given());
    expect((await world.sweep()).outcomes).toEqual({ warned: 1 });
    await sweeps(world, 120);
    expect(world.told()).toEqual(['job.warned job-1']);
    expect(world.notices().map(({ phase, owner }) => [phase, owner.name])).toEqual([['warned', 'sam@example.com']]);
    expect(world.cancelled()).toEqual([]);
    expect(world.calls('get')).toHaveLength(1);
  });

  test('tells the owner when the cancel would come, and not that the rule only warns', async () => {
    const world = aWorld(given());
    await world.sweep();
    const [job] = world.notices('warned').flatMap(({ jobs }) => jobs);
    expect(job).toMatchObject({ did: 'warned', line: 'limit', willCancelAtMs: nowMs + minutes(10) });
    expect(job?.next).toMatch(/ask for an exemption before then/);
  });

  test('counts it from the receipt of the warning, and cancels to the millisecond', async () => {
    const world = aWorld(given());
    await world.sweep();
    await deliver(world, { atMs: nowMs + seconds(31.4) });
    await sweeps(world, 15);
    expect(sentAfter(world)).toEqual([seconds(31.4) + minutes(10)]);
    expect(world.told()).toEqual(['job.warned job-1', 'cancel.intended job-1', 'cancel.confirmed job-1']);
    expect(world.notices().map(({ phase }) => phase)).toEqual(['warned', 'cancelled']);
  });

  test('never counts it from before the warning was written, whatever the clock of the receipt says', async () => {
    const world = aWorld(given());
    await world.sweep();
    await deliver(world, { atMs: nowMs - hours(1) });
    await sweeps(world, 15);
    expect(sentAfter(world)).toEqual([minutes(10)]);
  });

  test('needs two sweeps, however short the grace is', async () => {
    const world = aWorld(given({ grace: '1s' }));
    const { publish } = world.trail;
    world.trail.publish = async (events) => {
      const results = await publish(events);
      await deliver(world, { atMs: nowMs - hours(1) });
      return results;
    };
    expect((await world.sweep()).outcomes).toEqual({ warned: 1 });
    expect(world.cancelled()).toEqual([]);
    expect((await world.sweepAgain()).outcomes).toEqual({ cancelled: 1 });
  });

  test('lets the job end in peace', async () => {
    const world = aWorld(given());
    await world.sweep();
    await deliver(world);
    world.engine.finish('job-1');
    await sweeps(world, 15);
    expect(world.told()).toEqual(['job.warned job-1', 'case.ended job-1']);
    expect(world.cancelled()).toEqual([]);
  });

  test('is counted on by another instance, from the ledger and the receipts alone', async () => {
    const first = aWorld(given());
    await first.sweep();
    await deliver(first);
    const second = await another(first, given());
    await sweeps(second, 15);
    expect(sentAfter(second)).toEqual([minutes(10)]);
    expect(second.told()).toEqual(['cancel.intended job-1', 'cancel.confirmed job-1']);
  });
});

describe('a warning line before the limit', () => {
  const early = { warnAt: { runTime: '28m' } };
  const job = aJob({ runTimeMs: minutes(28) + 1 });
  const limitMs = minutes(2) - 1;

  test.each([
    ['at the end of the grace, when that is later', '10m', minutes(10), minutes(10)],
    ['right after the limit, when that is later', '1m', limitMs, limitMs + 1],
  ])('has the job cancelled %s', async (_, grace, saidMs, afterMs) => {
    const world = aWorld({ jobs: [job], policy: patient({ ...early, grace }) });
    await world.sweep();
    await deliver(world);
    expect(world.notices('warned')[0]?.jobs[0]).toMatchObject({ line: 'warnAt', willCancelAtMs: nowMs + saidMs });
    await sweeps(world, 15);
    expect(sentAfter(world)).toEqual([afterMs]);
    expect(world.notices('warned')).toHaveLength(1);
  });
});

describe('a warning that reached nobody', () => {
  const cancelsAfter = (wait: string) => ({ ifUndelivered: { wait, then: 'cancel' as const } });

  test.each<[string, WrittenRule, 'undeliverable' | undefined]>([
    ['the rule says nothing else', {}, 'undeliverable'],
    ['the rule says so', { ifUndelivered: { wait: '5m', then: 'letRun' } }, 'undeliverable'],
    ['nothing was heard of it, and the rule says nothing', {}, undefined],
    ['nothing was heard of it, and the rule says so', { ifUndelivered: { wait: '5m', then: 'letRun' } }, undefined],
  ])('lets the job run when %s', async (_, written, how) => {
    const world = aWorld(given(written));
    await world.sweep();
    if (how !== undefined) await deliver(world, { how });
    await sweeps(world, 150);
    expect(world.cancelled()).toEqual([]);
    expect(world.told()).toEqual(['job.warned job-1']);
  });

  test.each<[string, 'undeliverable' | undefined, number]>([
    ['that became known', 'undeliverable', minutes(32)],
    ['it was written, when nothing is heard of it', undefined, minutes(30)],
  ])('lets the job be cancelled where the rule says so, no earlier than its wait after %s', async (_, how, afterMs) => {
    const world = aWorld(given(cancelsAfter('30m')));
    await world.sweep();
    world.clock.advance(minutes(2));
    if (how !== undefined) await deliver(world, { how });
    await sweeps(world, 40);
    expect(sentAfter(world)).toEqual([afterMs]);
  });

  test('gives the whole grace once it is delivered after all', async () => {
    const world = aWorld(given(cancelsAfter('30m')));
    await world.sweep();
    await sweeps(world, 28);
    await deliver(world);
    await sweeps(world, 15);
    expect(sentAfter(world)).toEqual([minutes(38)]);
  });

  test('says on the verdict why it is held back', async () => {
    const world = aWorld(given());
    await world.sweep();
    await deliver(world, { how: 'undeliverable' });
    await world.sweepAgain();
    expect(world.log.map(({ message }) => message).join('\n')).toMatch(
      /held-back\. Nobody could be told, and the rule then lets the job run/,
    );
  });
});

describe('who was not named in the message was not told', () => {
  test('a job that the message left out is told again, and its grace counts from that', async () => {
    const world = aWorld({ jobs: ['a', 'b'].map((id) => ({ ...late, id })), policy: patient() });
    await world.sweep();
    await deliver(world, { names: (id) => id === 'a' });
    await world.sweepAgain();
    expect(world.notices('warned').map(({ jobs }) => jobs.map(({ id }) => id).toSorted())).toEqual([['a', 'b'], ['b']]);
    await deliver(world);
    await sweeps(world, 15);
    expect(world.calls('cancel').map(({ of, atMs }) => [of, atMs - nowMs])).toEqual([
      ['a', minutes(10)],
      ['b', minutes(11)],
    ]);
  });

  test('of more than ten jobs, all are named at once: the rest in the thread of the first message', async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `job-${index}`);
    const world = aWorld({ jobs: ids.map((id) => ({ ...late, id })), policy: patient() });
    await world.sweep();
    const [first, ...thread] = world.notices('warned');
    expect(thread.map(({ follows, part }) => [follows, part])).toEqual([[first?.id, { number: 2, of: 2 }]]);
    await deliver(world);
    await sweeps(world, 5);
    const named = world.notices('warned').map(({ jobs }) => jobs.map(({ id }) => id));
    expect(named.map((jobs) => jobs.length)).toEqual([10, 15]);
    expect(named.flat().toSorted()).toEqual(ids.toSorted());
  });
});

describe('receipts', () => {
  test('are read once for each notice, until they are there, and only where a grace waits for them', async () => {
    const warns = aRule({ name: 'warns', action: 'warn', match: { labels: { env: 'dev' } } });
    const waits = aRule({ grace: '1h', match: { labels: { env: 'absent' } } });
    const jobs = ['a', 'b', 'c'].map((id) => ({ ...late, id }));
    const world = aWorld({ jobs: [...jobs, { ...late, labels: { env: 'dev' } }], policy: { rules: [warns, waits] } });
    let reads = 0;
    const { get } = world.receipts;
    world.receipts.get = async (id) => {
      reads += 1;
      return get(id);
    };
    await world.sweep();
    await sweeps(world, 3);
    expect(reads).toBe(3);
    await deliver(world);
    reads = 0;
    await sweeps(world, 3);
    expect(reads).toBe(1);
  });

  test('that cannot be read tell nothing: the job goes on, and it is said', async () => {
    const world = aWorld(given({ grace: '1m' }));
    await world.sweep();
    await deliver(world);
    const { get } = world.receipts;
    world.receipts.get = () => Promise.reject(new Error('[ledger] 503'));
    await sweeps(world, 5);
    expect(world.cancelled()).toEqual([]);
    expect((await world.sweepAgain()).troubles).toEqual([expect.stringMatching(/receipt of notice-.* 503/)]);
    world.receipts.get = get;
    await world.sweepAgain();
    expect(world.cancelled()).toEqual(['job-1']);
  });
});

describe('a grace belongs to a case and a rule', () => {
  const observes = inForce(aPolicy({ ...whoIsTold, ...patient(), mode: 'observe' }));
  const enforces = inForce(aPolicy({ ...whoIsTold, ...patient() }));

  test('where it is only observed, it counts from when the owner would have been told', async () => {
    const world = aWorld({ jobs: [late], states: [observes] });
    expect((await world.sweep()).outcomes).toEqual({ 'would-have-been-warned': 1 });
    await sweeps(world, 15);
    expect(world.told()).toEqual(['warn.would-have job-1', 'cancel.would-have job-1']);
    const told = world.notices().map(({ phase, owner, atMs }) => [phase, owner.name, (atMs - nowMs) / minutes(1)]);
    // The first is told at once; what comes after that is collected for the day.
    expect(told).toEqual([['would-have', 'operators', 0]]);
    expect(world.ledger.latest().daily?.ends).toEqual({ 'would-have-been-cancelled': 1 });
    expect(world.calls('cancel')).toEqual([]);
    expect(Object.values(world.ledger.latest().cases)[0]?.told).toEqual({});
  });

  test('it begins anew when enforcement begins', async () => {
    const world = aWorld({ jobs: [late], states: [...Array<typeof observes>(20).fill(observes), enforces] });
    await world.sweep();
    await sweeps(world, 19);
    expect(world.notices('warned')).toEqual([]);
    await world.sweepAgain();
    expect(world.notices('warned')).toHaveLength(1);
    await deliver(world);
    await sweeps(world, 15);
    expect(sentAfter(world)).toEqual([minutes(30)]);
  });

  test('another rule has to tell on its own', async () => {
    const other = aRule({ name: 'huge-scans', limit: { bytesProcessed: '1 MB' }, grace: '5m' });
    const states = [...Array<typeof enforces>(3).fill(enforces), inForce(aPolicy({ ...whoIsTold, rules: [other] }))];
    const world = aWorld({ jobs: [{ ...late, bytesProcessed: gib(1) }], states });
    await world.sweep();
    await deliver(world);
    await sweeps(world, 3);
    await deliver(world);
    await sweeps(world, 10);
    expect(world.notices('warned').map(({ jobs }) => jobs[0]?.rule)).toEqual(['long-queries', 'huge-scans']);
    expect(sentAfter(world)).toEqual([minutes(8)]);
  });

  test('a job that kept the rule for a while is told again before it is cancelled', async () => {
    const rule = aRule({ grace: '10m', match: { labels: { env: 'dev' } } });
    const world = aWorld({ jobs: [{ ...late, labels: { env: 'dev' } }], policy: { rules: [rule] } });
    await world.sweep();
    await deliver(world);
    world.engine.put({ job: { ...late, labels: {} } });
    await world.sweepAgain(minutes(5));
    expect(world.told().at(-1)).toBe('case.withdrawn job-1');
    world.engine.put({ job: { ...late, labels: { env: 'dev' } } });
    await world.sweepAgain(hours(1));
    expect(world.cancelled()).toEqual([]);
    expect(world.notices('warned')).toHaveLength(2);
  });
});
