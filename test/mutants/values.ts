import { rows, type Mutant } from './mutant.ts';

const words = rows(
  'policy/patterns.ts',
  true,
  [
    "if (!isPlainWord(entry) || known.includes(entry.replace(/^!/, ''))) continue;",
    'continue;',
    'a negated word that nobody knows keeps nobody out',
  ],
  [
    "known.includes(entry.replace(/^!/, ''))",
    "entry.startsWith('!') || known.includes(entry)",
    'negated words are not looked up',
  ],
  [
    'if (!isPlainWord(entry) || cased === entry) continue;',
    'continue;',
    'a negated word in the other case keeps nobody out',
  ],
  [
    "(typeof written === 'string' ? [written] : written)",
    "(typeof written === 'string' ? [] : written)",
    'a single value is forgotten',
  ],
);

const wordsOther = rows(
  'policy/patterns.ts',
  false,
  ["!/^[/@]|[*]/.test(entry.replace(/^!/, ''))", 'true', 'patterns are held to the list of words'],
  [
    "!/^[/@]|[*]/.test(entry.replace(/^!/, ''))",
    '!/^[/@]|[*]/.test(entry)',
    'negated groups are held to the list of words',
  ],
  ['.min(1, { error: noEmptyList })', '', 'a list may be empty'],
  ['.max(1000)', '.max(1_000_000)', 'a list may be of any length'],
  [
    'return wrong === undefined ? undefined : fault(wrong.code, wrong.says, wrong.try);',
    'return undefined;',
    'patterns are not checked',
  ],
);

const match = rows(
  'policy/match.ts',
  true,
  [
    'block.transform((one) => [one])',
    'block.transform(() => [])',
    'a single block is forgotten, and no block is every job',
  ],
  ['z.array(block).min(1, { error: emptyMatch })', 'z.array(block)', 'an empty list of blocks is every job'],
  [
    "block.unless.length > 0 || Object.entries(block).some(([key, value]) => key !== 'unless' && value !== undefined)",
    'block !== undefined',
    'an empty block is every job',
  ],
  [
    '.refine((written) => Object.keys(written).length > 0, { error: emptyMatch })',
    '',
    'labels of nothing are every job',
  ],
  [
    "    .default([])\n    .describe('Not the jobs",
    "    .transform(() => [])\n    .default([])\n    .describe('Not the jobs",
    'unless is forgotten',
  ],
  ['labels: labels.optional()', 'labels: labels.transform(() => undefined).optional()', 'labels are forgotten'],
  [
    'location: values.optional()',
    'location: values.transform(() => undefined).optional()',
    'the location is forgotten',
  ],
  ['jobId: values.optional()', 'jobId: values.transform(() => undefined).optional()', 'the id is forgotten'],
  [
    "(word) => word.toUpperCase(), 'statement",
    "(word) => word, 'statement",
    'a negated statement in small letters keeps nobody out',
  ],
  [
    "(word) => word.toLowerCase(), 'job types",
    "(word) => word, 'job types",
    'a negated job type in capitals keeps nobody out',
  ],
  [
    "(word) => word.toLowerCase(), 'clients",
    "(word) => word, 'clients",
    'a negated client in capitals keeps nobody out',
  ],
  [
    "wordValues(['person', 'serviceAccount', 'external'])",
    'values',
    'a negated kind that nobody knows keeps nobody out',
  ],
  ["wordValues(['interactive', 'batch'])", 'values', 'a negated priority that nobody knows keeps nobody out'],
  ["wordValues(['on-demand', 'reserved'])", 'values', 'a negated payer that nobody knows keeps nobody out'],
  ['wordValues(engineNames)', 'values', 'a negated engine that nobody knows keeps nobody out'],
);

const matchOther = rows(
  'policy/match.ts',
  false,
  ['.transform(withoutPrototype)', '', 'labels inherit from every object'],
  [
    "  .refine(isNotEmpty, { error: emptyMatch })\n  .meta({ id: 'UnlessBlock'",
    "  .meta({ id: 'UnlessBlock'",
    'unless may be empty',
  ],
  [
    "  .refine(isNotEmpty, { error: emptyMatch })\n  .meta({ id: 'NoticeBlock'",
    "  .meta({ id: 'NoticeBlock'",
    'the match of a route may be empty',
  ],
  ["wordValues(['record', 'warn', 'cancel'])", 'values', 'a route may name an action that is none'],
);

const limits = rows(
  'policy/limits.ts',
  true,
  ["{ how: 'all', of: all }", "{ how: 'any', of: all }", 'one of all is enough'],
  ['    .refine(hasNumber, { error: noLimit, ...always })\n', '', 'all of nothing is always over'],
  ['.min(0)\n', '\n', 'slot hours may be negative, and everything is over'],
  ['if (all !== undefined && hasNumber(any))', 'if (false)', 'numbers beside all are dropped'],
);

const limitsOther = rows(
  'policy/limits.ts',
  false,
  ["{ how: 'any', of: any }", "{ how: 'all', of: any }", 'one is not enough'],
  ['if (all === undefined && !hasNumber(any))', 'if (false)', 'a limit may be empty'],
  ["typeof input === 'string'\n", "typeof input === 'symbol'\n", 'slot hours with a unit are not explained'],
);

const scalars = rows(
  'policy/scalars.ts',
  true,
  ['parse: parseDuration,', 'parse: (text) => (parseDuration(text) ?? NaN) / 1000,', 'times are read as seconds'],
  ['parse: parseBytes,', "parse: (text) => parseBytes(text.replace('i', '')),", 'TiB are read as TB'],
  ['parse: parseUsd,', 'parse: (text) => (parseUsd(text) ?? NaN) / 100,', 'dollars are read as cents'],
  ['part >= 0 && part <= 1 ? part : undefined', 'part', 'a share may be more than all'],
  ['Number(percent) / 100', 'Number(percent) / 10', 'ten times the share'],
  ['z.int().min(0)', 'z.number().min(0)', 'half a cancel may be allowed'],
  [
    'if (amount !== undefined) return amount;',
    'if (amount !== undefined) return amount;\n      if (/^\\d+$/.test(text)) return Number(text);',
    'a number without a unit is the smallest',
  ],
);

const scalarsOther = rows(
  'policy/scalars.ts',
  false,
  ['z.int().min(0)', 'z.int()', 'a count may be negative'],
  ['.max(1_000_000)', '', 'a count may be endless'],
  ["typeof input === 'number'\n", "typeof input === 'symbol'\n", 'a missing unit is not explained'],
  ['.min(1, { error: notEmpty })', '', 'a text may be empty'],
  ['.max(2000)', '', 'a text may be endless'],
  ["value === '' ? notEmpty : check(value)", 'check(value)', 'an empty text is not told apart'],
  ['{0,62}$/', '{0,620}$/', 'a name may be endless'],
  ['/^[A-Za-z0-9][A-Za-z0-9._-]', '/^[A-Za-z0-9._-][A-Za-z0-9._-]', 'a name may begin with a dash'],
  ['amount > 0 && amount < 1 ? amount * 100 : amount', 'amount', '0.25 is proposed to be 0.25%'],
);

/** Faults in reading single values: words, matches, limits and scalars. */
export const values: readonly Mutant[] = [
  ...words,
  ...wordsOther,
  ...match,
  ...matchOther,
  ...limits,
  ...limitsOther,
  ...scalars,
  ...scalarsOther,
];
