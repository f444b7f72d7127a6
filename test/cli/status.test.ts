import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { emptyLedger, type Case, type LedgerDocument } from '../../shared/ledger/document.ts';
import { stopText } from '../../shared/ledger/stop.ts';
import { busy, faultyObjects } from '../ledger/faulty-objects.ts';
import { hours } from '../make.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { inBuckets } from './in-buckets.ts';

// Everything here is made up.
const policy = `version: 1
mode: enforce
operators: { slack: "#data-cost" }
targets: [{ engine: bigquery, projects: [shop] }]
rules:
  - { name: short, match: { principal: "*@example.com" }, limit: { runTime: 3h }, action: record }
owners: { domains: [example.com], fallback: { slack: "#data-cost" } }
`;
const sha256 = createHash('sha256').update(policy).digest('hex');
const minutes = (count: number) => count * 60_000;
const well: LedgerDocument = {
  ...emptyLedger,
  heartbeatAtMs: nowMs - minutes(12),
  policySeen: { sha256, sinceMs: nowMs - hours(48) },
};

function aCase(id: string, more: Partial<Case> = {}): Case {
  return {
    id,
    job: { engine: 'bigquery', target: 'bigquery:shop', project: 'shop', location: 'EU', id: `job_${id}` },
    state: 'observed',
    rule: 'short',
    attempts: 0,
    sequence: 1,
    reported: {},
    told: {},
    openedAtMs: nowMs - hours(1),
    updatedAtMs: nowMs - minutes(20),
    ...more,
  };
}
const cases = (...all: readonly Case[]) => ({ cases: Object.fromEntries(all.map((one) => [one.id, one])) });
const waiting = (minutesAgo: number): LedgerDocument['outbox'][number] => ({
  specversion: '1.0',
  id: 'e',
  source: '//jobwarden/test',
  type: 'dev.jobwarden.job.recorded.v1',
  subject: 's',
  time: new Date(nowMs - minutes(minutesAgo)).toISOString(),
  datacontenttype: 'application/json',
  correlationid: 'sweep',
  severity: 'INFO',
  data: {},
});

interface Given {
  readonly ledger?: Partial<LedgerDocument>;
  readonly text?: string | undefined;
  readonly stop?: string;
}

async function scene({ ledger = {}, text = policy, stop }: Given): Promise<Scene> {
  const buckets = inBuckets();
  await buckets.put('gs://state', 'ledger.json', JSON.stringify({ ...well, ...ledger }));
  if (text !== '') await buckets.put('gs://policies', 'prod/policy.yaml', text);
  if (stop !== undefined) await buckets.put('gs://policies', 'prod/STOP', stop);
  return { outside: buckets };
}

const places = ['--policy', 'gs://policies/prod/policy.yaml', '--state', 'gs://state'];
const statusOf = async (given: Given, words = places) => jobwarden(['status', ...words], await scene(given));

describe('jobwarden status', () => {
  it('says in five lines that all is well', async () => {
    const { out, code } = await statusOf({ ledger: cases(aCase('a'), aCase('b', { openedAtMs: nowMs - hours(5) })) });
    expect(out.split('\n')).toEqual([
      'ok   sweeps  the newest on record was 12 min ago; one is recorded at least hourly.',
      `ok   policy  it validates: 1 rule, mode enforce, version ${sha256.slice(0, 12)}, in force for 2 d.`,
      'ok   cancels nothing stops them: no stop switch, the breaker is closed; 0 attempted in the last hour.',
      'ok   cases   2 open; the oldest is shop:EU.job_b, over rule short for 5 h.',
      'ok   outbox  empty: every event is published.',
      '',
    ]);
    expect(code).toBe(0);
  });

  const stop = (until: number) =>
    stopText({ until: new Date(until).toISOString(), reason: 'closing the month', by: 'ana' });
  const unwell: readonly (readonly [string, Given, string, string, RegExp])[] = [
    ['no sweep for long', { ledger: { heartbeatAtMs: nowMs - minutes(66) } }, 'sweeps', 'no-sweep', /66 min|1 h 6 min/],
    ['no sweep at all', { ledger: { heartbeatAtMs: 0 } }, 'sweeps', 'no-sweep', /none is on record/],
    [
      'a target that fails',
      { ledger: { troubles: { 'target:bigquery:shop': nowMs } } },
      'sweeps',
      'target-failed',
      /not seen whole: bigquery:shop/,
    ],
    [
      'a rejected policy',
      { text: 'version: 1\nrules: 7\n' },
      'policy',
      'policy-rejected',
      /the newest edit is rejected/,
    ],
    ['no policy', { text: '' }, 'policy', 'no-policy', /there is none/],
    ['a stop switch', { stop: stop(nowMs + hours(1)) }, 'cancels', 'stopped', /by ana until .*: closing the month/],
    ['a stop switch that is no order', { stop: 'please' }, 'cancels', 'stopped', /does not say until when/],
    [
      'an open breaker',
      { ledger: { troubles: { breaker: nowMs - minutes(3) } } },
      'cancels',
      'breaker-open',
      /open for 3 min/,
    ],
    [
      'failed cancels',
      { ledger: { targets: { 'bigquery:shop': { failures: 3, observeUntilMs: nowMs + 1 } } } },
      'cancels',
      'cancels-failed',
      /bigquery:shop is only observed/,
    ],
    [
      'a cancel without effect',
      { ledger: cases(aCase('c', { state: 'unconfirmed' })) },
      'cases',
      'cancel-without-effect',
      /1 unconfirmed/,
    ],
    [
      'a cancel that is forbidden',
      { ledger: cases(aCase('d', { state: 'forbidden' })) },
      'cases',
      'cancel-without-effect',
      /1 forbidden/,
    ],
    [
      'a backlog',
      { ledger: { outbox: [waiting(6)] } },
      'outbox',
      'outbox-waiting',
      /1 event waits, the oldest for 6 min/,
    ],
  ];
  it.each(unwell)('is not well with %s, and says what to do', async (_, given, about, code, says) => {
    const ran = await statusOf(given, [...places, '--format', 'json']);
    const data: { readonly well: boolean; readonly problems: readonly unknown[] } = JSON.parse(ran.out);
    expect([ran.code, data.well]).toEqual([1, false]);
    expect(data.problems).toEqual([
      { code, severity: 'warning', where: about, says: expect.stringMatching(says), try: expect.stringMatching(/\S/) },
    ]);
  });

  it.each<readonly [string, Given]>([
    ['a stop switch that has expired', { stop: stop(nowMs - 1) }],
    ['a closed case', { ledger: cases(aCase('e', { state: 'closed' })) }],
    ['a sweep that was recorded only in a case', { ledger: { heartbeatAtMs: nowMs - hours(2), ...cases(aCase('f')) } }],
    ['an event that has waited for a moment', { ledger: { outbox: [waiting(1)] } }],
    ['an edit that no sweep has seen', { text: `${policy}\n# edited\n` }],
  ])('is well with %s', async (_, given) => {
    expect((await statusOf(given)).code).toBe(0);
  });

  it('takes a switch and a policy that cannot be read for what keeps all from being well', async () => {
    const buckets = inBuckets();
    await buckets.put('gs://state', 'ledger.json', JSON.stringify(well));
    const broken = faultyObjects(buckets.objects('gs://policies'), () => ({ when: 'before', error: busy() }));
    const objects = (place: string) => (place === 'gs://policies' ? broken : buckets.objects(place));
    const { out, code } = await jobwarden(['status', ...places], { outside: { objects } });
    expect(code).toBe(1);
    expect(out).toMatch(/no {3}policy {2}it cannot be read: /);
    expect(out).toMatch(/no {3}cancels The stop switch cannot be read: /);
  });

  it('looks beside a policy file, and finds its places in the environment', async () => {
    const buckets = inBuckets();
    await buckets.put('gs://state', 'ledger.json', JSON.stringify(well));
    const files = new Map([
      ['ops/policy.yaml', policy],
      ['ops/STOP', stop(nowMs + hours(1))],
    ]);
    const env = { JOBWARDEN_POLICY: 'ops/policy.yaml', JOBWARDEN_STATE: 'gs://state' };
    const { out, code } = await jobwarden(['status'], { files, env, outside: buckets });
    expect([code, out]).toEqual([1, expect.stringContaining('closing the month')]);
  });

  it.each([
    [['--policy', 'p.yaml', '--state', 'gs://nothing'], 'no-ledger'],
    [['--state', 'gs://state'], 'no-policy'],
    [['--policy', 'p.yaml', '--state', 'https://x'], 'bad-place'],
    [[...places, 'more'], 'unexpected-file'],
  ])('cannot run with %j', async (words, code) => {
    const ran = await statusOf({}, [...words, '--format', 'json']);
    const { problems }: { readonly problems: readonly { code: string }[] } = JSON.parse(ran.out);
    expect([ran.code, problems.map((one) => one.code)]).toEqual([2, [code]]);
  });
});
