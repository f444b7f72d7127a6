import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatBytes, parseBytes } from '../../shared/jobs/bytes.ts';

it.each([
  ['0 B', 0],
  ['12 B', 12],
  ['1 kB', 1000],
  ['1 KB', 1000],
  ['1 KiB', 1024],
  ['500 GB', 500_000_000_000],
  ['500GB', 500_000_000_000],
  ['1.5 TB', 1_500_000_000_000],
  ['1.1 TB', 1_100_000_000_000],
  ['5 TiB', 5 * 1024 ** 4],
  ['100 tib', 100 * 1024 ** 4],
  ['2 PiB', 2 * 1024 ** 5],
])('reads %s as %i bytes', (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes);
});

it.each([
  ['nothing', ''],
  ['a number without a unit', '500'],
  ['a unit without a number', 'GB'],
  ['a unit it does not know', '5 EB'],
  ['a unit without the B', '5 T'],
  ['a sign', '-5 GB'],
  ['a comma', '1,000 GB'],
  ['a line break after it', '5 GB\n'],
  ['more than can be counted', '9000 PiB'],
])('does not read %s as a size', (_what, text) => {
  expect(parseBytes(text)).toBeUndefined();
});

it.each([
  [0, '0 B'],
  [12, '12 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [640 * 1024 ** 2, '640 MiB'],
  [1.25 * 1024 ** 4, '1.25 TiB'],
  [12.5 * 1024 ** 3, '12.5 GiB'],
  [1024 ** 2 - 1, '1.00 MiB'],
  [1023.7 * 1024, '1.00 MiB'],
  [9.999 * 1024, '10.0 KiB'],
  [99.96 * 1024, '100 KiB'],
  [3000 * 1024 ** 5, '3000 PiB'],
])('says %d bytes as "%s"', (bytes, words) => {
  expect(formatBytes(bytes)).toBe(words);
});

it('says every size in a way that reads back within one percent', () => {
  fc.assert(
    fc.property(fc.nat({ max: 8 * 10 ** 15 }), (bytes) => {
      const back = parseBytes(formatBytes(bytes)) ?? Number.NaN;
      expect(Math.abs(back - bytes)).toBeLessThanOrEqual(bytes / 100);
    }),
  );
});
