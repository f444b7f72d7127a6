import { describe, expect, it } from 'vitest';
import { readWritten, written } from '../../functions/cli/written.ts';
import { stopsAround } from '../../shared/backtest/stops.ts';
import { movable } from '../../shared/backtest/what-if.ts';
import { aRow } from '../history/make.ts';
import { minutes } from '../make.ts';
import { jobwarden } from './a-shell.ts';

// Synthetic: the history is made up.
const policy = `
version: 1
mode: observe
operators: { email: ops@example.com }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
breaker: { maxCancels: 1 }
rules:
  - { name: long-queries, limit: { runTime: 30m }, action: cancel, grace: none }
  - { name: huge, limit: { all: { runTime: 10m, bytesProcessed: 512 GiB } }, action: warn }
  - { name: guessed, limit: { costEstimated: 5 USD }, action: record }
`;
const rows = [20, 40, 60, 80].map((count, index) =>
  aRow({ runTimeMs: minutes(count), columns: { job_id: `j${index}` } }),
);
const files = () =>
  new Map([
    ['policy.yaml', policy],
    ['jobs.json', JSON.stringify(rows)],
  ]);
const words = ['backtest', '--policy', 'policy.yaml', '--history', 'jobs.json', '--location', 'EU'];
const ask = (...asks: readonly string[]) => asks.flatMap((one) => ['--what-if', one]);

describe('jobwarden backtest --what-if', () => {
  it("says what other limits would have caught, beside the rule's own, whatever the breaker does", async () => {
    const { code, out } = await jobwarden([...words, ...ask('long-queries=1h', 'long-queries=15m')], {
      files: files(),
    });
    expect(code).toBe(0);
    expect(out).toContain('What if? Each rule alone');
    expect(out).toMatch(/^long-queries +\{ runTime: 15m \} +4 +1 +0 +/m);
    expect(out).toMatch(/^long-queries +\{ runTime: 30m \} as it is +3 +0 +0 +/m);
    expect(out).toMatch(/^long-queries +\{ runTime: 1h \} +1 +0 +0 +19 min 59 s +/m);
  });

  it('gives the same as JSON, with those who would be hit', async () => {
    const { out } = await jobwarden([...words, ...ask('long-queries=1h'), '--format', 'json'], { files: files() });
    const [found] = JSON.parse(out).whatIf;
    expect(found).toMatchObject({ rule: 'long-queries', metric: 'runTime' });
    expect(found.at.map(({ limit, caught }: Record<string, number>) => [limit, caught])).toEqual([
      [minutes(30), 3],
      [minutes(60), 1],
    ]);
    expect(found.owners.most[0].caught).toEqual([3, 1]);
  });

  it('moves the number that is named, and leaves the others', async () => {
    const { out } = await jobwarden([...words, ...ask('huge=bytesProcessed: 2 TiB', 'huge=1h')], { files: files() });
    expect(out).toMatch(/^huge +\{ all: \{ runTime: 10m, bytesProcessed: 2 TiB \} \} +0 /m);
    expect(out).toMatch(/^huge +\{ all: \{ runTime: 1h, bytesProcessed: 512 GiB \} \} +1 /m);
  });

  it.each([
    ['bad-what-if', 'long-queries'],
    ['bad-what-if', 'long-queries=soon'],
    ['bad-what-if', 'long-queries=bytesProcessed: 2 TiB'],
    ['bad-what-if', 'guessed=5 USD'],
    ['unknown-rule', 'long-querys=1h'],
  ])('refuses with %s what it cannot read: %s', async (code, text) => {
    const ran = await jobwarden([...words, ...ask(text)], { files: files() });
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(`[${code}]`)]);
  });
});

describe('jobwarden backtest --html', () => {
  it('writes one file, and says where it is', async () => {
    const written = files();
    const { code, out } = await jobwarden([...words, '--html', 'page.html'], { files: written });
    expect([code, out]).toEqual([0, expect.stringContaining('The page is page.html.')]);
    expect(written.get('page.html')).toMatch(/^<!doctype html>/);
  });

  it.each([
    ['no-file', '-', {}],
    [
      'file-unwritable',
      'page.html',
      {
        replace: async () => {
          throw new Error('page.html cannot be written: you may not.');
        },
      },
    ],
  ])('refuses with %s', async (code, file, outside) => {
    const ran = await jobwarden([...words, '--html', file], { files: files(), outside });
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(`[${code}]`)]);
  });
});

describe('an amount in the words of a policy', () => {
  const owns = [0, 1, 999, minutes(1) + 1, 5_000_000_000_000, 2 ** 52, 0.066, 123.456];
  it.each(movable)('is read as what it was: %s', (metric) => {
    const whole = metric === 'slotHours' || metric === 'costSoFar' ? owns : owns.filter(Number.isInteger);
    for (const value of [...whole, ...stopsAround(metric, 100)])
      expect([value, readWritten(metric, written(metric, value))]).toEqual([value, value]);
  });

  it('is short where it can be', () => {
    expect([written('runTime', minutes(90)), written('bytesProcessed', 5 * 1024 ** 4)]).toEqual(['1h30m', '5 TiB']);
    expect([written('bytesProcessed', 500e9), written('costSoFar', 50)]).toEqual(['500 GB', '50 USD']);
  });
});
