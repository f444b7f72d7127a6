import { describe, expect, test } from 'vitest';
import type { Message } from '../../shared/notices/message.ts';
import { shortTeamsCard, teamsCard } from '../../shared/notices/render-card.ts';
import { chatCard, shortChatCard } from '../../shared/notices/render-chat.ts';
import { mailHtml } from '../../shared/notices/render-email.ts';
import { fitting } from '../../shared/notices/fitting.ts';
import { message } from '../contracts/channel.ts';

// Synthetic: no such person, job or channel exists.

const rich: Message = {
  ...message,
  jobs: message.jobs.map((job) => ({
    ...job,
    commands: [{ text: 'Look at it', command: 'bq show -j job-1' }],
    snippet: ['exemptions:', '  - match: { principal: sam@example.com }'],
  })),
};
const ways: readonly (readonly [string, (message: Message) => string])[] = [
  ['a card of Teams', (given) => JSON.stringify(teamsCard(given))],
  ['a short card of Teams', (given) => JSON.stringify(shortTeamsCard(given))],
  ['a card of Google Chat', (given) => JSON.stringify(chatCard(given))],
  ['a short card of Google Chat', (given) => JSON.stringify(shortChatCard(given))],
  ['a mail', mailHtml],
];

describe.each(ways)('%s', (_what, render) => {
  test('says all that the message says', () => {
    const said = render(rich);
    const words = [
      rich.title,
      ...rich.lead,
      'job-1 (analytics-prod, EU)',
      'over the limit of 30 min',
      'SELECT private_words FROM t',
      'bq show -j job-1',
      'exemptions:',
      ...rich.closing,
      'https://console.cloud.google.com/bigquery',
      'Ask for an exemption',
      'https://example.com/ask',
      rich.small,
    ];
    for (const one of words) expect(said).toContain(one);
  });

  test('is made of a message without jobs, closing and links', () => {
    const said = render({ title: 'The breaker is open', lead: [], jobs: [], closing: [], links: [], small: 'x' });
    expect(said).toContain('The breaker is open');
  });
});

describe('fitting', () => {
  test('takes the first that is small enough, counted in bytes', () => {
    expect(fitting(8, [() => '漢漢漢', () => 'short', () => 'x'])).toBe('"short"');
    expect(fitting(11, [() => '漢漢漢', () => 'x'])).toBe('"漢漢漢"');
  });

  test('takes the last one as it is', () => {
    expect(fitting(1, [() => 'long', () => 'also long'])).toBe('"also long"');
  });
});
