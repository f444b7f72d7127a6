import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];

/** Where a Chromium is on this machine; undefined where there is none. */
export const browserPath: string | undefined = folders
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

if (browserPath === undefined)
  process.stderr.write('There is no chromium on this machine: the pages are not opened in a browser.\n');

/** Starts it without a window. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(browserPath === undefined ? {} : { executablePath: browserPath }),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** The widths of a phone and of a desk, in CSS pixels. */
export const widths = [
  ['a phone', 390],
  ['a desk', 1280],
] as const;

/** A page, with all that a person should never see of it: errors, warnings, and calls to other machines. */
export interface Opened {
  readonly page: Page;
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

const isHere = (url: string) => /^(file:|data:|about:|http:\/\/127\.0\.0\.1:)/.test(url);

/** Opens an address at a width. */
export async function open(browser: Browser, url: string, width: number): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!isHere(request.url())) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, troubles, close: () => context.close() };
}

/** What stands out of the page to the right, or is cut off there inside of it. */
export function overflowing(page: Page): Promise<unknown> {
  // In the page there is a document; here there are no types for it.
  return page.evaluate(`(() => {
    const root = document.documentElement;
    const wide = [...document.querySelectorAll('body *')].filter((one) => {
      const { right, width } = one.getBoundingClientRect();
      return width > 0 && (right > root.clientWidth + 1 || (one.clientWidth > 0 && one.scrollWidth > one.clientWidth + 1));
    });
    const names = wide.slice(0, 5).map((one) => one.tagName + '.' + one.className);
    return root.scrollWidth > root.clientWidth ? ['the page', ...names] : names;
  })()`);
}
