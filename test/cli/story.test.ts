import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGoogleApis } from '../../infra/local/google-apis/server.ts';
import { jobEvent, type JobEventInput } from '../../shared/audit/job-event.ts';
import { emptyLedger } from '../../shared/ledger/document.ts';
import { openCase, withTold } from '../../shared/ledger/case.ts';
import { aJob, aVerdict, hours } from '../make.ts';
import { aWorld } from '../watch/a-world.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { inBuckets } from './in-buckets.ts';

// Everything here is made up.
const policyText = (limit: string) => `version: 1
mode: enforce
operators: { slack: "#data-cost" }
targets: [{ engine: bigquery, projects: [shop] }]
rules:
  - name: long
    description: Nothing typed by hand takes that long.
    match: { principal: "*@example.com" }
    limit: { runTime: ${limit} }
    action: record
owners: { domains: [example.com], fallback: { slack: "#data-cost" } }
`;
const [then, now] = [policyText('30m'), policyText('2h')];
const sha256 = createHash('sha256').update(then).digest('hex');
const story = '0123456789abcdef0123';
const job = aJob({ id: 'gone', runTimeMs: hours(1), principal: 'ana@example.com' });
const verdict = aVerdict({ job, rule: 'long' });
const where = 'gs://policies/policy.yaml';

function anEvent(sequence: number, more: Partial<JobEventInput> = {}) {
  const context = {
    source: '//jobwarden/test',
    sweepId: 's1',
    nowMs: nowMs + sequence * 60_000,
    policy: { sha256, where },
  };
  return jobEvent({ name: 'job.warned', verdict, case: story, sequence, attempt: 1, context, ...more });
}
const outcome = {
  verdict,
  did: 'cancelled' as const,
  why: 'It was stopped.',
  job: { ...job, end: { how: 'stopped' as const } },
};
const confirmed = anEvent(2, { name: 'cancel.confirmed', outcome });
const events = [
  confirmed,
  anEvent(1),
  anEvent(1),
  anEvent(3, { case: 'f'.repeat(20), verdict: aVerdict({ rule: 'else' }) }),
];
const ndjson = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).join('\n');

async function scene(more: Partial<Scene> = {}, lines = ndjson(events)): Promise<Scene> {
  const buckets = inBuckets();
  await buckets.put('gs://policies', 'policy.yaml', then);
  await buckets.put('gs://policies', 'policy.yaml', now);
  return { files: new Map([['events.ndjson', lines]]), outside: buckets, ...more };
}
const words = ['explain', '--policy', where, '--event'];
const fromFile = ['--events', 'events.ndjson'];

describe('jobwarden explain --event', () => {
  it('tells each step of the story once and in order, under the policy of that moment', async () => {
    const { out, code } = await jobwarden([...words, confirmed.id, ...fromFile], await scene());
    expect(code).toBe(0);
    expect(out).toContain('run by ana@example.com');
    expect([...out.matchAll(/UTC {2}(\S+)/g)].map(([, name]) => name)).toEqual(['job.warned', 'cancel.confirmed']);
    expect(out).toContain('cancelled: It was stopped.');
    const version = `version ${sha256.slice(0, 12)} of ${where}. Nothing typed by hand takes that long.`;
    expect(out).toContain(`${version} The rule is another today: jobwarden diff says how.`);
    expect(out).not.toContain('rule else');
  });

  it('finds the story by the name of its case as well', async () => {
    const ran = await jobwarden([...words, story, ...fromFile, '--format', 'json'], await scene());
    const data: { readonly case: string; readonly steps: readonly { id: string }[]; readonly policies: unknown } =
      JSON.parse(ran.out);
    expect(data).toMatchObject({ case: story, policies: { [sha256]: 'earlier' } });
    expect(data.steps.map(({ id }) => id)).toEqual([anEvent(1).id, confirmed.id]);
  });

  it('says so where the rule is the same, is gone, or the policy was not kept', async () => {
    const told = async (text: string) => {
      const buckets = inBuckets({ versioning: false });
      await buckets.put('gs://policies', 'policy.yaml', text);
      return (await jobwarden([...words, story, ...fromFile], await scene({ outside: buckets }))).out;
    };
    expect(await told(then)).toContain('The rule is the same today.');
    expect(await told(now)).toContain('which is not kept any more');
    const buckets = inBuckets();
    await buckets.put('gs://policies', 'policy.yaml', then);
    await buckets.put('gs://policies', 'policy.yaml', then.replace('name: long', 'name: other'));
    expect((await jobwarden([...words, story, ...fromFile], await scene({ outside: buckets }))).out).toContain(
      'has no such rule',
    );
  });

  it('reads a JSON list, and rows of the table and of the view as bq prints them', async () => {
    const row = { message_id: '1', data: JSON.stringify(confirmed), attributes: '{}' };
    const { id, type, time, data } = confirmed;
    const view = { id, type, time, sweep: 's1', job_case: story, sequence: '2', data: JSON.stringify(data) };
    for (const lines of [
      JSON.stringify(events),
      ndjson([row]),
      ndjson([view]),
      ndjson([{ ...row, data: confirmed }]),
    ]) {
      const { out, code } = await jobwarden([...words, confirmed.id, ...fromFile], await scene({}, lines));
      expect([code, out]).toEqual([0, expect.stringContaining('cancel.confirmed')]);
    }
  });

  it('counts what is no event about a job, and goes on', async () => {
    const lines = `${ndjson(events)}\n{"type":"dev.jobwarden.sweep.completed.v1"}\nnot json\n`;
    const { out, code } = await jobwarden([...words, story, ...fromFile], await scene({}, lines));
    expect([code, out]).toEqual([0, expect.stringContaining('2 lines of events.ndjson are no events about a job')]);
  });

  it('knows from the ledger what is not published yet, how the case stands, and who was told', async () => {
    const told = { noticeId: 'notice-1', atMs: nowMs, receipt: { how: 'delivered' as const, atMs: nowMs + 1000 } };
    const known = withTold(openCase(story, verdict, nowMs), 'long', told);
    const given = await scene();
    const buckets = inBuckets();
    await buckets.put('gs://policies', 'policy.yaml', then);
    await buckets.put(
      'gs://state',
      'ledger.json',
      JSON.stringify({ ...emptyLedger, cases: { [story]: known }, outbox: [confirmed] }),
    );
    const { out, code } = await jobwarden([...words, story, '--state', 'gs://state'], { ...given, outside: buckets });
    expect(code).toBe(0);
    expect(out).toContain('cancel.confirmed');
    expect(out).toContain('observed, 0 attempts to cancel');
    expect(out).toMatch(/told of rule long .* by notice-1: delivered /);
  });

  it('asks the audit view for the whole case of an event', async () => {
    const asked: unknown[] = [];
    const { id, type, time, data } = confirmed;
    const apis = await startGoogleApis({
      rows: (query) => {
        asked.push(query);
        return [[id, type, time, 's', 's1', story, '2', JSON.stringify(data)]];
      },
    });
    onTestFinished(() => apis.close());
    const given = await scene({ env: { GOOGLE_APIS_EMULATOR_HOST: apis.url } });
    const { out, code } = await jobwarden([...words, id, '--table', 'ops.jobwarden_audit.all_events'], given);
    expect([code, out]).toEqual([0, expect.stringContaining('cancel.confirmed')]);
    expect(asked).toEqual([
      { project: 'ops', sql: expect.stringContaining('`ops.jobwarden_audit.all_events`'), parameters: { id } },
    ]);
  });

  it('tells the story of a job that a real sweep cancelled', async () => {
    const world = aWorld({ jobs: [aJob({ runTimeMs: hours(1) })] });
    await world.sweep();
    const all = world.trail.events;
    const last = all.find(({ type }) => type.includes('cancel.confirmed'));
    const { out, code } = await jobwarden([...words, last?.id ?? '', ...fromFile], await scene({}, ndjson(all)));
    expect(code).toBe(0);
    expect([...out.matchAll(/UTC {2}(\S+)/g)].map(([, name]) => name)).toEqual(['cancel.intended', 'cancel.confirmed']);
  });

  it.each([
    [[...words, 'nobody', ...fromFile], 'event-not-found'],
    [[...words, story, '--events', 'missing.ndjson'], 'file-unreadable'],
    [[...words, story, '--table', 'no-view'], 'bad-table'],
    [['explain', '--event', story], 'no-policy'],
  ])('cannot run with %j', async (line, code) => {
    const ran = await jobwarden([...line, '--format', 'json'], await scene());
    const { problems }: { readonly problems: readonly { code: string }[] } = JSON.parse(ran.out);
    expect([ran.code, problems.map((one) => one.code)]).toEqual([2, [code]]);
  });
});
