import { rows, type Mutant } from './mutant.ts';

const hold = rows(
  'hold.ts',
  true,
  ['const afterExpiryDays = 7;', 'const afterExpiryDays = 6;', 'an expired exemption ends a day early'],
  [
    'isProtected === false || over === true',
    'isProtected !== true || over === true',
    'an unknown principal is not protected',
  ],
  [
    'isProtected === false || over === true',
    'isProtected === false || over !== false',
    'a ceiling that cannot be judged ends the protection',
  ],
  ['ceiling === undefined ? false :', 'ceiling === undefined ? true :', 'a protection without a ceiling is none'],
  ['if (late <= 0)', 'if (late < 0)', 'an exemption ends when its last day begins'],
  ["entry.afterExpiry !== 'warn'", "entry.afterExpiry === 'warn'", 'afterExpiry is turned around'],
  [
    'entry.rules !== undefined && !entry.rules.includes(rule)',
    '!entry.rules?.includes(rule)',
    'an exemption from all rules is from none',
  ],
  [
    "if (holds === undefined) return { by: 'exemption'",
    "if (holds === null) return { by: 'exemption'",
    'an unknown exemption does not hold',
  ],
  [
    'if (why === undefined) continue;',
    'if (why === undefined) return undefined;',
    'an expired exemption hides the next',
  ],
  ['when.from <= day && day <= when.to', 'when.from <= day && day < when.to', 'a freeze ends a day early'],
  ['when.from <= day && day <= when.to', 'when.from < day && day <= when.to', 'a freeze begins a day late'],
  [
    'entry.match.length === 0 ? true : holdsAny(match, job)',
    'holdsAny(match, job)',
    'a freeze without a match is none',
  ],
  ['if (holds !== false) return', 'if (holds === true) return', 'an unknown freeze does not hold'],
  [
    'if (job.labels === undefined) return undefined;',
    'if (job.labels === undefined) return false;',
    'unknown labels are no opt-out',
  ],
  [
    'if (keeps === false) return undefined;',
    'if (keeps !== true) return undefined;',
    'an opt-out that may be there does not hold',
  ],
  [
    '  if (over === true) return undefined;\n  const certain',
    '  if (over !== false) return undefined;\n  const certain',
    'a ceiling that cannot be judged ends the opt-out',
  ],
  ['if (graceMs === 0) return undefined;', 'return undefined;', 'grace does not hold'],
  [
    'if (graceMs === 0) return undefined;',
    'if (graceMs === undefined || graceMs === 0) return undefined;',
    'a rule that is gone cancels',
  ],
  ['[protection, exemption, freeze, optOut, grace]', '[exemption, freeze, optOut, grace]', 'protection is forgotten'],
  ['[protection, exemption, freeze, optOut, grace]', '[protection, freeze, optOut, grace]', 'exemptions are forgotten'],
  ['[protection, exemption, freeze, optOut, grace]', '[protection, exemption, optOut, grace]', 'freezes are forgotten'],
  [
    '[protection, exemption, freeze, optOut, grace]',
    '[protection, exemption, freeze, grace]',
    'opt-outs are forgotten',
  ],
);

const holdOther = rows(
  'hold.ts',
  false,
  ['isProtected === false || over === true', 'isProtected === false', 'a ceiling ends no protection'],
  ['late > afterExpiryDays ||', '', 'an expired exemption warns for ever'],
  [
    'every([carriesLabel(job, key, value), compiled.mayOptOut(job.principal)])',
    'carriesLabel(job, key, value)',
    'anybody may opt out',
  ],
  ['job.labels[key] === value', 'true', 'any value of the label opts out'],
);

const safety = rows(
  'safety.ts',
  true,
  [
    "verdict.action === 'cancel' && verdict.heldBack === undefined",
    "verdict.action === 'cancel'",
    'what is held back is planned',
  ],
  ["if (verdict.action !== 'cancel') return verdict;", 'return verdict;', 'nothing is held back'],
  ['if (breaker.open) {', 'if (false) {', 'the breaker holds nothing back'],
  ["breakerOf(planned('enforce'), seen", "breakerOf(planned('observe'), seen", 'the breaker counts what only observes'],
  [
    'seen, compiled.policy.breaker),\n    observe',
    '0, compiled.policy.breaker),\n    observe',
    'the share of jobs is not asked',
  ],
  [
    "...bounded(compiled, planned('enforce'), breaker.enforce",
    "...bounded(compiled, planned('enforce'), breaker.observe",
    'the breaker of the trial counts',
  ],
  [
    'return [...granted, ...postponed.map((verdict) => withHold',
    'return [...granted, ...postponed, ...[].map((verdict) => withHold',
    'the budget holds nothing back',
  ],
);

const safetyOther = rows(
  'safety.ts',
  false,
  ['verdict.mode === mode && isPlanned(verdict)', 'isPlanned(verdict)', 'trial and force are counted together'],
  ['...all.filter((verdict) => !isPlanned(verdict)),', '', 'warnings are lost'],
  [
    "breakerOf(planned('observe'), seen",
    "breakerOf(planned('enforce'), seen",
    'the breaker of the trial counts what enforces',
  ],
);

const breaker = rows(
  'breaker.ts',
  true,
  ['count > limits.maxCancels', 'count > limits.maxCancels + 1', 'one cancel too many'],
  ['count > limits.maxCancels', 'limits.maxCancels > 0 && count > limits.maxCancels', '0 means any number'],
  ['seen >= limits.minJobs', 'seen > limits.minJobs', 'the share counts a job too late'],
  ['count > limits.maxShare * seen', 'count > limits.maxShare * seen + 1', 'one cancel above the share'],
  ['count > limits.maxShare * seen', 'limits.maxShare > 0 && count > limits.maxShare * seen', 'a share of 0 means any'],
  ['const count = jobs.size;', 'const count = jobs.size > 0 ? 1 : 0;', 'cancels are not counted'],
  [
    '${verdict.job.target} ${verdict.job.location} ${verdict.job.id}',
    '${verdict.job.id}',
    'jobs of one name in two places count once',
  ],
  ['location} ${verdict.job.id}`', 'location}`', 'all jobs of a place count once'],
);

const breakerOther = rows(
  'breaker.ts',
  false,
  ['count > limits.maxCancels', 'count >= limits.maxCancels', 'opens at its number'],
  ['count > limits.maxShare * seen', 'count >= limits.maxShare * seen', 'opens at its share'],
  ['seen >= limits.minJobs && ', '', 'opens among few jobs'],
);

const budget = rows(
  'budget.ts',
  true,
  ['granted: ordered.slice(0, perSweep)', 'granted: ordered', 'the budget grants everything'],
  ['granted: ordered.slice(0, perSweep)', 'granted: ordered.slice(0, perSweep + 1)', 'one cancel too many'],
  ['granted: ordered.slice(0, perSweep)', 'granted: ordered.slice(0, perSweep || undefined)', '0 means any number'],
);

const budgetOther = rows(
  'budget.ts',
  false,
  ['[...planned].sort(order)', '[...planned]', 'the order of the listing decides'],
  ['(others[index] ?? 0) - weight', 'weight - (others[index] ?? 0)', 'the cheapest goes first'],
  ['    costs.soFarUsd(job, nowMs) ?? 0,\n', '', 'the cost does not count'],
  ['    job.slotMs ?? 0,\n', '', 'slot time does not count'],
  ['    job.bytesProcessed ?? 0,\n', '', 'bytes do not count'],
  ['job.startedAtMs ?? job.createdAtMs ?? nowMs', 'job.startedAtMs ?? nowMs', 'waiting does not count'],
  ['return byName(a, b);', 'return 0;', 'ties go by the order of the listing'],
  ['`${jobName(job)} ${rule}`', 'job.id', 'jobs of one name in two places go by the order of the listing'],
);

/** Faults in holding cancels back. */
export const holding: readonly Mutant[] = [
  ...hold,
  ...holdOther,
  ...safety,
  ...safetyOther,
  ...breaker,
  ...breakerOther,
  ...budget,
  ...budgetOther,
];
