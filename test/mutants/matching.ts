import { rows, type Mutant } from './mutant.ts';

const truth = rows(
  'evaluate/truth.ts',
  true,
  ['if (truths.includes(false)) return false;', '', 'false among others no longer makes "all" false'],
  ['return truths.includes(undefined) ? undefined : true;', 'return true;', 'unknown counts as true in "all"'],
  ['if (truths.includes(true)) return true;', '', 'true among others no longer makes "any" true, as unless needs'],
  [
    'return truths.includes(undefined) ? undefined : false;',
    'return !truths.includes(false);',
    'unknown is true in "any"',
  ],
  [
    'return truths.includes(undefined) ? undefined : false;',
    'return false;',
    'unknown is false in "any", as in unless',
  ],
  ['return truth === undefined ? undefined : !truth;', 'return !truth;', 'not unknown is true'],
);

const matchers = rows(
  'evaluate/matchers.ts',
  true,
  ['if (job.reservation === undefined) return undefined;', '', 'an unknown payer counts as reserved'],
  [
    "job.reservation === null ? 'on-demand' : 'reserved'",
    "job.reservation !== null ? 'on-demand' : 'reserved'",
    'payers swapped',
  ],
  ["lowerCase: key === 'principal'", 'lowerCase: false', 'a negated principal in capitals no longer keeps anybody out'],
  [
    'principalKind: (job: Job): Field => job.principalKind',
    "principalKind: (job: Job): Field => job.principalKind ?? 'person'",
    'an unknown identity is a person',
  ],
  [
    'statementType: (job: Job): Field => job.statementType',
    'statementType: (job: Job): Field => job.statementType ?? null',
    'an unknown statement is known to be none',
  ],
  [
    'location: (job: Job): Field => job.location',
    'location: (job: Job): Field => job.location ?? null',
    'an unknown location is known to be none',
  ],
  [
    'priority: (job: Job): Field => job.priority',
    'priority: (job: Job): Field => job.priority ?? null',
    'an unknown priority is known to be none',
  ],
  [
    'some(spellings.map(oneOf)), ...spellings.map(noneOf)',
    'some(spellings.map(oneOf)), some(spellings.map(noneOf))',
    'a reservation kept out by one spelling gets in by the other',
  ],
  [
    "typeof reservation === 'string' ? reservationSpellings(reservation) : [reservation]",
    '[reservation]',
    'a reservation is kept out by one spelling only',
  ],
  [
    'if (job.labels === undefined || job.principal === undefined) return undefined;',
    '',
    'a client is certain without its labels',
  ],
  ['[name, ...possible].map(holds)', '[name].map(holds)', 'a client is certain while the statement is unread'],
  [
    'answers.every((answer) => answer === answers[0]) ? answers[0] : undefined',
    'answers.some((answer) => answer === true)',
    'any possible client is enough',
  ],
  [
    '    if (job.labels === undefined) return undefined;\n',
    '    if (job.labels === undefined) return true;\n',
    'unknown labels hold',
  ],
  [
    'Object.hasOwn(job.labels, label) ? (job.labels[label] ?? null) : null',
    'job.labels[label] ?? null',
    'labels are looked up in what every object inherits',
  ],
  [
    "words.includes(value === null ? 'absent' : 'present')",
    'words.length > 0',
    'present and absent hold for every job',
  ],
  [
    'positive.length > 0 ? oneOf(value) === true : words.length === 0',
    'positive.length > 0 ? oneOf(value) === true : true',
    '[present, "!prod"] no longer asks for the label',
  ],
  ['return some && noneOf(value) === true;', 'return some;', 'a negated label no longer keeps anybody out'],
  [
    '(job.continuous === undefined ? undefined : job.continuous === wanted)',
    'job.continuous === wanted || !wanted',
    'continuous: false holds for all',
  ],
  ['keys.push(clientTest(block.client, groups));', 'keys.push();', 'the key client is forgotten'],
  ['keys.push(continuousTest(block.continuous));', 'keys.push();', 'the key continuous is forgotten'],
  ['keys.push(reservationTest(block.reservation, groups));', 'keys.push();', 'the key reservation is forgotten'],
  ['keys.push(fieldTest(key, wants, groups));', 'keys.push();', 'all plain keys are forgotten'],
  ['keys.push(labelTest(label, wants, groups));', 'keys.push();', 'the key labels is forgotten'],
  ['unless: compileMatch(block.unless ?? [], groups)', 'unless: []', 'unless is forgotten'],
  [
    'matcher.keys.map((key) => key.test(job)), not(holdsAny(matcher.unless, job))',
    'matcher.keys.map((key) => key.test(job)), true',
    'unless is not asked',
  ],
  ['return every([...matcher.keys', 'return some([...matcher.keys', 'one key is enough'],
);

const matchersOther = rows(
  'evaluate/matchers.ts',
  false,
  ['return some(matchers.map((matcher)', 'return every(matchers.map((matcher)', 'every block must hold instead of any'],
  [
    'wants.filter((want) => !isNegated(want) && !isWord(want))',
    'wants.filter((want) => !isNegated(want) && isWord(want))',
    'patterns of labels are forgotten',
  ],
);

/** Faults in telling whether a job matches. */
export const matching: readonly Mutant[] = [...truth, ...matchers, ...matchersOther];
