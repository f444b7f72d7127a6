import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { galleryPage } from '../gallery/gallery.ts';
import { previews } from '../gallery/previews.ts';
import { stories } from '../gallery/stories.ts';
import { browserPath, open, overflowing, startBrowser, widths } from './browser.ts';

const all = stories();

describe('the stories of the gallery', () => {
  test('have names of their own', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  });

  test('show every phase of a notice, and every end that somebody is told of', () => {
    const told = all.flatMap((story) => story.told.map(({ notice }) => notice));
    expect(new Set(told.map(({ phase }) => phase))).toEqual(
      new Set(['warned', 'cancelled', 'followed-up', 'would-have', 'trouble']),
    );
    const ends = new Set(told.flatMap(({ jobs }) => jobs.map(({ did }) => did)));
    const expected = ['warned', 'cancelled', 'finished-first', 'failed-by-itself', 'gone', 'forbidden', 'unconfirmed'];
    expect([...ends]).toEqual(expect.arrayContaining([...expected, 'error', 'would-have-been-cancelled', 'held-back']));
    expect(new Set(told.flatMap(({ jobs }) => jobs.map(({ engine }) => engine))).size).toBe(4);
  });
});

describe.skipIf(browserPath === undefined)('the gallery in a browser', () => {
  let folder: string;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobwarden-gallery-'));
    const file = join(folder, 'gallery.html');
    await writeFile(file, await galleryPage());
    url = pathToFileURL(file).href;
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  test.each(widths)('on %s shows every message on every channel, and nothing of it goes wrong', async (_on, width) => {
    const { page, troubles, close } = await open(browser, url, width);
    expect(await page.locator('.preview:visible').count()).toBe(all.length * previews.length);
    expect(await overflowing(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('shows what it says on each channel', async () => {
    const { page, troubles, close } = await open(browser, `${url}#message=cancelled`, 1280);
    for (const { id } of previews) {
      const screen = page.locator(`#cancelled [data-channel="${id}"] .screen`);
      const shown = id === 'email' ? screen.frameLocator('iframe').locator('body') : screen;
      const isPersonal = /^(slack|slack-words|notification|email|email-text)$/.test(id);
      const whose = isPersonal ? 'Your BigQuery job' : 'A BigQuery job of sam@example.com';
      expect(await shown.innerText(), id).toContain(`${whose} was cancelled at 11:00 CET`);
    }
    const scrolls = `(({ clientHeight, contentDocument }) => contentDocument.documentElement.scrollHeight > clientHeight)`;
    expect(await page.evaluate(`${scrolls}(document.querySelector('#cancelled iframe'))`)).toBe(false);
    expect(troubles).toEqual([]);
    await close();
  });

  test('shows the copy of the operators as they get it: whose job it was, the rules that lost, lines for the policy', async () => {
    const { page, close } = await open(browser, `${url}#message=cancelled-operators`, 1280);
    const mail = page.frameLocator('#cancelled-operators iframe').locator('body');
    for (const shown of [page.locator('#cancelled-operators [data-channel="slack"]'), mail]) {
      const text = await shown.innerText();
      expect(text).toContain('A BigQuery job of sam@example.com was cancelled');
      expect(text).toContain('huge-scans (cancel) applied too');
      expect(text).toContain('exemptions:');
      expect(text).not.toContain('SELECT o.customer_id');
    }
    await close();
  });

  test('is filtered by message and channel from the keyboard, and passes the choice on in its address', async () => {
    const { page, close } = await open(browser, url, 390);
    await page.locator('#message').focus();
    await page.keyboard.type('Finished');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Google');
    const shown = page.locator('.preview:visible');
    expect(await shown.count()).toBe(1);
    expect(await shown.innerText()).toContain(
      'A BigQuery job of sam@example.com finished before it could be cancelled',
    );
    expect(page.url()).toMatch(/#message=finished-first&channel=google-chat$/);
    await page.reload();
    expect(await shown.count()).toBe(1);
    await close();
  });

  test('is light or dark as it is told, and stays so', async () => {
    const { page, close } = await open(browser, url, 390);
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.locator('#theme').selectOption('dark');
    const dark = await ground();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await ground()).toBe(dark);
    await close();
  });

  test('stands the answers of a thread under their first message', async () => {
    const { page, close } = await open(browser, `${url}#message=followed-up&channel=slack`, 1280);
    expect(await page.locator('#followed-up [data-channel="slack"] h4').innerText()).toBe('2 replies in its thread');
    await close();
  });

  test('shows hostile texts as they are: no script, no picture, no link of theirs', async () => {
    const { page, troubles, close } = await open(browser, `${url}#message=hostile`, 1280);
    expect(await page.locator('#hostile [data-channel="slack"]').innerText()).toContain(
      '<script>window.hit=1</script>',
    );
    const mail = page.frameLocator('#hostile iframe');
    expect(await mail.locator('body').innerText()).toContain('<script>window.hit=1</script>');
    for (const place of [page.locator('#hostile'), mail.locator('body')]) {
      expect(await place.locator('script, img, svg, [onclick], [onerror], [onload]').count()).toBe(0);
    }
    const links = await page.evaluate(`[document, document.querySelector('#hostile iframe').contentDocument]
      .flatMap((one) => [...one.querySelectorAll('a')].map((link) => link.href))`);
    expect(links).toContain('https://wiki.example.com/jobwarden/exemption');
    expect(JSON.stringify(links)).not.toMatch(/evil|javascript:/);
    expect(await page.evaluate('[window.hit, document.querySelector("#hostile iframe").contentWindow.hit]')).toEqual([
      undefined,
      undefined,
    ]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('runs no script but its own, were one to slip in', async () => {
    const { page, troubles, close } = await open(browser, url, 390);
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src="x:" onerror="window.hit=1">')`);
    await expect.poll(() => troubles.join(' ')).toContain('Content Security Policy');
    expect(await page.evaluate('window.hit')).toBeUndefined();
    await close();
  });
});
