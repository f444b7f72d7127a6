import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobwarden } from '../cli/a-shell.ts';
import { backtestPage } from '../../functions/cli/page/page.ts';
import { pageAsks } from '../../functions/cli/page/asks.ts';
import { backtest } from '../../shared/backtest/backtest.ts';
import type { Parted } from '../../shared/backtest/parts.ts';
import { dataMarkup } from '../../shared/pages/markup.ts';
import { noCounts } from '../../shared/history/read.ts';
import { readRow } from '../../shared/history/row.ts';
import { aRow } from '../history/make.ts';
import { aPolicy, aRule, hours, minutes, nowMs } from '../make.ts';
import { sampleFile, samplePage } from './backtest-sample/sample.ts';
import { browserPath, open, overflowing, startBrowser } from './browser.ts';

// Synthetic: no such policy, person or job exists.

const policy = `version: 1
mode: observe
operators: { email: ops@example.com }
owners: { domains: [example.com] }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
breaker: { maxCancels: 3 }
protect: { principals: [p1@example.com] }
rules:
  - name: long-queries
    limit: { runTime: 30m }
    action: cancel
    grace: none
  - name: heavy
    limit: { runTime: 2h, bytesProcessed: 3 TiB }
    action: warn
`;

/** Texts that would do something if a page took them for more than text. */
const hostile: readonly string[] = [
  '<script>window.hit=1</script>',
  '"><img src=x onerror="window.hit=1">',
  '</script><script>window.hit=1</script>',
  '<!--<script>',
  "'-window.hit-'",
  '&lt;b&gt; &amp;',
  'safe\u202egnp.exe\u2066x',
  'a\u0000b\u001b[31m\u2028c',
  'x\ud800y',
  '<'.repeat(5000),
];

/** Jobs from ten minutes to five hours. */
function rows() {
  return Array.from({ length: 60 }, (_, index) =>
    aRow({
      startMs: hours(index * 9),
      runTimeMs: minutes(10 + index * 5),
      columns: {
        job_id: `job-${index}`,
        user_email: `p${index % 4}@example.com`,
        ...(index % 5 === 0 && { error_result: { reason: 'stopped', message: 'x' } }),
      },
    }),
  );
}

const history = ['--location', 'EU', '--history', 'jobs.json', '--policy', 'policy.yaml'];

const filesFor = () =>
  new Map([
    ['policy.yaml', policy],
    ['jobs.json', JSON.stringify(rows())],
  ]);

/** A page of which every text that somebody else can write is hostile. */
function hostilePage(): string {
  const rules = [aRule({ description: 'x' })];
  const read = aPolicy({ rules });
  const test = backtest({ policy: read }, pageAsks(read, []));
  for (const row of rows()) {
    const reading = readRow(row, { location: 'EU' });
    if ('past' in reading) test.note(reading.past);
  }
  const answer = test.answer();
  const { whatIf, spreads } = test.further();
  const named = ({ most, ...parted }: Parted): Parted => ({
    ...parted,
    most: hostile.flatMap((name) => most.slice(0, 1).map((part) => ({ ...part, name }))),
  });
  const first = { atMs: nowMs, untilMs: nowMs + 1, why: hostile.join(' '), rules: hostile };
  return backtestPage({
    policyFile: hostile.join(' ').slice(0, 70),
    policy: { ...read, rules: read.rules.map((rule) => ({ ...rule, description: hostile.join(' ') })) },
    tested: { answer: { ...answer, breaker: { openings: 1, openMs: 1, first: [first] } }, counts: noCounts() },
    further: {
      whatIf: whatIf.map((one) => ({ ...one, owners: named(one.owners), clients: named(one.clients) })),
      spreads,
    },
  });
}

async function pageOf(files: Map<string, string>): Promise<string> {
  const { code, err } = await jobwarden(['backtest', ...history, '--html', 'page.html'], { files });
  expect([code, err]).toEqual([0, '']);
  return files.get('page.html') ?? '';
}

describe('the sample of the page', () => {
  test('is what the command writes now, and small', async () => {
    const kept = await readFile(sampleFile, 'utf8');
    expect(kept === (await samplePage()), 'it is not fresh: npm run sample-page').toBe(true);
    expect(kept.length).toBeLessThan(600_000);
  }, 60_000);
});

describe('a page of hostile names', () => {
  test('holds them as text and as data, and nothing else', () => {
    const page = hostilePage();
    expect(page.match(/<script\b/g)).toHaveLength(5);
    expect(page.match(/<\/script>/g)).toHaveLength(5);
    expect(page).not.toMatch(/<img|<!--/);
    expect(page).toContain('&lt;script&gt;window.hit=1&lt;/script&gt;');
    expect(page).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u2028]/);
    for (const code of [0, 0x1b]) expect(page).not.toContain(String.fromCodePoint(code));
    expect(page).not.toContain('&lt;'.repeat(81));
  });
});

describe('data in a page', () => {
  test('cannot end its element, and is what it was', () => {
    for (const text of hostile) {
      const { html } = dataMarkup('data', { text });
      const [, json = '', rest] = /^<script type="application\/json" id="data">(.*)(<\/script>)$/s.exec(html) ?? [];
      expect([json.includes('<'), rest, JSON.parse(json)]).toEqual([false, '</script>', { text }]);
    }
  });
});

describe.skipIf(browserPath === undefined)('the page of a backtest in a browser', () => {
  const files = filesFor();
  let folder: string;
  let browser: Browser;
  const urls = { plain: '', hostile: '', sample: pathToFileURL(sampleFile).href };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobwarden-backtest-page-'));
    for (const [name, page] of [
      ['plain', await pageOf(files)],
      ['hostile', hostilePage()],
    ] as const) {
      const file = join(folder, `${name}.html`);
      await writeFile(file, page);
      urls[name] = pathToFileURL(file).href;
    }
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  const sliderOf = (page: Page) => page.getByRole('slider', { name: 'Limit on run time', exact: true }).first();
  const slider = (page: Page) => page.locator('[data-slider="rule-0-runTime"]');

  /** What the page says for where the slider is: its tiles, and its owners with what was caught of theirs. */
  async function said(page: Page) {
    const part = slider(page);
    const owners = await part
      .locator('[data-parts="owners"] tbody tr:visible')
      .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)));
    return {
      limit: await part.locator('[data-limit]').innerText(),
      tiles: await part.locator('.tiles dd').allInnerTexts(),
      owners: owners.map(([name, caught, wrong]) => [name, Number(caught), Number(wrong)]),
    };
  }

  /** What the command line says of the same limit. */
  async function asked(limit: string) {
    const words = ['backtest', ...history, '--what-if', `long-queries=${limit}`];
    const { out } = await jobwarden([...words, '--format', 'json'], { files });
    const [found] = JSON.parse(out).whatIf;
    const { out: text } = await jobwarden(words, { files });
    const row = text.split('\n').find((line) => line.startsWith('long-queries') && line.includes(`runTime: ${limit} `));
    const at = found.at.findIndex((one: { limit: number }) => one.limit === parsed(limit));
    const owners: { name: string; caught: number[]; likelyFalseAlarms: number[] }[] = found.owners.most;
    return {
      numbers: [found.at[at].caught, found.at[at].likelyFalseAlarms],
      row: row ?? '',
      owners: owners
        .map(({ name, caught, likelyFalseAlarms }) => [name, caught[at] ?? 0, likelyFalseAlarms[at] ?? 0])
        .filter(([, caught]) => caught !== 0),
    };
  }
  const parsed = (limit: string) => minutes(Number(/^(\d+)m$/.exec(limit)?.[1] ?? Number.NaN));

  test('is moved from the keyboard, and says at each limit what the command line says', async () => {
    const { page, troubles, close } = await open(browser, urls.plain, 1280);
    await page.context().setOffline(true);
    const range = sliderOf(page);
    await range.focus();
    for (const keys of [[], ['ArrowRight', 'ArrowRight'], ['ArrowLeft', 'ArrowLeft', 'ArrowLeft', 'ArrowLeft']]) {
      for (const key of keys) await page.keyboard.press(key);
      const { limit, tiles, owners } = await said(page);
      const amount = /runTime: (\d+m) /.exec(limit)?.[1] ?? '';
      const found = await asked(amount);
      expect(tiles.slice(0, 2).map(Number)).toEqual(found.numbers);
      for (const tile of tiles) expect(found.row).toContain(tile);
      expect(new Map(owners.map((row) => [row[0], row]))).toEqual(new Map(found.owners.map((row) => [row[0], row])));
      expect(await range.getAttribute('aria-valuetext')).toBe(
        `${amount.replace('m', ' min')}: ${tiles[0]} caught, ${tiles[1]} likely false alarms`,
      );
    }
    expect((await said(page)).limit).not.toBe('{ runTime: 30m }');
    await page.getByRole('button', { name: 'Back to the policy’s limit' }).first().click();
    expect((await said(page)).limit).toBe('{ runTime: 30m }');
    expect(troubles).toEqual([]);
    await close();
  });

  test('says in words why the answer counts fewer than the rule alone', async () => {
    const { page, close } = await open(browser, urls.plain, 1280);
    const { out } = await jobwarden(['backtest', ...history, '--format', 'json'], { files });
    const [rule] = JSON.parse(out).answer.rules;
    const [caught] = (await asked('30m')).numbers;
    expect(rule.cancels).toBeLessThan(caught ?? 0);
    const words = await slider(page).innerText();
    expect(words).toContain(`this rule alone catches ${caught} jobs.`);
    expect(words).toContain(`The answer above counts ${rule.cancels} cancels, because protection held`);
    await close();
  });

  test('copies YAML that the policy is right with', async () => {
    const { page, close } = await open(browser, urls.plain, 1280);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await sliderOf(page).focus();
    for (let count = 0; count < 3; count += 1) await page.keyboard.press('ArrowRight');
    await slider(page).getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied.' }).waitFor({ state: 'attached' });
    const copied = String(await page.evaluate('navigator.clipboard.readText()'));
    const [, limit] = /^- name: long-queries\n {2}limit: (\{ runTime: \d+m \})\n$/.exec(copied) ?? [];
    expect(copied).toContain(`limit: ${limit}`);
    const edited = policy.replace('  - name: long-queries\n    limit: { runTime: 30m }', copied.replace(/^/gm, '  '));
    expect(edited).not.toBe(policy);
    const ran = await jobwarden(['check', 'edited.yaml'], { files: new Map([['edited.yaml', edited]]) });
    expect([ran.code, ran.err]).toEqual([0, '']);
    await close();
  });

  test.each([
    ['a phone, light', 360, 'light'],
    ['a phone, dark', 360, 'dark'],
    ['a desk, light', 1280, 'light'],
    ['a desk, dark', 1280, 'dark'],
  ] as const)(
    'on %s draws every picture, and nothing stands out to the right',
    async (_on, width, colorScheme) => {
      for (const url of [urls.plain, urls.sample]) {
        const { page, troubles, close } = await open(browser, url, width);
        await page.emulateMedia({ colorScheme });
        for (const chart of await page.locator('.chart').all()) {
          await chart.scrollIntoViewIfNeeded();
          await chart.locator('canvas').waitFor();
          const drawn = await chart.locator('canvas').evaluate((canvas) => canvas.getBoundingClientRect().width);
          expect(drawn).toBeLessThanOrEqual(width);
        }
        await page.evaluate(`for (const one of document.querySelectorAll('details')) one.open = true`);
        expect(await overflowing(page)).toEqual([]);
        expect(troubles).toEqual([]);
        await close();
      }
    },
    60_000,
  );

  test('draws its pictures again in other colours, and at another width', async () => {
    const { page, troubles, close } = await open(browser, urls.plain, 1280);
    const canvas = page.locator('[data-chart="rule-0-runTime"] canvas');
    await sliderOf(page).scrollIntoViewIfNeeded();
    await canvas.waitFor();
    const picture = () =>
      canvas.evaluate((one) => (one instanceof Object ? Reflect.get(one, 'toDataURL') : undefined)?.call(one));
    const light = await picture();
    await page.locator('#theme').selectOption('dark');
    const dark = await picture();
    expect(dark).not.toBe(light);
    await page.setViewportSize({ width: 360, height: 700 });
    await expect.poll(async () => (await canvas.boundingBox())?.width ?? 0).toBeLessThan(360);
    expect(await overflowing(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('can be read without seeing it: names, headings in order, a table with a caption for each picture', async () => {
    const { page, close } = await open(browser, urls.sample, 1280);
    const found = await page.evaluate(`(() => {
      const named = (one) => (one.labels?.length > 0 || one.textContent.trim() !== '' || one.getAttribute('aria-label'));
      const levels = [...document.querySelectorAll('h1, h2, h3, h4')].map((one) => Number(one.tagName.slice(1)));
      const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
      return {
        nameless: [...document.querySelectorAll('input, select, button, summary, a')].filter((one) => !named(one)).length,
        jumps: levels.filter((level, index) => index > 0 && level > levels[index - 1] + 1).length,
        first: levels[0],
        captionless: [...document.querySelectorAll('table')].filter((one) => !one.caption?.textContent.trim()).length,
        headless: [...document.querySelectorAll('th')].filter((one) => !one.scope).length,
        pictures: [...document.querySelectorAll('.chart')].filter((one) => one.ariaHidden !== 'true').length,
        untold: [...document.querySelectorAll('.chart')].filter((one) => !one.closest('section, div:has(> details)').querySelector('table')).length,
        twice: ids.length - new Set(ids).size,
        live: document.querySelectorAll('[aria-live], [role="status"], [role="alert"]').length,
        noisy: [...document.querySelectorAll('output')].filter((one) => one.getAttribute('aria-live') !== 'off').length,
        lang: document.documentElement.lang,
      };
    })()`);
    expect(found).toEqual({
      nameless: 0,
      jumps: 0,
      first: 1,
      captionless: 0,
      headless: 0,
      pictures: 0,
      untold: 0,
      twice: 0,
      live: expect.any(Number),
      noisy: 0,
      lang: 'en',
    });
    await close();
  });

  test('takes hostile names for names', async () => {
    const { page, troubles, close } = await open(browser, urls.hostile, 360);
    expect(await page.locator('main').innerText()).toContain('<script>window.hit=1</script>');
    expect(await page.locator('main').locator('script, img, [onerror], [onclick], [onload]').count()).toBe(0);
    expect(await page.evaluate('window.hit')).toBeUndefined();
    await sliderOf(page).focus();
    await page.keyboard.press('Home');
    expect(await page.evaluate('window.hit')).toBeUndefined();
    expect(await overflowing(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('is refused everything outside of it by its own policy', async () => {
    const { page, troubles, close } = await open(browser, urls.plain, 360);
    await page.evaluate(`fetch('https://example.com/').catch(() => undefined)`);
    await expect.poll(() => troubles.join(' ')).toContain('Content Security Policy');
    expect(troubles.join(' ')).not.toContain('request:');
    await close();
  });
});
