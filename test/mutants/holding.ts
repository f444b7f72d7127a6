import { rows, type Mutant } from './mutant.ts';

const hold = rows(
  'evaluate/hold.ts',
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
  ['if (rule?.graceMs === 0) return undefined;', 'return undefined;', 'grace does not hold'],
  [
    'if (rule?.graceMs === 0) return undefined;',
    'if (!rule?.graceMs) return undefined;',
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
  'evaluate/hold.ts',
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

const grace = rows(
  'evaluate/grace.ts',
  true,
  [
    'if (told === undefined) return undefined;',
    'if (told === undefined) return 0;',
    'a grace is over before anybody was told',
  ],
  ['endsMs !== undefined && nowMs >= endsMs', 'endsMs !== undefined', 'a grace is over as soon as somebody was told'],
  ['return sinceMs + graceMs;', 'return sinceMs;', 'a grace lasts no time'],
  ["told.receipt?.how === 'delivered'", 'told.receipt !== undefined', 'a message that was not delivered counts as one'],
  [
    "told.receipt?.how === 'delivered'",
    "told.receipt?.how !== 'undeliverable'",
    'a message without a receipt counts as delivered',
  ],
  ["ifUndelivered?.then === 'cancel'", 'ifUndelivered !== undefined', 'a job that should be let run is cancelled'],
  ['sinceMs + ifUndelivered.waitMs', 'sinceMs', 'nobody waits after a message that was not delivered'],
  [
    'Math.max(told.atMs, told.receipt?.atMs ?? told.atMs)',
    '(told.receipt?.atMs ?? told.atMs)',
    'the clock of the receipt ends a grace early',
  ],
);

const graceOther = rows('evaluate/grace.ts', false, [
  'endsMs !== undefined && nowMs >= endsMs',
  'endsMs !== undefined && nowMs > endsMs',
  'a grace is a moment longer',
]);

/** Faults in holding cancels back. */
export const holding: readonly Mutant[] = [...hold, ...holdOther, ...grace, ...graceOther];
