import { z } from 'zod';
import { parseBytes } from '../jobs/bytes.ts';
import { parseDuration } from '../jobs/duration.ts';
import { parseUsd } from '../jobs/money.ts';
import { fault } from './fault.ts';

interface Measure {
  readonly id: string;
  readonly kind: string;
  readonly description: string;
  readonly pattern: string;
  readonly samples: readonly [string, ...string[]];
  readonly code: 'bad-time' | 'bad-size' | 'bad-money' | 'bad-share';
  readonly parse: (text: string) => number | undefined;
  readonly withUnit: (amount: number) => string;
}

function measure({ id, kind, description, pattern, samples, code, parse, withUnit }: Measure) {
  const asText = z.string({
    error: ({ input }) =>
      typeof input === 'number'
        ? fault('no-unit', `${input} has no unit; a ${kind} needs one.`, `Write ${withUnit(input)}.`)
        : undefined,
  });
  return asText
    .transform((text, context) => {
      const amount = parse(text);
      if (amount !== undefined) return amount;
      const message = fault(code, `"${text}" is not a ${kind}.`, `Write a ${kind} such as ${samples.join(', ')}.`);
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    })
    .meta({ id, description, pattern, samples: [...samples] });
}

/** A time, in ms. */
export const duration = measure({
  id: 'Time',
  kind: 'time',
  description: 'A time with its unit: 90s, 30m, 6h, 2d, or a sum of them such as 1h30m.',
  pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d))+$',
  samples: ['90s', '30m', '6h', '2d'],
  code: 'bad-time',
  parse: parseDuration,
  withUnit: (amount) => `${amount}s, ${amount}m or ${amount}h, whichever is meant`,
});

/** A size, in bytes. */
export const bytes = measure({
  id: 'Size',
  kind: 'size',
  description: 'A size with its unit, decimal or binary as written: 500 GB is 500 × 1000³ bytes, 5 TiB is 5 × 1024⁴.',
  pattern: '^\\d+(\\.\\d+)?\\s*([kKmMgGtTpP]?[iI]?[bB])$',
  samples: ['500 GB', '5 TiB'],
  code: 'bad-size',
  parse: parseBytes,
  withUnit: (amount) => `${amount} GB or ${amount} TiB, whichever is meant`,
});

/** Money, in USD. */
export const usd = measure({
  id: 'Money',
  kind: 'sum of money',
  description: 'An amount in US dollars: 50 USD. Other currencies are refused, because nothing is converted.',
  pattern: '^\\d+(\\.\\d+)?\\s*USD$',
  samples: ['50 USD', '0.066 USD'],
  code: 'bad-money',
  parse: parseUsd,
  withUnit: (amount) => `${amount} USD`,
});

/** A share, as a number from 0 to 1. */
export const share = measure({
  id: 'Share',
  kind: 'share',
  description: 'A share in percent, from 0% to 100%.',
  pattern: '^\\d+(\\.\\d+)?%$',
  samples: ['25%'],
  code: 'bad-share',
  parse: parseShare,
  withUnit: (amount) => `${amount > 0 && amount < 1 ? amount * 100 : amount}%`,
});

function parseShare(text: string): number | undefined {
  const [, percent] = /^(\d+(?:\.\d+)?)\s*%$/.exec(text) ?? [];
  const part = Number(percent) / 100;
  return part >= 0 && part <= 1 ? part : undefined;
}

/** A whole number; 0 means none. */
export const count = z.int().min(0).max(1_000_000);

const notEmpty = fault('empty-value', 'There is no text here.', 'Write something, or leave the key out.');

/** Text that says something. */
export const text = z.string().min(1, { error: notEmpty }).max(2000);

/** A check of text that stands on its own: undefined when the text is fine, else the packed fault. */
export function checkedText(check: (value: string) => string | undefined) {
  return z.string().superRefine((value, context) => {
    const message = value === '' ? notEmpty : check(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

const nameForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The name of a rule, a group, a team or a freeze. */
export const name = checkedText((value) =>
  nameForm.test(value)
    ? undefined
    : fault(
        'bad-name',
        `"${value}" cannot be a name.`,
        'Use at most 63 letters, digits, dots, dashes and underscores, a letter or digit first.',
      ),
).meta({ id: 'Name', description: 'A short name.', pattern: nameForm.source });
