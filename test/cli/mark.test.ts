import { describe, expect, it, onTestFinished } from 'vitest';
import { startGoogleApis } from '../../infra/local/google-apis/server.ts';
import { openCase } from '../../shared/ledger/case.ts';
import { emptyLedger } from '../../shared/ledger/document.ts';
import { caseId } from '../../shared/audit/event.ts';
import type { Mark, MarkRecord } from '../../shared/report/marks.ts';
import { aJob, aVerdict, hours } from '../make.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { cancelled } from './an-event.ts';
import { inBuckets } from './in-buckets.ts';

// Everything here is made up.
const place = 'gs://state/prod';
const job = aJob({ id: 'scan', principal: 'ana@example.com' });
const story = caseId(job);
const twin = aJob({ id: 'scan', project: 'finance-prod' });
const state = ['--state', place];
const why = ['--why', 'it was about to finish'];
const falseAlarm = ['mark', 'analytics-prod:EU.scan', 'false-alarm', ...why, ...state];

async function aPlace(jobs = [job]) {
  const buckets = inBuckets();
  const cases = Object.fromEntries(
    jobs.map((one) => [caseId(one), openCase(caseId(one), aVerdict({ job: one }), nowMs)]),
  );
  await buckets.put(place, 'ledger.json', JSON.stringify({ ...emptyLedger, cases }));
  const scene: Scene = { env: { USER: 'ana' }, outside: { objects: buckets.objects } };
  const ledger = () => buckets.text(place, 'ledger.json');
  const kept = async (id = story): Promise<MarkRecord | undefined> => {
    const text = await buckets.text(place, `marks/${id}.json`);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return { scene, kept, ledger, buckets };
}

const mark: Mark = { judged: 'false-alarm', why: 'it was about to finish', by: 'ana', atMs: nowMs };
const name = 'bigquery:analytics-prod:EU.scan';

async function codesOf(words: readonly string[], scene: Scene) {
  const { out, code } = await jobwarden([...words, '--format', 'json'], scene);
  const data: { readonly problems: readonly { readonly code: string; readonly says: string; readonly try: string }[] } =
    JSON.parse(out);
  return { code, codes: data.problems.map((one) => one.code), first: data.problems[0] };
}

describe('jobwarden mark', () => {
  it('keeps who said what, when and why, and leaves the case as it is', async () => {
    const { scene, kept, ledger } = await aPlace();
    const before = await ledger();
    const { out, code } = await jobwarden(falseAlarm, scene);
    expect(code).toBe(0);
    expect(await kept()).toEqual({ version: 1, case: story, job: name, mark, before: [] });
    expect(await ledger()).toBe(before);
    expect(out).toContain(
      `${name} is marked: a false alarm by ana at Mon 2026-11-30 00:00 UTC: it was about to finish.`,
    );
  });

  const names = ['scan', 'EU.scan', 'eu.scan', 'analytics-prod:EU.scan', name, story, `${story}.cancel.confirmed.r.1`];
  it.each(names)('finds the job by %s', async (wanted) => {
    const { scene, kept } = await aPlace();
    const { code } = await jobwarden(['mark', wanted, 'rightly', ...why, ...state], scene);
    expect([code, (await kept())?.mark.judged]).toEqual([0, 'rightly']);
  });

  it('finds an older job in exported events', async () => {
    const { scene, kept } = await aPlace([]);
    const event = cancelled(aJob({ id: 'old' }));
    const files = new Map([['e.json', JSON.stringify(event)]]);
    const words = ['mark', 'old', 'rightly', ...why, ...state, '--events', 'e.json'];
    expect((await jobwarden(words, { ...scene, files })).code).toBe(0);
    expect((await kept(event.case))?.job).toBe(event.data.job.name);
  });

  it('finds an older job in the view of events', async () => {
    const { scene, kept } = await aPlace([]);
    const asked: unknown[] = [];
    const other = ['f'.repeat(20), 'bigquery:analytics-prod:US.scan'];
    const apis = await startGoogleApis({
      rows: (query) => {
        asked.push(query);
        return [[story, name], other];
      },
    });
    onTestFinished(() => apis.close());
    const env = { USER: 'ana', GOOGLE_APIS_EMULATOR_HOST: apis.url };
    const words = ['mark', 'EU.scan', 'rightly', ...why, ...state, '--table', 'ops.audit.all_events'];
    expect((await jobwarden(words, { ...scene, env })).code).toBe(0);
    expect((await kept())?.job).toBe(name);
    const sql = expect.stringContaining('FROM `ops.audit.all_events` WHERE job_case IS NOT NULL');
    expect(asked).toEqual([{ project: 'ops', sql, parameters: { story: 'EU.scan', id: '.scan' } }]);
  });

  it('replaces what the same person has said, and keeps that beside it', async () => {
    const { scene, kept } = await aPlace();
    await jobwarden(falseAlarm, scene);
    const words = ['mark', 'scan', 'rightly', '--why', 'it was not', ...state];
    const { out, code } = await jobwarden(words, scene);
    expect([code, out]).toEqual([0, expect.stringContaining('It takes the place of another, which is kept: a false')]);
    expect(await kept()).toMatchObject({ mark: { judged: 'rightly', why: 'it was not' }, before: [mark] });
  });

  it('writes nothing where the same was said before', async () => {
    const { scene, kept } = await aPlace();
    await jobwarden(falseAlarm, scene);
    const { out, code } = await jobwarden(falseAlarm, {
      ...scene,
      outside: { ...scene.outside, now: () => nowMs + hours(1) },
    });
    expect([code, out]).toEqual([0, expect.stringContaining('nothing was written')]);
    expect((await kept())?.before).toEqual([]);
  });

  it('replaces what somebody else has said only when that is asked for', async () => {
    const { scene, kept } = await aPlace();
    await jobwarden(falseAlarm, scene);
    const ben = ['mark', 'scan', 'rightly', '--why', 'no', '--by', 'ben', ...state];
    const refused = await codesOf(ben, scene);
    expect([refused.code, refused.codes, (await kept())?.mark]).toEqual([2, ['marked-before'], mark]);
    expect(refused.first?.says).toContain('a false alarm by ana');
    expect((await jobwarden([...ben, '--replace'], scene)).code).toBe(0);
    expect(await kept()).toMatchObject({ mark: { by: 'ben' }, before: [mark] });
  });

  it('knows nobody again who does not say who they are', async () => {
    const { scene } = await aPlace();
    const nobody = { ...scene, env: {} };
    expect((await jobwarden(falseAlarm, nobody)).code).toBe(0);
    const other = ['mark', 'scan', 'rightly', '--why', 'no', ...state];
    expect((await codesOf(other, nobody)).codes).toEqual(['marked-before']);
  });

  it('loses no mark of two that are written at once', async () => {
    const { scene, kept, buckets } = await aPlace();
    const objects = (where: string) => {
      const inner = buckets.objects(where);
      let isFirst = true;
      const put: typeof inner.put = async (key, write, budget) => {
        if (isFirst && key.startsWith('marks/')) {
          isFirst = false;
          const record = { version: 1, case: story, job: name, mark: { ...mark, by: 'ben' }, before: [] };
          await buckets.put(where, key, JSON.stringify(record));
        }
        return inner.put(key, write, budget);
      };
      return { ...inner, put };
    };
    const { codes } = await codesOf(falseAlarm, { ...scene, outside: { objects } });
    expect([codes, (await kept())?.mark.by]).toEqual([['marked-before'], 'ben']);
  });

  it('names the cases where a name is that of several jobs', async () => {
    const { scene } = await aPlace([job, twin]);
    const { code, codes, first } = await codesOf(['mark', 'scan', 'rightly', ...why, ...state], scene);
    expect([code, codes]).toEqual([2, ['ambiguous-job']]);
    expect(first?.try).toContain(`${story} (${name})`);
  });

  const mistakes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['nothing', ['mark', ...state], ['bad-judgement', 'missing-option']],
    ['no judgement', ['mark', 'scan', ...why, ...state], ['bad-judgement']],
    ['another judgement', ['mark', 'scan', 'wrong', ...why, ...state], ['bad-judgement']],
    ['a word too many', ['mark', 'scan', 'rightly', 'so', ...why, ...state], ['bad-judgement']],
    ['no reason', ['mark', 'scan', 'rightly', ...state], ['missing-option']],
    ['a long reason', ['mark', 'scan', 'rightly', '--why', 'x'.repeat(501), ...state], ['too-long']],
    ['a job that nobody knows', ['mark', 'nobody', 'rightly', ...why, ...state], ['job-not-found']],
    ['a job of another place', ['mark', 'other:EU.scan', 'rightly', ...why, ...state], ['job-not-found']],
    ['a place without a ledger', ['mark', 'scan', 'rightly', ...why, '--state', 'gs://empty'], ['no-ledger']],
    ['a table that is none', ['mark', 'scan', 'rightly', ...why, ...state, '--table', 'x'], ['bad-table']],
  ];
  it.each(mistakes)('cannot run with %s', async (_, words, codes) => {
    const { scene, kept } = await aPlace();
    const ran = await codesOf(words, scene);
    expect([ran.code, ran.codes, await kept()]).toEqual([2, codes, undefined]);
  });
});
