import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startSlack, type SlackStandIn } from '../../infra/local/slack/slack.ts';
import { messageOf } from '../../shared/notices/message.ts';
import { slackChannel } from '../../shared/notices/slack.ts';
import { hostileStory } from '../gallery/hostile-story.ts';
import { tell, runaway, type Told } from '../gallery/story.ts';
import { browserPath, open, overflowing, startBrowser, widths } from './browser.ts';

// Synthetic: no such person, job or channel exists.

let slack: SlackStandIn;
beforeEach(async () => {
  slack = await startSlack();
});
afterEach(() => slack.close());

async function send([told]: readonly Told[], under?: { readonly room: string; readonly id: string }) {
  if (told === undefined) throw new Error('nothing to tell');
  const { notice, delivery } = told;
  const channel = slackChannel({ token: 'xoxb-pages', baseUrl: `${slack.url}/api/` });
  const options = { noticeId: notice.id, ...(under === undefined ? {} : { under }) };
  return channel.send(messageOf(notice, delivery), delivery.to ?? { channel: '#data-cost' }, options);
}

const cancelled = () => tell(runaway);
const toTeam = () => tell({ ...runaway, verdict: { owner: undefined } });

describe('the address of the inbox', () => {
  test('answers a browser that has the newest messages already with nothing', async () => {
    await send(cancelled());
    const page = await fetch(`${slack.url}/`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    const version = /data-version="([^"]+)"/.exec(await page.text())?.[1] ?? '';
    expect((await fetch(`${slack.url}/rooms?after=${version}`)).status).toBe(204);
    const { room, id } = await send(toTeam());
    const news = await fetch(`${slack.url}/rooms?after=${version}`);
    expect([news.status, await news.text()]).toEqual([200, expect.stringContaining('#data-unowned')]);
    const next = news.headers.get('x-version') ?? '';
    await fetch(`${slack.url}/api/chat.update?channel=${room}&ts=${id}&text=changed`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-pages' },
    });
    const edited = await fetch(`${slack.url}/rooms?after=${next}`);
    expect([edited.status, await edited.text()]).toEqual([200, expect.stringContaining('(edited)')]);
  });

  test('shows the last 300 messages, and says how many there are before them', async () => {
    for (let count = 0; count < 303; count += 1)
      await fetch(`${slack.url}/api/chat.postMessage?channel=%23many&text=message-${count}`, {
        method: 'POST',
        headers: { authorization: 'Bearer xoxb-pages' },
      });
    const page = await (await fetch(`${slack.url}/`)).text();
    expect(page).toContain('3 older messages are in GET /inbox.');
    expect(page.match(/<article>/g)).toHaveLength(300);
  });
});

describe.skipIf(browserPath === undefined)('the inbox in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  test.each(widths)('on %s shows a message when it arrives, without being loaded again', async (_on, width) => {
    const { page, troubles, close } = await open(browser, `${slack.url}/`, width);
    expect(await page.locator('main').innerText()).toContain('Nothing has arrived yet');
    await page.evaluate('window.loaded = true');
    const first = await send(cancelled());
    await page.locator('.room', { hasText: 'Your BigQuery job was cancelled at 11:00 CET' }).waitFor();
    await send(tell({ ...runaway, followUp: true, attempt: 2 }), first);
    const thread = page.locator('.room .slack-thread', { hasText: 'Update: your BigQuery job was cancelled' });
    await thread.waitFor();
    expect(await page.locator('.room article').count()).toBe(1);
    expect(await page.locator('.room h2').innerText()).toBe('sam@example.com 2 messages');
    expect(await page.locator('#empty').isVisible()).toBe(false);
    expect(await page.evaluate('window.loaded')).toBe(true);
    expect(await overflowing(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('leaves alone what has not changed, so that nobody loses their place', async () => {
    await send(cancelled());
    const { page, close } = await open(browser, `${slack.url}/`, 1280);
    await page.locator('.room a').first().focus();
    await send(toTeam());
    await page.locator('.room', { hasText: '#data-unowned' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Open the job in the console');
    expect(await page.locator('.room h2').allInnerTexts()).toEqual([
      '#data-unowned 1 message',
      'sam@example.com 1 message',
    ]);
    await close();
  });

  test('shows one room when it is chosen, and keeps to it when another one gets a message', async () => {
    await send(cancelled());
    await send(toTeam());
    const { page, close } = await open(browser, `${slack.url}/`, 390);
    await page.locator('#room').selectOption({ label: 'sam@example.com' });
    const shown = page.locator('.room:visible h2');
    expect(await shown.allInnerTexts()).toEqual(['sam@example.com 1 message']);
    await send(toTeam());
    await page.locator('.room h2', { hasText: '2 messages' }).waitFor({ state: 'attached' });
    expect(await shown.allInnerTexts()).toEqual(['sam@example.com 1 message']);
    await close();
  });

  test('shows hostile texts as they are', async () => {
    const { page, troubles, close } = await open(browser, `${slack.url}/`, 390);
    await send(hostileStory().told);
    await page.locator('.room', { hasText: '<script>window.hit=1</script>' }).waitFor();
    expect(await page.locator('.room').locator('script, img, svg, [onclick], [onerror]').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(await overflowing(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });
});
