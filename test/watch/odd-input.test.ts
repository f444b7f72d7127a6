import { describe, expect, test } from 'vitest';
import { aJob, aRule, hours, nowMs } from '../make.ts';
import { aWorld } from './a-world.ts';
import { endsAfter, engineError } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const labelsOf = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'x'.repeat(63)]));

const oddJobs = [
  ['10,000 labels', { labels: labelsOf(10_000) }],
  [
    'labels named like parts of an object',
    { labels: JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "c"}') },
  ],
  ['an id of odd characters', { id: 'a b/../c?x=y#z\u0000\n💥\ud800' }],
  ['an id named like a part of an object', { id: '__proto__' }],
  ['an empty id', { id: '' }],
  ['an id of 1024 characters', { id: 'x'.repeat(1024) }],
  ['an owner that is no address', { labels: { owner: 'not <an> address!!' } }],
  ['an owner that looks like a command', { labels: { owner: '<!channel> *bold* @here' } }],
  [
    'an identity of another cloud',
    { principal: 'principal://iam.googleapis.com/locations/global/x/subject/sam', principalKind: 'external' },
  ],
  ['an endless principal', { principal: `${'x'.repeat(5000)}@example.com` }],
  ['no location', { location: undefined }],
  ['a statement of a megabyte', { queryText: `SELECT '${'x'.repeat(1_000_000)}'` }],
  ['numbers at the edge', { bytesProcessed: Number.MAX_SAFE_INTEGER, slotMs: Number.MAX_SAFE_INTEGER, children: 0 }],
  ['numbers that are none', { bytesProcessed: Number.NaN, bytesEstimated: Infinity, slotMs: -1 }],
  [
    'a start before there were computers',
    { startedAtMs: Date.parse('0001-01-01'), createdAtMs: Date.parse('0001-01-01') },
  ],
  ['doubts', { doubts: Array.from({ length: 100 }, (_, index) => `field ${index} is odd`) }],
] as const;

describe('a job with odd data', () => {
  test.each(oddJobs)('is cancelled and told of like any other: %s', async (_, fields) => {
    const job = { ...runaway, ...fields };
    const other = { ...runaway, id: 'job-2' };
    const world = aWorld({ jobs: [job, other] });
    const summary = await world.sweep();
    expect(summary.outcomes).toEqual({ cancelled: 2 });
    expect([...world.cancelled()].sort()).toEqual([job.id, 'job-2'].sort());
    expect(world.notices('cancelled').flatMap(({ jobs }) => jobs)).toHaveLength(2);
  });

  test.each(oddJobs)('fits into the log and the answer: %s', async (_, fields) => {
    const world = aWorld({ jobs: [{ ...runaway, ...fields }], setting: 'observe' });
    const summary = await world.sweep();
    expect(JSON.stringify(summary).length).toBeLessThan(20_000);
    expect(JSON.stringify(world.log).length).toBeLessThan(50_000);
    for (const event of world.trail.events) expect(JSON.stringify(event).length).toBeLessThan(64 * 1024);
  });

  test('may say anything about its end', async () => {
    const end = { how: 'failed' as const, reason: 'x'.repeat(5000), message: `\u0000${'y'.repeat(1_000_000)}` };
    const world = aWorld({ jobs: [{ job: runaway, onCancel: endsAfter(0, end) }] });
    expect((await world.sweep()).outcomes).toEqual({ 'failed-by-itself': 1 });
  });

  test('may fail with any message', async () => {
    const error = engineError('z'.repeat(100_000));
    const world = aWorld({ jobs: [{ job: runaway, onCancel: { how: 'throws', error } }] });
    world.engine.target('bigquery:finance-prod', { fails: error });
    expect(await world.sweep()).toMatchObject({ outcomes: { error: 1 }, status: 'degraded' });
  });

  test('of no owner at all is told to nobody in particular', async () => {
    const world = aWorld({
      jobs: [{ ...runaway, principal: 'sa@x.iam.gserviceaccount.com' }],
      policy: { owners: {}, operators: undefined },
    });
    await world.sweep();
    expect(world.notices().map(({ owner, receivers }) => [owner.name, receivers])).toEqual([['nobody', []]]);
  });
});

describe('very many jobs', () => {
  test('are judged in one sweep, each one told of once', async () => {
    const jobs = Array.from({ length: 1000 }, (_, index) => ({
      ...runaway,
      id: `job-${index}`,
      principal: `p${index % 50}@example.com`,
    }));
    const world = aWorld({ jobs, policy: { rules: [aRule({ action: 'warn' })] } });
    expect((await world.sweep()).outcomes).toEqual({ warned: 1000 });
    expect((await world.sweepAgain()).events.published).toBe(0);
    expect(world.notices('warned').filter(({ part }) => (part?.number ?? 1) === 1)).toHaveLength(50);
    expect(world.notices('warned').flatMap((notice) => notice.jobs)).toHaveLength(1000);
  });

  test('of one id in different places are different jobs', async () => {
    const policy = { breaker: { maxCancels: 100 }, budget: { perSweep: 100 } };
    const world = aWorld({ policy, jobs: [runaway] });
    const elsewhere = aWorld({
      policy,
      jobs: [
        { ...runaway, createdAtMs: nowMs - hours(2) },
        { ...runaway, location: 'US' },
      ],
    });
    await world.sweep();
    await elsewhere.sweep();
    const cases = [...world.jobEvents(), ...elsewhere.jobEvents()].map((event) => event.case);
    expect(new Set(cases).size).toBe(2);
  });
});
