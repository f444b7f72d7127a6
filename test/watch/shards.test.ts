import { describe, expect, it } from 'vitest';
import { coordinate, shardsFor } from '../../functions/watch/coordinate.ts';
import { eventName } from '../../shared/audit/event.ts';
import { isBeingCancelled } from '../../shared/ledger/case.ts';
import { fleetSchema, type FleetDocument } from '../../shared/ledger/fleet.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { mainLedger, shardLedger, shardOf } from '../../shared/ledger/shards.ts';
import { aJob, aRule, hours, minutes, seconds, type WrittenPolicy } from '../make.ts';
import { aFleet, type FleetGiven, type TestFleet } from './a-fleet.ts';
import { deliver } from './delivery.ts';
import { ignored } from './memory-engine.ts';

// Synthetic: no such project, person, job or policy exists.

const projects = Array.from({ length: 9 }, (_, index) => `project-${index}`);
const targets: WrittenPolicy['targets'] = [{ engine: 'bigquery', projects }];
const wide = { breaker: { maxShare: '100%' as const }, budget: { perSweep: 20, perHour: 50, perOwnerPerHour: 50 } };
const runaways = projects.map((project, index) =>
  aJob({ id: `job-${index}`, project, target: `bigquery:${project}`, runTimeMs: hours(1) }),
);

function aBigFleet({ policy, ...given }: Omit<FleetGiven, 'policy'> & { readonly policy?: WrittenPolicy } = {}) {
  return aFleet({ jobs: runaways, policy: { targets, ...wide, ...policy }, ...given });
}

async function fleetOf({ sharing }: TestFleet): Promise<FleetDocument> {
  return (await sharing.fleet.read()).document;
}

const names = ({ test }: TestFleet, begins: string) =>
  test.trail.events.map(({ type }) => eventName(type)).filter((name) => name.startsWith(begins));

describe('a sweep with more targets than one instance can hold', () => {
  it('is a sweep as any other where there are fewer', async () => {
    const fleet = aBigFleet({ targetsPerSweep: 9 });
    const summary = await fleet.minute();
    expect(summary).toMatchObject({ status: 'ok', jobsSeen: 9, cancels: { sent: 9 } });
    expect(fleet.messages).toEqual([]);
    expect(Object.keys((await fleet.ledger(mainLedger)).cases)).toHaveLength(9);
  });

  it('is split from the next minute on, and each target is listed by its own shard alone', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    expect(fleet.test.calls('list')).toEqual([]);
    const summary = await fleet.minute();
    expect(fleet.messages).toHaveLength(3);
    expect(summary).toMatchObject({ status: 'ok', targets: [{ target: 'shard 1 of 3' }, {}, {}] });
    expect(fleet.test.calls('list').map(({ of }) => of)).toHaveLength(9);
    expect(new Set(fleet.test.calls('list').map(({ of }) => of)).size).toBe(9);
    expect(fleet.test.cancelled().toSorted()).toEqual(runaways.map(({ id }) => id));
    for (const shard of [0, 1, 2]) {
      const { cases } = await fleet.ledger(shardLedger(3, shard));
      const strangers = Object.values(cases).filter(({ job }) => shardOf(job.target, 3) !== shard);
      expect([Object.keys(cases).length > 0, strangers]).toEqual([true, []]);
    }
  });

  it('is not handed out sooner where somebody asks for sweeps in between', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    fleet.test.clock.advance(seconds(5));
    const { sharing, test } = fleet;
    const world = { ...test.world, ledger: sharing.ledgers(mainLedger) };
    await coordinate(world, sharing, 'by-hand');
    expect([fleet.messages, test.calls('list')]).toEqual([[], []]);
  });

  it('names its minute and the share of the rate in each message, and the identity in turn', async () => {
    const identities = ['one@ops.iam.gserviceaccount.com', 'two@ops.iam.gserviceaccount.com'];
    const fleet = aBigFleet({ identities });
    await fleet.minute();
    await fleet.coordinate();
    const data = fleet.messages.map((event) => event.data);
    expect(data).toMatchObject([
      { shard: 0, shards: 3, identity: identities[0], requestsPerSecond: 47.5, requestsInFlight: 16, former: [1] },
      { shard: 1, identity: identities[1], requestsPerSecond: 95, requestsInFlight: 32 },
      { shard: 2, identity: identities[0], requestsPerSecond: 47.5 },
    ]);
    expect(fleet.messages.map(({ type, subject }) => [type, subject])[2]).toEqual([
      'dev.jobwarden.shard.due.v1',
      'shard 3 of 3',
    ]);
  });

  it('is said to be incomplete where a shard cannot be asked, and to have failed where none can', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    fleet.refuses = true;
    expect(await fleet.minute()).toMatchObject({ status: 'failed', targets: [{ complete: false }, {}, {}] });
  });

  it('misses a shard that has begun nothing for some minutes', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    for (let minute = 0; minute < 4; minute += 1) {
      await fleet.coordinate();
      await Promise.all(fleet.messages.slice(1).map((event) => fleet.deliver(event)));
    }
    const { status, targets: seen } = await fleet.coordinate();
    expect(status).toBe('degraded');
    expect(seen.map(({ failed }) => failed?.slice(0, 26))).toEqual(
      ['It has begun no sweep since', undefined, undefined].map((one) => one?.slice(0, 26)),
    );
  });

  it('says so where it cannot be read when a shard began last, and does not call it missing', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    const { turnOf } = fleet.sharing;
    Object.assign(fleet.sharing, {
      turnOf: async (many: number, shard: number) => {
        if (shard === 0) throw new Error('[objects] it is down');
        return turnOf(many, shard);
      },
    });
    const { status, targets: seen } = await fleet.minute();
    expect(status).toBe('degraded');
    expect(seen.map(({ failed }) => failed)).toEqual([
      'When it began last could not be read: Error: [objects] it is down',
      undefined,
      undefined,
    ]);
  });
});

describe('into how many parts the targets are split', () => {
  const settings = { shards: 4, topic: 'projects/ops/topics/shards', targetsPerSweep: 100, identities: [] };
  it.each([
    [100, 1, 1],
    [101, 1, 4],
    [101, 4, 4],
    // Taken back only where they are clearly fewer.
    [90, 4, 4],
    [80, 4, 1],
    // Another number of shards is taken at once.
    [101, 8, 4],
  ])('%i targets that are in %i parts: into %i', (targetCount, now, then) => {
    expect(shardsFor(targetCount, settings, now)).toBe(then);
  });
});

describe('a message', () => {
  it('is acknowledged unread when it is more than a period old', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    await fleet.coordinate();
    const [first] = fleet.messages;
    fleet.test.clock.advance(seconds(61));
    const before = fleet.reads.length;
    expect(await fleet.deliver(first)).toBe(204);
    expect(fleet.reads).toHaveLength(before);
    expect(fleet.test.calls('list')).toEqual([]);
    expect(fleet.test.log.at(-1)?.message).toMatch(/acknowledged unread: It is 61 s old/);
  });

  it.each<[string, (event: TestFleet['messages'][number]) => unknown]>([
    ['another number of shards', (event) => ({ ...event, data: { ...Object(event.data), shards: 4 } })],
    ['a shard that there is none of', (event) => ({ ...event, data: { ...Object(event.data), shard: 3 } })],
    [
      'an identity that is not in the settings',
      (event) => ({ ...event, data: { ...Object(event.data), identity: 'a@b' } }),
    ],
    ['a minute to come', (event) => ({ ...event, data: { ...Object(event.data), sentAtMs: 9e12 } })],
    ['no version', (event) => ({ ...event, data: { ...Object(event.data), version: 2 } })],
    ['another event', (event) => ({ ...event, type: 'dev.jobwarden.notice.v1' })],
    ['nothing', () => 'x'],
  ])('that names %s is acknowledged unread', async (_says, changed) => {
    const fleet = aBigFleet();
    await fleet.minute();
    await fleet.coordinate();
    const [first] = fleet.messages;
    if (first === undefined) throw new Error('there is a message');
    const before = fleet.reads.length;
    expect(await fleet.deliver(changed(first))).toBe(204);
    expect(fleet.reads).toHaveLength(before);
    expect(fleet.test.log.at(-1)?.message).toMatch(/acknowledged unread/);
  });

  it('that is delivered twice, also at once, makes one sweep', async () => {
    const fleet = aBigFleet();
    await fleet.minute();
    await fleet.coordinate();
    const [first] = fleet.messages;
    expect(await Promise.all([fleet.deliver(first), fleet.deliver(first)])).toEqual([204, 204]);
    const listed = fleet.test.calls('list').length;
    expect(await fleet.deliver(first)).toBe(204);
    expect(fleet.test.calls('list')).toHaveLength(listed);
    expect(new Set(fleet.test.calls('list').map(({ of }) => of)).size).toBe(listed);
  });
});

describe('what concerns all of the fleet', () => {
  it('bounds all shards together: the budget of a sweep', async () => {
    const fleet = aBigFleet({ policy: { budget: { perSweep: 4 } } });
    await fleet.minute();
    await fleet.minute();
    expect(fleet.test.cancelled()).toHaveLength(4);
    await fleet.minute();
    expect(fleet.test.cancelled()).toHaveLength(8);
    expect((await fleetOf(fleet)).reservations).toHaveLength(8);
  });

  it.each([
    [1, 1],
    [9, 3],
  ])('bounds what is planned while a sweep is under way as well: %i a sweep', async (perSweep, sent) => {
    const rules = [aRule({ name: 'slots', limit: { slotHours: 60 } })];
    const fleet = aBigFleet({ jobs: [], policy: { rules, budget: { ...wide.budget, perSweep } } });
    await fleet.minute();
    const beganMs = fleet.test.clock.now() + minutes(1);
    // Each passes its limit 20 s after the shards begin, in a target of another shard.
    const perMs = hours(60) / (hours(1) + seconds(20));
    for (const [shard, index] of [0, 1, 2].entries()) {
      const project = projects.find((name) => shardOf(`bigquery:${name}`, 3) === shard) ?? '';
      const when = { startedAtMs: beganMs - hours(1), createdAtMs: beganMs - hours(1), slotMs: perMs * hours(1) };
      const job = aJob({ id: `near-${index}`, project, target: `bigquery:${project}`, ...when });
      const look = (atMs: number) => ({ slotMs: perMs * (hours(1) + atMs - beganMs) });
      fleet.test.engine.put({ job, look });
    }
    await fleet.minute();
    expect(fleet.test.cancelled()).toHaveLength(sent);
    const { reservations, tallies } = await fleetOf(fleet);
    expect(reservations).toHaveLength(sent);
    expect(tallies.map(({ seen }) => seen)).toEqual([1, 1, 1]);
  });

  it('is said once: an open breaker, by whoever hands out, and that it closed', async () => {
    const fleet = aBigFleet({ policy: { breaker: { maxCancels: 4, maxShare: '100%' } } });
    await fleet.minute();
    for (let minute = 0; minute < 3; minute += 1) await fleet.minute();
    expect(fleet.test.cancelled().length).toBeLessThanOrEqual(4);
    expect(names(fleet, 'breaker')).toEqual(['breaker.opened']);
    expect(
      fleet.test.notices('trouble').filter(({ trouble }) => trouble?.title.includes('breaker') === true),
    ).toHaveLength(1);
    for (const { id } of runaways) fleet.test.engine.finish(id);
    for (let minute = 0; minute < 3; minute += 1) await fleet.minute();
    expect(names(fleet, 'breaker')).toEqual(['breaker.opened', 'breaker.closed']);
  });

  it('is one heartbeat an hour, and none of each shard', async () => {
    const fleet = aBigFleet({ jobs: [] });
    for (let minute = 0; minute < 6; minute += 1) await fleet.minute();
    expect(names(fleet, 'sweep')).toEqual(['sweep.completed']);
  });
});

/** Says of each ledger which cases of which jobs are in it, and how they stand. */
function openIn({ cases }: LedgerDocument): Readonly<Record<string, string>> {
  const open = Object.values(cases).filter(({ state }) => state !== 'closed');
  return Object.fromEntries(open.map(({ job, state }) => [job.id, state]));
}

describe('from one ledger to shards', () => {
  it('a cancel on its way is followed up where it is, and nobody else touches its job', async () => {
    const jobs = [{ job: runaways[0] ?? aJob(), onCancel: ignored }];
    const fleet = aBigFleet({ jobs });
    fleet.sharing.settings satisfies { readonly targetsPerSweep: number };
    const alone = { ...fleet.sharing.settings, targetsPerSweep: 9 };
    const { settings } = fleet.sharing;
    Object.assign(fleet.sharing, { settings: alone });
    await fleet.minute();
    expect(fleet.test.cancelled()).toEqual(['job-0']);
    expect(Object.values((await fleet.ledger(mainLedger)).cases).filter(isBeingCancelled)).toHaveLength(1);
    Object.assign(fleet.sharing, { settings });
    await fleet.minute();
    await fleet.minute();
    expect(fleet.test.cancelled()).toEqual(['job-0']);
    expect((await fleetOf(fleet)).former).toMatchObject([{ shards: 1 }]);
    fleet.test.engine.finish('job-0');
    for (let minute = 0; minute < 4; minute += 1) await fleet.minute();
    expect(fleet.test.cancelled()).toEqual(['job-0']);
    expect((await fleetOf(fleet)).former).toEqual([]);
  });

  it('a case that only stands moves with what was told of it, and a grace goes on', async () => {
    const rules = [aRule({ grace: '10m' })];
    const [first = aJob()] = runaways;
    const fleet = aBigFleet({ jobs: [first], policy: { rules } });
    const { settings } = fleet.sharing;
    Object.assign(fleet.sharing, { settings: { ...settings, targetsPerSweep: 9 } });
    await fleet.minute();
    const before = openIn(await fleet.ledger(mainLedger));
    expect(before).toEqual({ 'job-0': 'warned' });
    const notices = fleet.test.notices('warned').length;
    await deliver(fleet.test);
    Object.assign(fleet.sharing, { settings });
    for (let minute = 0; minute < 6; minute += 1) await fleet.minute();
    const home = shardLedger(3, shardOf(first.target, 3));
    expect(openIn(await fleet.ledger(mainLedger))).toEqual({});
    expect(openIn(await fleet.ledger(home))).toEqual({ 'job-0': 'warned' });
    expect(fleet.test.notices('warned')).toHaveLength(notices);
    expect((await fleetOf(fleet)).former).toEqual([]);
    for (let minute = 0; minute < 12 && fleet.test.cancelled().length === 0; minute += 1) await fleet.minute();
    expect(fleet.test.cancelled()).toEqual(['job-0']);
  });

  it('and back: the one ledger takes over what the shards had', async () => {
    const rules = [aRule({ grace: '2h' })];
    const fleet = aBigFleet({ policy: { rules } });
    await fleet.minute();
    await fleet.minute();
    const { settings } = fleet.sharing;
    Object.assign(fleet.sharing, { settings: { ...settings, targetsPerSweep: 1000 } });
    for (let minute = 0; minute < 6; minute += 1) await fleet.minute();
    expect(Object.keys(openIn(await fleet.ledger(mainLedger)))).toHaveLength(9);
    for (const shard of [0, 1, 2]) expect(openIn(await fleet.ledger(shardLedger(3, shard)))).toEqual({});
    expect(await fleetOf(fleet)).toMatchObject({ layout: { shards: 1 }, former: [] });
    expect(fleetSchema.safeParse(await fleetOf(fleet)).success).toBe(true);
    expect(fleet.test.clock.now()).toBeGreaterThan(minutes(5));
  });
});
