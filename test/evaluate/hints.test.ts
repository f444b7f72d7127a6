import { describe, expect, test } from 'vitest';
import { hintsOf } from '../../shared/evaluate/hints.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, gib, hours, minutes, tib } from '../make.ts';

// Synthetic: no such table exists.

const of = (queryText: string, fields: Partial<Job> = {}, retries = 0) =>
  hintsOf(aJob({ queryText, bytesProcessed: tib(1), slotMs: hours(5), ...fields }), { retries });

describe('hints', () => {
  test.each<[string, string, readonly string[]]>([
    ['every column of a table', 'SELECT * FROM sales.orders WHERE day = "2026-03-11"', ['select-star']],
    ['every column by an alias', 'select o.* from `p.sales.orders` o where true', ['select-star']],
    ['columns that are named', 'SELECT id, amount FROM sales.orders WHERE day > "x"', []],
    ['a count of rows', 'SELECT COUNT(*) FROM sales.orders WHERE day > "x"', []],
    ['every column of something narrow', 'WITH a AS (SELECT id FROM s.t WHERE day > 1) SELECT * FROM a', []],
    ['no filter', 'SELECT id FROM sales.orders', ['no-filter']],
    ['a join on a key', 'SELECT id FROM s.a JOIN s.b USING (id)', []],
    ['no table at all', 'SELECT 1', []],
    ['a limit in the place of a filter', 'SELECT id FROM sales.orders LIMIT 10', ['limit-reads-all']],
    ['tables by a wildcard', 'SELECT id FROM `p.analytics.events_*` WHERE x = 1', ['wildcard-tables']],
    [
      'tables by a wildcard, with their suffix',
      "SELECT id FROM `p.analytics.events_*` WHERE _TABLE_SUFFIX = '20260311'",
      [],
    ],
    ['every pair of rows', 'SELECT a.id FROM s.a a CROSS JOIN s.b b WHERE a.x > b.x', ['cross-join']],
    ['a list that is unfolded', 'SELECT id FROM s.a CROSS JOIN UNNEST(items) WHERE x > 1', []],
    ['all rows in order', 'SELECT id FROM s.a WHERE x > 1 ORDER BY id', ['sorts-everything']],
    ['the first rows in order', 'SELECT id FROM s.a WHERE x > 1 ORDER BY id LIMIT 10', []],
    ['rows in order in a window', 'SELECT ROW_NUMBER() OVER (ORDER BY id) FROM s.a WHERE x > 1', []],
    ['a remark about it', 'SELECT id FROM s.a WHERE x = 1 -- not SELECT * FROM s.b CROSS JOIN s.c', []],
    ['a text about it', "SELECT id FROM s.a WHERE x = 'CROSS JOIN s.b ORDER BY 1'", []],
  ])('%s', (_title, sql, expected) => {
    expect(of(sql)).toEqual(expected);
  });

  test.each<[string, readonly string[]]>([
    ['the statement is not known', hintsOf(aJob({ bytesProcessed: tib(9) }), { retries: 0 })],
    ['little was read', of('SELECT * FROM s.a', { bytesProcessed: gib(1), bytesEstimated: gib(1) })],
    [
      'it is not known how much was read',
      of('SELECT * FROM s.a', { bytesProcessed: undefined, bytesEstimated: undefined }),
    ],
    ['little work was done', of('SELECT 1 FROM s.a CROSS JOIN s.b WHERE 1=1', { slotMs: minutes(1) })],
    ['it is another engine', of('SELECT * FROM s.a', { engine: 'dli' })],
  ])('are none where %s', (_title, hints) => {
    expect(hints).toEqual([]);
  });

  test('say first that the same query was cancelled before', () => {
    expect(of('SELECT id FROM sales.orders', {}, 2)).toEqual(['repeated-query', 'no-filter']);
  });

  test('are found at once in a text that was made to be slow', () => {
    for (const text of ['('.repeat(200_000), 'select '.repeat(50_000), "'\\".repeat(100_000), '/*'.repeat(100_000)])
      expect(of(text).length).toBeLessThan(5);
  });
});
