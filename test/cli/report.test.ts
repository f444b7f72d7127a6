import { describe, expect, it } from 'vitest';
import { emptyLedger } from '../../shared/ledger/document.ts';
import type { ReportAnswer } from '../../shared/report/answer.ts';
import { jobwarden, nowMs, type Scene } from './a-shell.ts';
import { cancelled } from './an-event.ts';
import { inBuckets } from './in-buckets.ts';
import { aJob, hours } from '../make.ts';

// Everything here is made up.
const event = cancelled(aJob({ id: 'one' }));
const since = ['--since', '2026-03-01T00:00Z'];
const report = ['report', ...since, '--events', 'e.json'];

const scene = (text: string, more: Partial<Scene> = {}): Scene => ({ files: new Map([['e.json', text]]), ...more });

interface Printed {
  readonly report: ReportAnswer;
  readonly counts: { readonly unreadable: number };
  readonly problems: readonly { readonly code: string; readonly line?: number; readonly says: string }[];
}

async function reported(text: string, words: readonly string[] = report) {
  const { out, code } = await jobwarden([...words, '--format', 'json'], scene(text));
  const data: Printed = JSON.parse(out);
  return { code, ...data };
}

describe('events as they may have been stored', () => {
  const { case: story, correlationid, data, ...attributes } = event;
  const row = { ...attributes, job_case: story, sweep: correlationid };
  const base64 = Buffer.from(JSON.stringify(event)).toString('base64');
  const forms: readonly (readonly [string, string])[] = [
    ['published', JSON.stringify(event)],
    ['lines, with empty ones between', `\n${JSON.stringify(event)}\n\n`],
    ['an array', JSON.stringify([event], undefined, 2)],
    ['rows of the view, with data as an object', JSON.stringify({ ...row, data })],
    ['rows of the view, as bq prints them', JSON.stringify([{ ...row, sequence: '2', data: JSON.stringify(data) }])],
    ['rows of the table', JSON.stringify({ publish_time: '2026-03-11 10:00:00 UTC', data: event, attributes: {} })],
    ['rows of the table, as bq prints them', JSON.stringify([{ message_id: '1', data: JSON.stringify(event) }])],
    ['pulled from Pub/Sub', JSON.stringify([{ ackId: 'a', message: { data: base64, attributes: { kind: 'audit' } } }])],
  ];
  it.each(forms)('are read: %s', async (_, text) => {
    const { code, report: answer, problems } = await reported(text);
    expect([code, problems]).toEqual([0, []]);
    expect(answer.rules).toMatchObject([{ rule: 'long-queries', cancels: { confirmed: 1 } }]);
  });

  it('are read bit by bit, wherever the parts are cut', async () => {
    const bytes = new TextEncoder().encode(`${JSON.stringify(event)}\n${JSON.stringify(cancelled(aJob({ id: 'ü' })))}`);
    async function* chunks() {
      for (let from = 0; from < bytes.length; from += 7) yield bytes.subarray(from, from + 7);
    }
    const open = () => ({ chunks: chunks(), totalBytes: async () => bytes.length });
    const { out } = await jobwarden([...report, '--format', 'json'], { outside: { open } });
    const { report: answer }: Printed = JSON.parse(out);
    expect(answer.jobs).toBe(2);
  });
});

describe('what is no event', () => {
  it('is named by its line, ten of them at most, and counted', async () => {
    const lines = [JSON.stringify(event), ...Array.from({ length: 12 }, () => 'nonsense')].join('\n');
    const { code, problems, counts } = await reported(lines);
    expect([code, counts.unreadable]).toEqual([0, 12]);
    expect(problems.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, undefined]);
    expect(problems.at(-1)?.says).toBe('2 more lines are no events that can be read, 12 in all.');
  });

  const broken: readonly (readonly [string, unknown, string])[] = [
    ['a number', 7, 'it is no event'],
    ['no time', { ...event, time: 'noon' }, 'its time is missing or wrong'],
    ['no case', { ...event, case: undefined }, 'has no case'],
    ['no rule', { ...event, data: { ...event.data, rule: undefined } }, 'its data.rule is missing or wrong'],
  ];
  it.each(broken)('is said: %s', async (_, value, says) => {
    const { problems } = await reported(`${JSON.stringify(event)}\n${JSON.stringify(value)}`);
    expect(problems).toMatchObject([{ code: 'event-unreadable', line: 2, says: expect.stringContaining(says) }]);
  });

  it('is not an event of a later version, which is counted once and noted', async () => {
    const later = { ...event, id: 'x', type: 'dev.jobwarden.job.praised.v1' };
    const { problems, report: answer } = await reported(
      [event, later, later].map((one) => JSON.stringify(one)).join('\n'),
    );
    expect([problems, answer.unknownEvents]).toEqual([[], { 'dev.jobwarden.job.praised.v1': 1 }]);
    const { out } = await jobwarden(report, scene(`${JSON.stringify(event)}\n${JSON.stringify(later)}`));
    expect(out).toContain('does not know these events, and left them out: 1 dev.jobwarden.job.praised.v1.');
  });

  it('is not a word that a later version has added to an event', async () => {
    const held = { ...event, data: { ...event.data, heldBack: { by: 'moonlight', why: 'New.' }, more: 1 } };
    expect((await reported(JSON.stringify(held))).problems).toEqual([]);
  });
});

describe('jobwarden report', () => {
  const mistakes: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['nothing', ['report'], ['missing-option', 'no-events']],
    ['no events', ['report', ...since], ['no-events']],
    ['a time that is none', ['report', '--since', 'spring', '--events', 'e.json'], ['bad-time']],
    ['a time to come', ['report', '--since', '2026-12-24', '--events', 'e.json'], ['bad-time']],
    ['a time too long ago', ['report', '--since', '500d', '--events', 'e.json'], ['bad-time']],
    ['a file that is not there', ['report', ...since, '--events', 'none.json'], ['file-unreadable']],
    ['a policy that is not there', [...report, '--policy', 'none.yaml'], ['file-unreadable']],
    ['a table that is none', ['report', ...since, '--table', 'events'], ['bad-table']],
    ['a table and a size that is none', ['report', ...since, '--table', 'a.b.c', '--max-bytes', 'all'], ['bad-size']],
    ['a place of state that is none', [...report, '--state', 's3://x'], ['bad-place']],
    ['no event of the period', ['report', '--since', '1h', '--events', 'e.json'], ['no-events']],
  ];
  it.each(mistakes)('cannot run with %s', async (_, words, codes) => {
    const { code, problems } = await reported(JSON.stringify(event), words);
    expect([code, problems.map((one) => one.code)]).toEqual([2, codes]);
  });

  it('cannot run where the state that is named has no ledger', async () => {
    const outside = { objects: inBuckets().objects };
    const { code, err } = await jobwarden(
      [...report, '--state', 'gs://empty'],
      scene(JSON.stringify(event), { outside }),
    );
    expect([code, err]).toEqual([2, expect.stringContaining('[no-ledger]')]);
  });

  it('says what it was not given, and what that leaves out', async () => {
    const { out } = await jobwarden(report, scene(JSON.stringify(event)));
    for (const option of ['add the events sweep.completed', 'add --policy', 'add --state'])
      expect(out).toContain(option);
  });

  it('counts what waits in the outbox as well, and says when the breaker has opened', async () => {
    const buckets = inBuckets();
    const troubles = { breaker: nowMs - hours(2) };
    await buckets.put('gs://state', 'ledger.json', JSON.stringify({ ...emptyLedger, outbox: [event], troubles }));
    const words = ['report', ...since, '--events', 'e.json', '--state', 'gs://state'];
    const { out, code } = await jobwarden(words, scene('\n', { outside: { objects: buckets.objects } }));
    expect(code).toBe(0);
    expect(out).toContain('1 cancel was sent: 1 confirmed.');
    expect(out).toContain('The breaker did not open. It is open since 2026-11-29T22:00Z.');
  });

  it('goes on without a mark that cannot be read, and says so', async () => {
    const buckets = inBuckets();
    await buckets.put('gs://state', 'ledger.json', JSON.stringify(emptyLedger));
    await buckets.put('gs://state', `marks/${event.case}.json`, '{');
    const words = [...report, '--state', 'gs://state', '--format', 'json'];
    const { out, code } = await jobwarden(
      words,
      scene(JSON.stringify(event), { outside: { objects: buckets.objects } }),
    );
    const { problems }: Printed = JSON.parse(out);
    expect([code, problems.map((one) => one.code)]).toEqual([0, ['state-unreadable']]);
  });
});
