import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blockFault } from '../../infra/local/slack/blocks.ts';
import { messageOf, type Message } from '../../shared/notices/message.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { plainMessage, slackMessage, type SlackMessage } from '../../shared/notices/render.ts';
import { nowMs } from '../make.ts';
import { aDelivery, aNotice, aNoticePolicy, aTell, notices, sam } from './make.ts';

// Synthetic: no such person, team, job or channel exists.

/** What others can write into a job, or into its name, and must never do more than be shown. */
const attacks: readonly (readonly [title: string, text: string])[] = [
  ['a call to everybody', '<!channel> <!everyone> <!here>'],
  ['a call to a person', '<@U0123456789>'],
  ['a disguised link', '<https://evil.example/login|your console>'],
  ['a bare link', 'https://evil.example/'],
  ['a mail link', '<mailto:a@evil.example|mail>'],
  ['a date that is looked up', '<!date^1392734382^{date}^https://evil.example|x>'],
  ['formatting', '*bold* _it_ ~s~ `code` ```block``` > quote'],
  ['back-ticks', '`'.repeat(50)],
  ['entities', '&lt;!channel&gt; &amp; &#60;'],
  ['emoji words', ':rotating_light::fire:'],
  ['marks that turn the text', '\u202Egnp.exe\u202C \u2066x\u2069 \u200F'],
  ['invisible marks', 'a\u200bb\ufeffc\u2060d'],
  ['line breaks', 'x\r\ny\nz\u2028w\u0085v'],
  ['control characters', '\u0000\u0007\u001b[2J\u009b'],
  ['quotes and slashes', '\\"\'\\u003c!channel\\u003e'],
  ['100 kB of letters', 'x'.repeat(100_000)],
  ['100 kB of ampersands', '&'.repeat(100_000)],
  ['100 kB of emoji', '😀'.repeat(25_000)],
  ['half a character', 'a\ud83d'],
  ['nothing', ''],
  ['only blanks', ' \n '],
];

// Ends that are told in one phase, so that all jobs of a test stand in one notice.
const sayable = ['cancelled', 'finished-first', 'forbidden', 'error'] as const;

function everywhere(text: string, count = 1): Notice {
  const tells = Array.from({ length: count }, (_, index) =>
    aTell({
      case: `case-${index}`,
      event: text,
      hints: ['select-star', 'cross-join', 'no-filter'],
      job: {
        id: `${index}${text}`,
        project: text,
        location: text,
        principal: text,
        queryText: text,
        labels: { 'airflow-dag': text, 'airflow-task': text },
        end: { how: 'stopped', message: text },
      },
      verdict: { rule: text, because: text, owner: { ...sam, name: text, foundBy: text } },
      outcome: { why: text, did: sayable[index % sayable.length] ?? 'cancelled' },
    }),
  );
  const [notice] = notices(
    { tells },
    aNoticePolicy({ notices: { showQuery: 'all', help: { askIn: text.slice(0, 500) || '-' } } }),
  );
  if (notice === undefined) throw new Error('no notice');
  return notice;
}

function delivery(notice: Notice, why = 'no Slack user has this address') {
  const [receiver] = notice.receivers;
  if (receiver === undefined) throw new Error('no receiver');
  return aDelivery(notice, {
    notReached: Array.from({ length: 4 }, () => ({ receiver, why })),
    nowMs: nowMs + 3_600_000,
  });
}

/** Every string of a message with the key it stands under, and the types of the objects around it. */
function strings(value: unknown, key = ''): readonly (readonly [key: string, text: string])[] {
  if (typeof value === 'string') return [[key, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([inner, one]) => strings(one, inner));
}

const unseen = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

function expectSafe({ text, blocks }: SlackMessage): void {
  expect(blockFault(blocks)).toBeUndefined();
  expect(blocks.length).toBeLessThanOrEqual(12);
  for (const block of blocks) {
    const length = strings(block).reduce(
      (sum, [key, one]) => sum + (key === 'text' || key === 'url' ? one.length : 0),
      0,
    );
    expect(length).toBeLessThanOrEqual(2800);
  }
  const all = strings(blocks).reduce((sum, [key, one]) => sum + (key === 'text' || key === 'url' ? one.length : 0), 0);
  expect(all + text.length).toBeLessThanOrEqual(10_000);
  const kinds = new Set(strings(blocks).flatMap(([key, one]) => (key === 'type' ? [one] : [])));
  for (const kind of kinds)
    expect([
      'header',
      'rich_text',
      'rich_text_section',
      'rich_text_preformatted',
      'text',
      'link',
      'context',
      'plain_text',
    ]).toContain(kind);
  // The text beside the blocks is the only string that Slack reads as markup.
  expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
  expect(text).not.toMatch(unseen);
  for (const [key, one] of strings(blocks)) {
    expect(one.isWellFormed()).toBe(true);
    if (key === 'text') expect(one.replaceAll('\n', '')).not.toMatch(unseen);
    if (key === 'url') expect(new URL(one).hostname).toMatch(/^(example\.com|console\.cloud\.google\.com)$/);
  }
}

function expectOneLines(message: Message): void {
  for (const [, text] of strings(message)) expect(text).not.toMatch(/[\n\r]|^$/);
}

describe('nothing in a job becomes more than text', () => {
  test.each(attacks)('%s', (_title, text) => {
    for (const count of [1, 3, 10]) {
      const notice = everywhere(text, count);
      const message = messageOf(notice, delivery(notice, text));
      expectOneLines(message);
      expectSafe(slackMessage(message));
      expect(plainMessage(message).replaceAll('\n', '')).not.toMatch(unseen);
    }
  });

  test('for any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc
        .array(fc.constantFrom(...attacks.slice(0, 15).map(([, one]) => one)), { maxLength: 30 })
        .map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 10 }), (one, count) => {
        const notice = everywhere(one, count);
        const message = messageOf(notice, delivery(notice, one));
        expectOneLines(message);
        expectSafe(slackMessage(message));
      }),
      { numRuns: 40 },
    );
  });

  test('and shows it as it was written', () => {
    const { blocks } = slackMessage(messageOf(everywhere('<!channel>'), delivery(everywhere('<!channel>'))));
    expect(strings(blocks).some(([, text]) => text.includes('0<!channel> (<!channel>, <!channel>)'))).toBe(true);
  });
});

describe('a message', () => {
  test('names every one of ten jobs, so that none counts as told without being named', () => {
    const notice = everywhere('long '.repeat(100), 10);
    const message = messageOf(notice, delivery(notice));
    expect(message.jobs.map((job) => job.heading.slice(0, 6))).toEqual(
      Array.from({ length: 10 }, (_, index) => `${index}long `),
    );
  });

  test('leaves room for what Slack counts beside the words', () => {
    const notice = everywhere('long '.repeat(100), 10);
    expect(JSON.stringify(slackMessage(messageOf(notice, delivery(notice))).blocks).length).toBeLessThan(12_000);
  });

  test('keeps a trouble with many long lines and ten jobs within the limits', () => {
    const lines = Array.from({ length: 20 }, () => 'a long line '.repeat(50));
    const tells = Array.from({ length: 30 }, (_, index) =>
      aTell({
        job: { id: `job-${index}-${'x'.repeat(200)}` },
        verdict: { heldBack: { by: 'breaker', why: 'open '.repeat(100) } },
        outcome: { did: 'held-back' },
      }),
    );
    const [notice] = notices({
      tells,
      troubles: [{ code: 'b', title: 'B'.repeat(500), lines, standsFor: ['breaker'] }],
    });
    if (notice === undefined) throw new Error('no notice');
    expectSafe(slackMessage(messageOf(notice, delivery(notice))));
  });

  test('shows the statement to its author and not to the channel that stands in', () => {
    const notice = aNotice({ job: { queryText: 'SELECT secret FROM t' } });
    const shown = (to: Parameters<typeof aDelivery>[1]) => plainMessage(messageOf(notice, aDelivery(notice, to)));
    expect(shown({})).toContain('SELECT secret FROM t');
    expect(shown({ to: { channel: '#data-unowned' } })).not.toContain('secret');
    expect(shown({ to: { email: 'kim@example.com' } })).not.toContain('secret');
    expect(shown({ to: undefined })).not.toContain('secret');
  });

  test('says to whoever stands in why the owner could not be reached', () => {
    const notice = aNotice();
    const text = plainMessage(messageOf(notice, { ...delivery(notice), to: { channel: '#data-unowned' } }));
    expect(text).toContain('It could not be delivered to sam@example.com directly: no Slack user has this address.');
    expect(text).not.toContain('Your BigQuery job');
  });

  test('shows its links only where they are plain https', () => {
    const notice: Notice = {
      ...aNotice(),
      help: { exemptionUrl: 'javascript:alert(1)', runbookUrl: 'http://example.com' },
    };
    expect(messageOf(notice, aDelivery(notice)).links).toEqual([]);
  });
});
