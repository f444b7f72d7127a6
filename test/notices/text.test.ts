import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { firstLineOf } from '../../shared/notices/first-line.ts';
import { clip, escapeMarkup, formatTime, oneLine, safeUrl } from '../../shared/notices/text.ts';

describe('clip', () => {
  test.each([
    ['leaves what fits alone', 'abc', 3, 'abc'],
    ['shows that it cut', 'abcd', 3, 'ab…'],
    ['never cuts a character in two', 'a😀b', 3, 'a…'],
  ])('%s', (_title, text, max, expected) => {
    expect(clip(text, max)).toBe(expected);
  });
});

describe('oneLine', () => {
  test.each([
    ['makes line breaks spaces', 'one\r\ntwo\u2028three', 'one two three'],
    ['shows marks that turn the direction of reading', 'abc\u202Etxt.exe', 'abc\ufffdtxt.exe'],
    ['shows invisible characters', 'pay\u200bload', 'pay\ufffdload'],
    ['shows control characters', 'a\u0000b\u001b[31m', 'a\ufffdb\ufffd[31m'],
    ['repairs lone surrogates', 'a\ud800b', 'a\ufffdb'],
    ['is never empty', ' \n ', '-'],
    ['keeps letters of any script', 'días · 日本 · हिन्दी', 'días · 日本 · हिन्दी'],
  ])('%s', (_title, text, expected) => {
    expect(oneLine(text, 100)).toBe(expected);
  });

  test('is one bounded, well-formed, visible line for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.integer({ min: 2, max: 50 }), (text, max) => {
        const line = oneLine(text, max);
        expect(line.length).toBeGreaterThan(0);
        expect(line.length).toBeLessThanOrEqual(max);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});

test('escapes what Slack reads as markup, the ampersand first', () => {
  expect(escapeMarkup('<!channel> & <@U1>')).toBe('&lt;!channel&gt; &amp; &lt;@U1&gt;');
});

describe('safeUrl', () => {
  test.each([
    ['takes https', 'https://example.com/ask?a=1', 'https://example.com/ask?a=1'],
    ['refuses http', 'http://example.com', undefined],
    ['refuses scripts', 'javascript:alert(1)', undefined],
    ['refuses credentials', 'https://example.com@evil.example/', undefined],
    ['refuses what is no URL', 'ask here', undefined],
    ['escapes what could end a link', 'https://example.com/a|b>c', 'https://example.com/a|b%3Ec'],
    ['has nothing to say about nothing', undefined, undefined],
  ])('%s', (_title, text, expected) => {
    expect(safeUrl(text)).toBe(expected);
  });
});

test('says a time of day in UTC, with the date only on another day', () => {
  const morning = Date.parse('2026-03-11T10:00:00Z');
  expect(formatTime(Date.parse('2026-03-11T14:45:59Z'), morning)).toBe('14:45 UTC');
  expect(formatTime(Date.parse('2026-03-12T00:05:00Z'), morning)).toBe('00:05 UTC on 12 Mar');
});

describe('the first line of a statement', () => {
  test.each([
    ['is its first line', 'SELECT 1\nFROM t', 'SELECT 1'],
    ['is not a blank line', '\n\n  SELECT 1', 'SELECT 1'],
    ['is not a comment of a tool', '/* {"app": "dbt"} */\n-- by dbt\n#standardSQL\nSELECT 1', 'SELECT 1'],
    ['is not there where all is comment', '-- nothing', undefined],
    ['is not there where a comment never ends', '/* nothing', undefined],
    ['is not there in an empty statement', '  ', undefined],
    ['is at most 80 characters', 'x'.repeat(100_000), `${'x'.repeat(79)}…`],
  ])('%s', (_title, sql, expected) => {
    expect(firstLineOf(sql)).toBe(expected);
  });

  test('is found in a long run of comments at once', () => {
    expect(firstLineOf(`${'--\n'.repeat(300_000)}SELECT 1`)).toBe('SELECT 1');
  });
});
