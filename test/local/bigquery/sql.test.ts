import { describe, expect, it } from 'vitest';
import { parseBytes, parseDurationMs } from '../../../infra/local/bigquery/amounts.ts';
import { guessStatementType, hintsIn, tablesIn } from '../../../infra/local/bigquery/sql.ts';

describe('times and sizes', () => {
  it.each([
    ['90s', 90_000],
    ['29m50s', 1_790_000],
    ['1h 30m', 5_400_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['2d', 172_800_000],
    ['30', undefined],
    ['30 minutes', undefined],
    ['', undefined],
  ])('the time %j is %j ms', (text, wanted) => {
    expect(parseDurationMs(text)).toBe(wanted);
  });

  it.each([
    ['3 TB', 3e12],
    ['3TiB', 3 * 2 ** 40],
    ['640 MB', 640e6],
    ['1.5 GB', 1.5e9],
    ['12 B', 12],
    ['3', undefined],
    ['3 tons', undefined],
  ])('the size %j is %j bytes', (text, wanted) => {
    expect(parseBytes(text)).toBe(wanted);
  });
});

describe('the guessed statement type', () => {
  it.each([
    ['SELECT 1', 'SELECT'],
    ['/* {"app": "dbt"} */ -- x\n with a as (select 1) select * from a;', 'SELECT'],
    ['insert into d.t select 1', 'INSERT'],
    ['MERGE d.t USING d.u ON true', 'MERGE'],
    ['create or replace table d.t as select 1', 'CREATE_TABLE_AS_SELECT'],
    ['CREATE TABLE d.t (x INT64)', 'CREATE_TABLE'],
    ['CREATE MATERIALIZED VIEW d.v AS SELECT 1', 'CREATE_MATERIALIZED_VIEW'],
    ['CREATE OR REPLACE MODEL d.m AS SELECT 1', 'CREATE_MODEL'],
    ['DROP TABLE d.t', 'DROP_TABLE'],
    ['TRUNCATE TABLE d.t', 'TRUNCATE_TABLE'],
    ['EXPORT DATA OPTIONS() AS SELECT 1', 'EXPORT_DATA'],
    ['DECLARE x INT64; SELECT x', 'SCRIPT'],
    ['SELECT 1; SELECT 2', 'SCRIPT'],
    ['BEGIN SELECT 1; END', 'SCRIPT'],
    ['HELLO', undefined],
  ])('of %s is %s', (sql, wanted) => {
    expect(guessStatementType(sql)).toBe(wanted);
  });
});

it('finds the tables that a query names, each once, and none in comments', () => {
  const sql = 'SELECT * FROM `a-b.d.t` JOIN d.u ON true JOIN `a-b.d.t` ON true -- FROM d.v';
  expect(tablesIn(sql, 'p')).toEqual([
    ['a-b', 'd', 't'],
    ['p', 'd', 'u'],
  ]);
});

it('reads hints from comments only', () => {
  expect(hintsIn('SELECT \'runs 5s\', "slots 9"')).toMatchObject({ runsForMs: undefined });
  expect(hintsIn('SELECT 1 -- runs 1m30s, scans 2 GB, slots 7')).toMatchObject({
    runsForMs: 90_000,
    bytesPerSecond: 2e9,
    slots: 7,
  });
});
