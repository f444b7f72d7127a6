import { describe, expect, it } from 'vitest';
import { emptyLedger, type Case, type LedgerDocument } from '../../shared/ledger/document.ts';
import { emptyFleet, type FleetDocument } from '../../shared/ledger/fleet.ts';
import { shardLedger } from '../../shared/ledger/shards.ts';
import { hours } from '../make.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { inBuckets } from './in-buckets.ts';

// Everything here is made up.
const state = 'gs://state/prod';
const policy = `version: 1
mode: enforce
operators: { slack: "#data-cost" }
targets: [{ engine: bigquery, projects: [shop] }]
rules:
  - { name: short, match: { principal: "*@example.com" }, limit: { runTime: 3h }, action: record }
owners: { domains: [example.com], fallback: { slack: "#data-cost" } }
`;
const sharded: FleetDocument = {
  ...emptyFleet,
  layout: { shards: 2, sinceMs: nowMs - hours(9) },
  former: [{ shards: 3, untilMs: nowMs - hours(9) }],
};

function aCase(id: string): Case {
  const job = {
    engine: 'bigquery' as const,
    target: 'bigquery:shop',
    project: 'shop',
    location: 'EU',
    id: `job_${id}`,
  };
  const when = { openedAtMs: nowMs - hours(1), updatedAtMs: nowMs - hours(1) };
  return { id, job, state: 'observed', rule: 'short', attempts: 0, sequence: 1, reported: {}, told: {}, ...when };
}

const waiting: LedgerDocument['outbox'][number] = {
  specversion: '1.0',
  id: 'e',
  source: '//jobwarden/test',
  type: 'dev.jobwarden.job.recorded.v1',
  subject: 's',
  time: new Date(nowMs - hours(1)).toISOString(),
  datacontenttype: 'application/json',
  correlationid: 'sweep',
  severity: 'INFO',
  data: {},
};

/** A fleet of two shards that were three: each ledger has one open case, and one has an event that waits. */
async function aFleet() {
  const buckets = inBuckets();
  const put = (name: string, document: object) => buckets.put(state, name, JSON.stringify(document));
  await put('fleet.json', sharded);
  await put('ledger.json', { ...emptyLedger, heartbeatAtMs: nowMs - 60_000 });
  await put(shardLedger(2, 0), { ...emptyLedger, cases: { a: aCase('a') } });
  await put(shardLedger(2, 1), { ...emptyLedger, cases: { b: aCase('b') }, outbox: [waiting] });
  await put(shardLedger(3, 2), { ...emptyLedger, cases: { c: aCase('c') } });
  const files = new Map([['policy.yaml', policy]]);
  const scene: Scene = { env: { USER: 'ana' }, files, outside: { objects: buckets.objects } };
  const read = async (name: string): Promise<unknown> => JSON.parse((await buckets.text(state, name)) ?? 'null');
  return { scene, read };
}

describe('a place with shards', () => {
  it('is looked at as one: jobwarden status counts the cases and events of all ledgers', async () => {
    const { scene } = await aFleet();
    const { out } = await jobwarden(['status', '--policy', 'policy.yaml', '--state', state], scene);
    expect(out).toContain('3 open; the oldest is shop:EU.job_a');
    expect(out).toContain('1 event waits');
  });

  it('has one breaker: closed by hand, it is closed for all of them', async () => {
    const { scene, read } = await aFleet();
    const { code } = await jobwarden(['breaker', 'close', '--reason', 'It is right', '--state', state], scene);
    const breakerClosed = { atMs: nowMs, reason: 'It is right', by: 'ana' };
    expect([code, await read('fleet.json')]).toEqual([0, { ...sharded, breakerClosed }]);
    const { out } = await jobwarden(['breaker', 'status', '--state', state], scene);
    expect(out).toContain('It was closed by hand by ana');
  });
});
