import { expect, it } from 'vitest';
import { formatUsd, parseUsd } from '../../shared/jobs/money.ts';

it.each([
  ['50 USD', 50],
  ['50USD', 50],
  ['0.066 USD', 0.066],
  ['0 USD', 0],
  ['1250.50 USD', 1250.5],
])('reads %s', (text, usd) => {
  expect(parseUsd(text)).toBe(usd);
});

it.each([
  ['nothing', ''],
  ['a number without a currency', '50'],
  ['another currency', '50 EUR'],
  ['a currency in small letters', '50 usd'],
  ['a sign', '-50 USD'],
  ['a dollar sign', '$50'],
  ['a comma', '1,250 USD'],
  ['an exponent', '1e9 USD'],
  ['more than can be counted, which would be no limit at all', `${'9'.repeat(400)} USD`],
])('does not read %s as money', (_what, text) => {
  expect(parseUsd(text)).toBeUndefined();
});

it.each([
  [0, '0 USD'],
  [50, '50 USD'],
  [3.2, '3.20 USD'],
  [0.05, '0.05 USD'],
  [0.004, 'under 0.01 USD'],
  [99.99, '99.99 USD'],
  [99.999, '100 USD'],
  [100.4, '100 USD'],
  [1250, '1,250 USD'],
  [1_234_567.8, '1,234,568 USD'],
])('says %d as "%s"', (usd, words) => {
  expect(formatUsd(usd)).toBe(words);
});
