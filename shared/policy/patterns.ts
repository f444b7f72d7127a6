import { z } from 'zod';
import { fault } from './fault.ts';
import { patternFault } from './pattern.ts';
import { checkedText } from './scalars.ts';

/** One pattern, kept as it was written. Whether its group exists is seen by the loader. */
export const pattern = checkedText((value) => {
  const wrong = patternFault(value);
  return wrong === undefined ? undefined : fault(wrong.code, wrong.says, wrong.try);
}).meta({
  id: 'Pattern',
  description:
    'A glob ("etl-*": * is any characters, the whole value is covered, case counts), an RE2 expression between slashes ("/etl-(daily|hourly)/"), or a group ("@finance-batch"). A leading ! means "not". Quote what begins with ! * @ or &.',
});

const noEmptyList = fault(
  'empty-list',
  'The list is empty, so nothing could ever match.',
  'Name a value, or leave the key out.',
);

/** One pattern or a list of them, as a list. */
export const values = z
  .union([pattern, z.array(pattern).min(1, { error: noEmptyList }).max(1000)])
  .transform((written): string[] => (typeof written === 'string' ? [written] : written))
  .meta({
    id: 'Values',
    description: 'One pattern or a list of them: any positive entry may hold, and no negated one ("!x") may fail.',
  });

const isPlainWord = (entry: string) => !/^[/@]|[*]/.test(entry.replace(/^!/, ''));

/** Values that can only be one of a few words, unless they are written as patterns. */
export function wordValues<Word extends string>(words: readonly [Word, ...Word[]]) {
  const known: readonly string[] = words;
  const written = values.superRefine((entries, context) => {
    for (const entry of entries) {
      if (!isPlainWord(entry) || known.includes(entry.replace(/^!/, ''))) continue;
      context.addIssue({ code: 'custom', message: fault('unknown-value', entry, words.join(',')) });
    }
  });
  const word = { anyOf: [{ enum: words }, { type: 'string', title: 'a pattern', pattern: '^[!/@]|\\*' }] };
  return written.meta({ anyOf: [...word.anyOf, { type: 'array', items: word, minItems: 1 }] });
}

/** Values whose words are all written in one case: a word in the other case would never match. */
export function casedValues(toCase: (word: string) => string, kind: string) {
  return values.superRefine((entries, context) => {
    for (const entry of entries) {
      const cased = toCase(entry);
      if (!isPlainWord(entry) || cased === entry) continue;
      context.addIssue({ code: 'custom', message: wrongCase(entry, cased, kind) });
    }
  });
}

function wrongCase(entry: string, cased: string, kind: string): string {
  return fault('wrong-case', `"${entry}" would never match: ${kind}, and case counts.`, `Write ${cased}.`);
}
