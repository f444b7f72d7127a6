import { rows, type Mutant } from './mutant.ts';

const pattern = rows(
  'policy/pattern.ts',
  true,
  ["const negated = text.startsWith('!');", 'const negated = false;', 'negations are read as plain text'],
  ["const negated = text.startsWith('!');", "const negated = text.startsWith('!@');", 'only groups can be negated'],
  ['patterns.filter(({ negated }) => negated)', '[].concat([])', 'negated entries are forgotten'],
  [
    'anyOf(negative)];',
    'negative.length === 0 ? anyOf([]) : (value: string) => negative.every((holds) => holds(value))];',
    'all negated entries must fail to keep a value out',
  ],
  ['isWanted(value) && !', 'isWanted(value) || !', 'a negation that does not fail is enough'],
  ['positive.length === 0 ? () => true', 'positive.length >= 0 ? () => true', 'any value is wanted'],
  ['if (value === null) return positive.length === 0;', 'if (value === null) return true;', 'absent is wanted'],
  [
    'value === undefined || (value !== null && value.length > longestValue)',
    'value !== undefined && value !== null && value.length > longestValue',
    'an unknown value is an empty one',
  ],
  [
    'value === undefined || (value !== null && value.length > longestValue)',
    'value === undefined',
    'a value too long to look at is kept out by nothing',
  ],
  ['compileGlob(lowerCase ? body.toLowerCase() : body)', 'compileGlob(body)', 'capitals in a glob match nobody'],
  ['lowerCase ? value.toLowerCase() : value', 'value', 'capitals in a value match nothing'],
  ['RE2JS.CASE_INSENSITIVE : 0', '0 : 0', 'capitals in an expression match nobody'],
  ['expression.matches(value)', 'expression.matcher(value).find()', 'an expression may match a part'],
  ['if (holds(value)) return true;', 'if (!holds(value)) return true;', 'a value that passes no test of several holds'],
  ['bodies.map((body) =>', 'bodies.slice(0, 1).map((body) =>', 'a group is its first member'],
  ['body.slice(1, -1)', 'body.slice(1)', 'the slash at the end belongs to the expression'],
);

const patternOther = rows(
  'policy/pattern.ts',
  false,
  ['if (only !== undefined && tests.length === 1)', 'if (only !== undefined)', 'only the first entry counts'],
  ['value.length <= longestValue && holds', 'holds', 'any length is looked at'],
  ['Object.hasOwn(groups, group) ? groups[group] : undefined', 'groups[group]', 'groups inherit from every object'],
  ['/^!?@(.*)$/s', '/^@(.*)$/s', 'a negated group is no group'],
  ["if (body === '')", 'if (body === null)', 'a lonely negation is a pattern'],
  ["if (body.startsWith('!'))", "if (body.startsWith('!!'))", 'two negations are a pattern'],
  ['if (body.length > longestPattern)', 'if (text.length > longestPattern)', 'the negation counts for the length'],
  ['if (body.length > longestPattern)', 'if (body.length >= longestPattern)', '512 characters are too many'],
  ["!body.endsWith('/') || body.length < 3", "!body.endsWith('/')", 'an expression may be empty'],
  ["!body.endsWith('/') || body.length < 3", 'body.length < 3', 'an expression needs no end'],
  ['isExpression(body) ? expressionFault(body) : undefined', 'undefined', 'expressions are not tried'],
  ["if (why.includes('(?'))", "if (why.includes('(!'))", 'nobody is told of unless'],
  ['throw new Error(`[policy]', 'console.warn(`[policy]', 'values that nobody checked are guessed at'],
);

const label = rows(
  'policy/label.ts',
  true,
  ['if (labels === undefined) return undefined;', 'if (labels === undefined) return true;', 'unknown labels hold'],
  [
    'if (labels === undefined) return undefined;',
    'if (labels === undefined) return false;',
    'unless knows that unknown labels do not hold',
  ],
  [
    'Object.hasOwn(labels, label) ? (labels[label] ?? null) : null',
    'labels[label] ?? null',
    'labels are looked up in what every object inherits',
  ],
  [
    "words.includes(value === null ? 'absent' : 'present')",
    'words.length > 0',
    'present and absent hold for every job',
  ],
  [
    'positive.length > 0 ? oneOf(value) : words.length === 0',
    'positive.length > 0 ? oneOf(value) : true',
    '[present, "!prod"] no longer asks for the label',
  ],
  ['negative.length === 0 || noneOf(value)', 'true', 'a negated label no longer keeps anybody out'],
  [
    'if (some === false || none === false) return false;',
    'if (some === false) return false;',
    'a negated label that fails is unknown or true',
  ],
  [
    'some === undefined || none === undefined ? undefined : true',
    'some === undefined ? undefined : true',
    'a value too long to look at is kept out by nothing',
  ],
  [
    'some === undefined || none === undefined ? undefined : true',
    'none === undefined ? undefined : true',
    'a value too long to look at is what is wanted',
  ],
);

const labelOther = rows(
  'policy/label.ts',
  false,
  [
    'wants.filter((want) => !isNegated(want) && !isWord(want))',
    'wants.filter((want) => !isNegated(want) && isWord(want))',
    'patterns of labels are forgotten',
  ],
  ['negative.length === 0 || noneOf(value)', 'noneOf(value)', 'present is not known of a value too long to look at'],
  ['const some = word || (', 'const some = word && (', 'present and absent need a pattern as well'],
);

const glob = rows(
  'policy/glob.ts',
  true,
  ['value === glob', 'value.includes(glob)', 'plain text may be a part'],
  ['!value.startsWith(first) || ', '', 'the beginning of a glob is not asked'],
  [' || !value.endsWith(last)', '', 'the end of a glob is not asked'],
  ['if (at < 0) return false;', 'if (at < 0) continue;', 'the middle of a glob may be missing'],
  ['from = at + part.length;', 'from = at;', 'the parts of a glob may overlap'],
  ['from <= value.length - last.length', 'true', 'the last parts of a glob may overlap'],
  ['let from = first.length;', 'let from = 0;', 'the first parts of a glob may overlap'],
  ['value.indexOf(part, from)', 'value.indexOf(part)', 'the parts of a glob may come in any order'],
);

const globOther = rows('policy/glob.ts', false, [
  'value.indexOf(part, from)',
  'value.lastIndexOf(part)',
  'a part of a glob is looked for from the end',
]);

/** Faults in the patterns that a value is held against. */
export const patterns: readonly Mutant[] = [
  ...pattern,
  ...patternOther,
  ...label,
  ...labelOther,
  ...glob,
  ...globOther,
];
