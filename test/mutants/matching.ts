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
  [
    'job.details?.[key] ?? (neverTells(job.engine, key) ? null : undefined)',
    'job.details?.[key] ?? null',
    "a name in the engine's own words that is unknown is known to be none",
  ],
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

const matchersOther = rows('evaluate/matchers.ts', false, [
  'return some(matchers.map((matcher)',
  'return every(matchers.map((matcher)',
  'every block must hold instead of any',
]);

/** Faults in telling whether a job matches. */
export const matching: readonly Mutant[] = [...truth, ...matchers, ...matchersOther];
