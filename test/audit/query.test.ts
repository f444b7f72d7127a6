import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { normaliseSql, queryHash } from '../../shared/audit/query.ts';
import { aJob } from '../make.ts';

// Synthetic statements.
it.each([
  ['blanks and line breaks', 'SELECT  a\n\tFROM t ', 'SELECT a FROM t'],
  ['numbers', 'SELECT 1, 2.5, 1e-9, 0xFF FROM t LIMIT 10', 'SELECT ?, ?, ?, ? FROM t LIMIT ?'],
  ['strings', `SELECT 'a', "b" FROM t`, 'SELECT ?, ? FROM t'],
  ['strings with quotes in them', `SELECT 'it\\'s', "say \\"x\\"" FROM t`, 'SELECT ?, ? FROM t'],
  ['strings with the other quote in them', `SELECT 'a"b', "c'd" FROM t`, 'SELECT ?, ? FROM t'],
  ['strings over several lines', `SELECT '''a\n'b'\n''', """c\n"d\n""" FROM t`, 'SELECT ?, ? FROM t'],
  ['raw strings and bytes', `SELECT r'\\d+', b"x", RB'''y''' FROM t`, 'SELECT ?, ?, ? FROM t'],
  ['line comments', '-- by sam\nSELECT a # the first\nFROM t -- end', 'SELECT a FROM t'],
  ['block comments', '/* {"app": "dbt", "node_id": "model.x"} */ SELECT/**/a FROM t', 'SELECT a FROM t'],
  ['comment signs in strings', `SELECT '-- no', "/* no */" FROM t`, 'SELECT ?, ? FROM t'],
  ['quotes in comments', `SELECT a -- it's\nFROM t`, 'SELECT a FROM t'],
  ['names with digits', 'SELECT a1 FROM events_20260101', 'SELECT a1 FROM events_20260101'],
  ['quoted names', 'SELECT `a 1` FROM `p-1.d.t_2`', 'SELECT `a 1` FROM `p-1.d.t_2`'],
  ['dates', `WHERE day = DATE '2026-03-11'`, 'WHERE day = DATE ?'],
  ['a comment that does not end', 'SELECT a /* oh', 'SELECT a'],
  ['a string that does not end', `SELECT 'oh`, 'SELECT ?'],
  ['nothing', '', ''],
])('normalises %s', (_what, statement, normal) => {
  expect(normaliseSql(statement)).toBe(normal);
});

it('gives one hash to the same query with other literals, comments and layout', () => {
  const first = aJob({ queryText: "-- run 1\nSELECT a FROM t WHERE day = '2026-03-10' AND n > 5" });
  const again = aJob({ queryText: "SELECT a\n  FROM t\n WHERE day = '2026-03-11'\n   AND n > 6 -- run 2" });
  expect(queryHash(first)).toMatch(/^[0-9a-f]{64}$/);
  expect(queryHash(again)).toBe(queryHash(first));
});

it.each(['SELECT b FROM t', 'SELECT a FROM u', 'SELECT `a` FROM t', 'SELECT a FROM t WHERE a'])(
  'gives another hash to another query: %s',
  (queryText) => {
    expect(queryHash(aJob({ queryText }))).not.toBe(queryHash(aJob({ queryText: 'SELECT a FROM t' })));
  },
);

it('has no hash while the statement was not fetched', () => {
  expect(queryHash(aJob())).toBeUndefined();
});

it('leaves no line break and no double blank in any text', () => {
  const sql = fc.string({
    unit: fc.constantFrom("'", '"', '`', '\\', '-', '/', '*', '#', '\n', ' ', 'r', 'x', '7', '.'),
  });
  fc.assert(
    fc.property(sql, (statement) => {
      expect(normaliseSql(statement)).not.toMatch(/\n| {2}/);
    }),
  );
});

it.each(["'", '"', "'''", '/*', '-', '`', '1', ' ', "\\'", 'r', '/', '0x', '1e', '1.'])(
  'copes with a megabyte of %j',
  (piece) => {
    expect(normaliseSql(piece.repeat(1_000_000 / piece.length)).length).toBeLessThanOrEqual(1_000_001);
  },
);
