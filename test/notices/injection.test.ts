import type { KnownBlock } from '@slack/types';
import * as AdaptiveCards from 'adaptivecards';
import { formatText } from 'adaptivecards/lib/text-formatters.js';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startChannels, type ChannelsStandIn } from '../../infra/local/channels/channels.ts';
import { blockFault } from '../../infra/local/slack/blocks.ts';
import type { ServiceName } from '../../infra/local/channels/services.ts';
import { emailChannel } from '../../shared/notices/email.ts';
import { messageOf } from '../../shared/notices/message.ts';
import { shortTeamsCard, teamsCard } from '../../shared/notices/render-card.ts';
import { slackMessage } from '../../shared/notices/render.ts';
import { channelsAt, startMailbox } from './channel-worlds.ts';
import { aDelivery, aNotice, aNoticePolicy } from './make.ts';

// Synthetic: no such person, job or channel exists.

const texts: Readonly<Record<string, string>> = {
  'a call to everybody in Slack': 'x <!channel> <!here> <@U0123456> @channel',
  'a call to everybody in Google Chat': 'x <users/all> <users/123>',
  'a mention in Teams': 'x <at>Everyone</at> {{DATE(2026-01-01T00:00:00Z)}}',
  'a Slack link': '<https://evil.example/|the console>',
  'a Markdown link': '[the console](https://evil.example/) ![x](https://evil.example/x.png)',
  'an HTML link': '<a href="https://evil.example/" onclick="x()">the console</a>',
  'a script': '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'an attribute that ends': `"><b>x</b>'><i>y</i>`,
  'back-ticks': 'x ``` `y` ``` *bold* _it_ ~s~',
  entities: '&lt;b&gt; &amp; &#x3c;',
  'right-to-left marks': 'safe\u202egnp.exe\u2066x\u2069\u200f',
  'invisible marks': 'a\u200bd\u00admin\ufeff\u{e0041}',
  newlines: 'one\ntwo\r\nthree\u2028four\u0085five',
  'mail headers': 'x\r\nBcc: evil@example.com\r\nSubject: y\r\n\r\n<html>',
  'the end of a mail': 'x\r\n.\r\nMAIL FROM:<evil@example.com>\r\n',
  'a MIME boundary': '--boundary\r\nContent-Type: text/html\r\n\r\n<b>x</b>',
  'control characters': 'a\u0000b\u0007c\u001b[31md',
  'half a character': 'x\ud800y\udc00',
  'ten thousand words': 'word '.repeat(20_000),
  'a hundred thousand brackets': '<'.repeat(100_000),
  'a hundred thousand curly brackets': '{'.repeat(100_000),
  'a hundred thousand ampersands': '&'.repeat(100_000),
  'a hundred thousand wide characters': '漢'.repeat(100_000),
  'a hundred thousand faces': '😀'.repeat(50_000),
  nothing: '',
};

/** The text in every place that somebody else can write: job id, user, labels by way of the client, SQL, and sentences. */
function hostile(text: string) {
  const labels = { dbt_invocation_id: text, owner: text };
  const job = { id: text, principal: text, labels, queryText: text, location: text, project: text };
  const policy = aNoticePolicy({ notices: { showQuery: 'all', help: { askIn: '#data-help' } } });
  const made = aNotice({ job, verdict: { because: text }, outcome: { why: text } }, policy);
  const words = text.slice(0, 1000);
  const jobs = made.jobs.map((one) => ({
    ...one,
    hints: [words],
    data: words,
    next: words,
    clientRun: words.slice(0, 300),
    commands: { see: words, repeat: words },
    snippet: [words],
  }));
  const notice = { ...made, jobs };
  return { notice, message: messageOf(notice, aDelivery(notice)) };
}

const cases = Object.entries(texts);
const hidden = /[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

let standIn: ChannelsStandIn;
let mailbox: Awaited<ReturnType<typeof startMailbox>>;

beforeAll(async () => {
  standIn = await startChannels();
  mailbox = await startMailbox();
});
afterAll(async () => {
  await standIn.close();
  await mailbox.close();
});

async function arrived(name: ServiceName, text: string) {
  const { notice, message } = hostile(text);
  await channelsAt[name](standIn.url).channel.send(message, { channel: name }, { noticeId: notice.id, notice });
  const last = standIn.inbox().at(-1);
  if (last === undefined) throw new Error('nothing arrived');
  return last;
}

describe('a message that is larger than a channel takes', () => {
  const fact = { label: 'Why', text: '&"'.repeat(150) };
  const jobs = Array.from({ length: 20 }, (_, number) => ({
    heading: `job-${number}`,
    facts: [fact, fact, fact],
    link: { text: 'Open', url: `https://example.com/${'x'.repeat(300)}` },
  }));
  const message = { title: 'Many jobs', lead: [], jobs, closing: [], links: [], small: 'x' };

  test.each(['googleChat', 'teams'] as const)('is cut for %s, and arrives', async (name) => {
    await channelsAt[name](standIn.url).channel.send(message, { channel: name }, { noticeId: 'notice-1' });
    expect(standIn.inbox().at(-1)?.text).toContain('job-0');
    expect(Buffer.byteLength(standIn.inbox().at(-1)?.text ?? '')).toBeLessThan(28_000);
  });
});

/** What the Adaptive Cards library shows of a line: of every run its text, with the functions in it formatted. */
function shownBy(block: unknown): string {
  if (!(block instanceof AdaptiveCards.RichTextBlock)) return '';
  return Array.from({ length: block.getInlineCount() }, (_, index) => {
    const inline = block.getInlineAt(index);
    return inline instanceof AdaptiveCards.TextRun ? (formatText('en', inline.text) ?? '') : '';
  }).join('');
}

/** All lines of a card as the Adaptive Cards library shows them, without the joiners that nobody sees. */
function shownLines(made: object): string {
  const content = Reflect.get(Object(Reflect.get(Object(Reflect.get(made, 'attachments')), 0)), 'content');
  const card = new AdaptiveCards.AdaptiveCard();
  card.parse(content);
  const items = Array.from({ length: card.getItemCount() }, (_, index) => card.getItemAt(index));
  const inner = items.flatMap((item) =>
    item instanceof AdaptiveCards.Container
      ? Array.from({ length: item.getItemCount() }, (_, index) => item.getItemAt(index))
      : [item],
  );
  return inner.map(shownBy).join('\n').replaceAll('\u200d', '');
}

describe('a function of Adaptive Cards in the words of a job', () => {
  test.each([
    '{{DATE(2026-01-01T00:00:00Z)}}',
    '{{DATE(2026-01-01T00:00:00Z, LONG)}}',
    '{{TIME(2026-01-01T00:00:00Z)}}',
    '{{{DATE(2026-01-01T00:00:00Z)}}}',
    '{{{{TIME(2026-01-01T00:00:00Z)}}',
  ])('is shown as it was written: %s', (text) => {
    const words = `x ${text} y`;
    const fact = { label: words, text: words };
    const command = { text: words, command: words };
    const job = { heading: words, facts: [fact], query: words, commands: [command], snippet: [words] };
    const message = { title: words, lead: [words], jobs: [job], closing: [words], links: [], small: words };
    expect(shownLines(teamsCard(message)).split(words).length - 1).toBe(11);
    expect(shownLines(shortTeamsCard(message)).split(words).length - 1).toBe(11);
  });
});

describe.each(cases)('%s', (_what, text) => {
  test('is shown by Slack as it is: whole blocks, nothing that is read as markup, and no way to call people', () => {
    const { message } = hostile(text);
    const made = slackMessage(message);
    // The types of Slack's own package; the stand-in's check of the same limits.
    const blocks: readonly KnownBlock[] = JSON.parse(JSON.stringify(made.blocks));
    expect(blockFault(blocks)).toBeUndefined();
    expect(blocks.length).toBeLessThanOrEqual(12);
    expect(JSON.stringify(blocks).length).toBeLessThan(30_000);
    expect(JSON.stringify(blocks)).not.toMatch(/"type":"(mrkdwn|user|broadcast|emoji)"/);
    expect(made.text).not.toMatch(/<(?!$)/);
    for (const words of stringsIn(blocks)) expect(words.replaceAll('\n', ' ')).not.toMatch(hidden);
  });

  test('is shown by a Slack incoming webhook as it is', async () => {
    const { body } = await arrived('slackWebhook', text);
    expect(body).toMatchObject({ mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false });
    expect(JSON.stringify(body['blocks'])).not.toMatch(/"type":"(mrkdwn|user|broadcast|emoji)"/);
    expect(String(body['text'])).not.toContain('<');
  });

  test('is shown by Google Chat as it is, within 32,000 bytes', async () => {
    const { body, text: sent } = await arrived('googleChat', text);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(32_000);
    const words = stringsIn(body).filter((one) => !one.startsWith('https://'));
    for (const one of words) {
      expect(one.replaceAll(/<\/?b>|<br>|<font (color="#5f6368"|face="monospace")>|<\/font>/g, '')).not.toContain('<');
      expect(one).not.toMatch(hidden);
    }
    expect(JSON.stringify(body['fallbackText'])).not.toMatch(/[<>*_~`]/);
  });

  test('is shown by Teams as it is, within 28 KB, on a card that the Adaptive Cards library takes', async () => {
    const { body, text: sent } = await arrived('teams', text);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(28 * 1024);
    const content = Reflect.get(Object(Reflect.get(Object(body['attachments']), 0)), 'content');
    const context = new AdaptiveCards.SerializationContext();
    new AdaptiveCards.AdaptiveCard().parse(content, context);
    const said = Array.from({ length: context.eventCount }, (_, index) => context.getEventAt(index).message);
    expect(said).toEqual([]);
    // Text blocks and fact sets read Markdown, and entities call people.
    expect(sent).not.toMatch(/"type":"(TextBlock|FactSet)"|"entities"/);
    for (const one of stringsIn(body)) expect(one).not.toMatch(hidden);
  });

  test('goes to PagerDuty and to a webhook as data', async () => {
    const pager = await arrived('pagerduty', text);
    expect(pager.body['event_action']).toBe('resolve');
    expect(Buffer.byteLength((await arrived('webhook', text)).text)).toBeLessThan(100_000);
  });

  test('is one mail to one person, with no header, part, tag or link of its own', async () => {
    const { notice, message } = hostile(text);
    const channel = emailChannel({ url: mailbox.url, sender: 'jobwarden@example.com' });
    const before = mailbox.mails.length;
    await channel.send(message, { email: 'sam@example.com' }, { noticeId: notice.id });
    expect(mailbox.mails.length).toBe(before + 1);
    const mail = mailbox.mails.at(-1);
    expect(mail?.to).toEqual(['sam@example.com']);
    const read = await PostalMime.parse(mail?.raw ?? '');
    expect(read.headers.map(({ key }) => key).toSorted()).toEqual(
      ['auto-submitted', 'content-type', 'date', 'from', 'message-id', 'mime-version', 'subject', 'to'].toSorted(),
    );
    expect(read.attachments).toEqual([]);
    expect(read.subject).not.toMatch(hidden);
    const tags = [...(read.html ?? '').matchAll(/<\/?([a-z!][a-z\d]*)/gi)].map((match) => match[1]?.toLowerCase());
    const own = [
      '!doctype',
      'html',
      'head',
      'meta',
      'title',
      'body',
      'div',
      'h1',
      'h2',
      'p',
      'table',
      'tr',
      'td',
      'bdi',
    ];
    expect(tags.filter((tag) => tag === undefined || ![...own, 'a', 'code', 'pre'].includes(tag))).toEqual([]);
    const links = [...(read.html ?? '').matchAll(/href="([^"]*)"/g)].map((match) => match[1] ?? '');
    for (const link of links) expect(link).toMatch(/^https:\/\/(console\.cloud\.google\.com|example\.com)\//);
    expect(read.html).not.toMatch(/<[^>]*\s(on[a-z]+|src|srcset|action)=/i);
    expect((read.html ?? '').replaceAll(/[\r\n]/g, ' ')).not.toMatch(hidden);
  });
});
