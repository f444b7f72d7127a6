import { describe, expect, test } from 'vitest';
import { crash, failureLines, type CrashReport } from './crash.ts';
import type { Evidence } from './evidence.ts';
import { boundaryText, type Boundary } from './gate.ts';
import { judge } from './promises.ts';

// A sample; `npm run crash` ends a process at every boundary there is.

/** Around the calls that cannot be taken back, one of each. */
const telling: readonly string[] = [
  'watch ended before jobs.cancel runaway #1',
  'watch ended after, without its answer, jobs.cancel takes-its-time #1',
  'watch ended before jobs.cancel hungry #1',
  'watch ended after, without its answer, publish #2',
  'watch ended right after the write rename ledger.json #1',
  'watch ended right after the write link ledger.json #1',
  'notify ended after, without its answer, chat.postMessage #3',
  'notify ended right after the write rename claims #2',
  'notify ended after, without its answer, publish #1',
];
const every = 60;

let report: Promise<CrashReport> | undefined;
const ran = async (): Promise<CrashReport> => {
  const wanted = (boundary: Boundary, number: number) =>
    telling.includes(boundaryText(boundary)) || number % every === 0;
  report ??= crash({ wanted }, () => undefined);
  return report;
};

describe('both functions, as processes of their own,', { timeout: 300_000 }, () => {
  test('keep every promise in a story of warnings, cancels and a change of the policy', async () => {
    expect(judge((await ran()).clean)).toEqual({
      broken: [],
      messagesTwice: 0,
      lettersTwice: 0,
      publishedTwice: 0,
      cancelledTwice: 0,
    });
  });

  test('keep every promise when one of them ends at any point', async () => {
    const { tried } = await ran();
    expect(tried.filter(({ broken }) => broken.length > 0).flatMap(failureLines)).toEqual([]);
    expect(tried.length).toBeGreaterThan(telling.length);
    expect(telling.filter((text) => !tried.some(({ boundary }) => boundaryText(boundary) === text))).toEqual([]);
  });

  test('repeat a message, or a dead letter, only where they ended between it and its record', async () => {
    const { tried } = await ran();
    const twice = tried.filter(({ messagesTwice, lettersTwice }) => messagesTwice + lettersTwice > 0);
    expect(twice.map(({ boundary }) => boundaryText(boundary))).toEqual([
      'notify ended after, without its answer, chat.postMessage #3',
      'notify ended after, without its answer, publish #1',
    ]);
  });
});

describe('the promises', { timeout: 300_000 }, () => {
  const without = (all: Evidence['published'], type: string) => all.filter((one) => !one.type.includes(type));
  const faults: readonly { title: string; spoilt: (good: Evidence) => Partial<Evidence>; says: RegExp }[] = [
    {
      title: 'an intent that was never published',
      spoilt: ({ published }) => ({ published: without(published, 'cancel.intended') }),
      says: /cancel of runaway has no intent/,
    },
    {
      title: 'an outcome that was never published',
      spoilt: ({ published }) => ({ published: without(published, 'cancel.confirmed') }),
      says: /cancel of runaway has no outcome/,
    },
    {
      title: 'an event that no ledger ever held',
      spoilt: ({ recorded }) => ({ recorded: new Map([...recorded].slice(1)) }),
      says: /was published and never recorded/,
    },
    {
      title: 'a cancel that was not planned',
      spoilt: ({ cancels }) => ({ cancels: cancels.map((one) => ({ ...one, known: undefined })) }),
      says: /runaway was cancelled without a plan on record/,
    },
    {
      title: 'a cancel after the end was on record',
      spoilt: ({ cancels }) => ({ cancels: cancels.map((one) => ({ ...one, isOver: true })) }),
      says: /runaway was cancelled after its end was on record/,
    },
    {
      title: 'a second cancel in the same attempt',
      spoilt: ({ cancels }) => ({ cancels: [...cancels, ...cancels] }),
      says: /runaway was cancelled 2 times for 1 attempts/,
    },
    {
      title: 'a message that was sent twice',
      spoilt: ({ messages }) => ({ messages: [...messages, ...messages.slice(0, 1)] }),
      says: /1 messages were sent twice/,
    },
    {
      title: 'a dead letter that was kept twice',
      spoilt: ({ deadLetters }) => ({ deadLetters: [...deadLetters, ...deadLetters] }),
      says: /1 dead letters were kept twice/,
    },
    {
      title: 'a message that never came',
      spoilt: ({ messages }) => ({ messages: messages.slice(1) }),
      says: /the notice \S+ \(\w+\) is delivered/,
    },
    {
      title: 'a notice without a receipt',
      spoilt: () => ({ receipts: new Map() }),
      says: /is without a receipt/,
    },
    {
      title: 'a notice that was never published',
      spoilt: ({ published }) => ({ published: without(published, 'notice') }),
      says: /0 notices tell of/,
    },
    { title: 'a process that did not end', spoilt: () => ({ gone: 1 }), says: /1 processes ended, not 0/ },
    { title: 'a story that is not over', spoilt: () => ({ isSettled: false }), says: /sweeps it is not over/ },
  ];

  test.each(faults)('do not hold with $title', async ({ spoilt, says }) => {
    const { clean } = await ran();
    expect(judge({ ...clean, ...spoilt(clean) }).broken.join('\n')).toMatch(says);
  });
});
