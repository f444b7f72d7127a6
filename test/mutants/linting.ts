import { rows, type Mutant } from './mutant.ts';

const shadow = rows(
  'policy/lint/shadow.ts',
  false,
  ['ahead > 0 || (ahead === 0 && winner.order < loser.order)', 'ahead > 0', 'the earlier of two rules does not win'],
  ['ahead > 0 || (ahead === 0 && winner.order < loser.order)', 'ahead >= 0', 'the later of two rules wins'],
  ['winner.active === undefined || same(winner.active, loser.active)', 'true', 'a rule is shadowed by one that sleeps'],
  ["loser.ifUnknown === 'ignore' && ", '', 'a rule that warns of what is unknown is shadowed'],
  ['...(loser.warnAt === undefined ? [] : [loser.warnAt])', '', 'a warning line is shadowed by a later limit'],
  ['(winner.graceMs ?? 0) <= (loser.graceMs ?? 0)', 'true', 'a rule without grace is shadowed by one with grace'],
  [
    'named.every(({ rules }) => rules?.includes(loser.name) === true)',
    'true',
    'a rule is shadowed by one that is exempted from',
  ],
  ["winner.mode === 'enforce' && (", '(', 'a rule in force is shadowed by one on trial'],
  [
    "winner.action !== 'cancel' || reachesAll(",
    'true || reachesAll(',
    'a rule for writes is shadowed by one for SELECT',
  ],
  [
    'certain = placed.filter(({ rule }) => !setAside.has(rule.name))',
    'certain = placed',
    'a rule that is set aside shadows others',
  ],
  [
    'blockWithin(inner, outer, groups) && reaches(outer, inner)',
    'reaches(outer, inner)',
    'a rule is shadowed whatever it matches',
  ],
  ['same(bearing(winner.rule), bearing(loser.rule))', 'false', 'the same rule twice is called shadowed'],
);

const values = rows(
  'policy/lint/values.ts',
  false,
  ["lowerCase && !text.startsWith('/') ? text.toLowerCase() : text", 'text', 'capitals of principals count'],
  [
    "if (isPlain(outer) || inner.startsWith('/')) return false;",
    'if (isPlain(outer)) return false;',
    'the text of an expression is a value',
  ],
  ["(isPlain(inner) || !outer.startsWith('/')) && takes(", 'takes(', 'an expression covers a glob that it looks like'],
  [
    'outs.some.length === 0 || (ins.some.length > 0 && ',
    '(ins.some.length > 0 && ',
    'a key without positive values covers none',
  ],
  ['(ins.some.length > 0 && ins.some', '(ins.some', 'negations alone are covered by any value'],
  ['isCovered(one, ins.none) || isApart(', 'isApart(', 'what both take out is taken out by one'],
  ['return some && none;', 'return some;', 'what is taken out does not count'],
  ['values.length > 0 && values.every((value) =>', 'values.every((value) =>', 'no values are apart from everything'],
  [
    'if (some.length === 0) return none.some(',
    'if (some.length === 0) return none.every(',
    'negations alone pass nothing',
  ],
  ['none.length === 0 && some.some(', 'some.some(', 'everything passes although some is taken out'],
);

const limits = rows(
  'policy/lint/limits.ts',
  false,
  [
    "limit.how !== 'all' || !named.includes('queueTime')",
    "!named.includes('queueTime')",
    'queueTime beside runTime is impossible',
  ],
  ['|| named.length === 1) return [];', ') return [];', 'queueTime alone is impossible'],
  [
    "if (warnAt === undefined || action === 'record') return [];",
    'if (warnAt === undefined) return [];',
    'a warning of a rule that records is late',
  ],
  [
    'find(({ isBinary }) => isBinary !== first?.isBinary)',
    'find(({ isBinary }) => isBinary === first?.isBinary)',
    'one unit alone is mixed',
  ],
  ['graceMs <= allowedMs', 'graceMs < allowedMs', 'a grace as long as the limit is too long'],
  [
    "action !== 'cancel' || limit.of.queueTime === undefined",
    'limit.of.queueTime === undefined',
    'a warning in the queue is a cancel',
  ],
);

const bounds = rows(
  'policy/lint/bounds.ts',
  false,
  ['if (maxCancels === 0)', 'if (maxCancels < 0)', 'a breaker of 0 lets cancels through'],
  ['if (maxShare === 0)', 'if (maxShare < 0)', 'a share of 0 lets cancels through'],
  ['minJobs * maxShare < 1', 'minJobs * maxShare <= 1', 'a share of one job is none'],
  ['maxShare > widestShare', 'maxShare > 1', 'a share of nearly all is fine'],
  ['maxCancels > mostCancels', 'maxCancels > 5 * mostCancels', 'thousands of cancels at once are fine'],
  ['cancelling && budget[part] === 0', 'budget[part] === 0', 'a budget of 0 stops warnings'],
  [
    'breaker.maxCancels > 0 && budget.perSweep > breaker.maxCancels',
    'budget.perSweep > breaker.maxCancels',
    'a breaker of 0 makes the budget idle',
  ],
);

const covering = rows(
  'policy/lint/covering.ts',
  false,
  [
    "if (match.length === 0) return 'all';",
    "if (match.length === 0) return 'some';",
    'a freeze without a match is about some jobs',
  ],
  ['values.some((value) => /^\\*@\\*(\\.\\*)?$/.test(value)) && ', 'false && ', 'every address is not everybody'],
  ["values.every((value) => value.startsWith('!')) ? 'nearly-all' : 'some'", "'some'", 'all but one is some'],
  ['inner.expires <= outer.expires', 'true', 'an exemption covers one that lasts longer'],
  ['rulesWithin(inner.rules, outer.rules) &&', '', 'an exemption from one rule covers one from all'],
  ['(at < index || !isWithin(other, entry))', 'true', 'of two that are the same both are superfluous'],
  ['protect.upTo !== undefined || ', '', 'a protection with a ceiling covers an exemption'],
  ['inner.until <= outer.until', 'true', 'a silence covers one that lasts longer'],
);

const known = rows(
  'policy/lint/known-words.ts',
  false,
  ['words.some((word) => takes(member, word, lowerCase))', 'true', 'every word is known'],
  ['words === undefined || words.length === 0 || all', 'words.length === 0 || all', 'folders have no projects'],
  [
    'isBigQueryOnly(subject, block.engine) ? { ...ofBigQuery, ...ofAll } : ofAll',
    'ofAll',
    'the words of BigQuery are not known',
  ],
  [
    "if (target.engine === 'yandex-data-proc') names.push(target.folder);\n    else ",
    '',
    'the folders of Yandex are no places',
  ],
);

const closest = rows(
  'policy/closest.ts',
  false,
  ['a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]', 'false', 'two swapped letters are two mistakes'],
  ['Math.floor(name.length / 3)', 'Math.floor(name.length / 6)', 'fewer letters may be wrong'],
  ['far <= allowed && far <', 'far <', 'any word is near'],
  [
    'far < (best?.far ?? Infinity)',
    'far <= (best?.far ?? Infinity)',
    'the last of two words that are as near is meant',
  ],
  ["replaceAll(/[-_ .]/g, '')", "replaceAll(/[_ .]/g, '')", 'a hyphen is a mistake'],
  [
    'other !== undefined && known.includes(other) ? other',
    'other !== undefined ? other',
    'a word of another tool is proposed where it means nothing',
  ],
  ['known.slice(0, mostKnown)', 'known', 'a guess may take any time'],
);

const dates = rows(
  'policy/lint/dates.ts',
  false,
  ['days <= longestFreezeDays', 'days < longestFreezeDays', 'the longest freeze is too long'],
  ['daysTo(when.to, when.from) + 1', 'daysTo(when.to, when.from)', 'the last day of a freeze does not count'],
  ['lastDay - firstDay < workingDays', 'false', 'a freeze within one month is nearly every day'],
  ['lastDay - firstDay < workingDays', 'true', 'a freeze of nearly every day is none'],
);

/** Faults in finding what a policy probably does not mean. */
export const linting: readonly Mutant[] = [
  ...shadow,
  ...values,
  ...limits,
  ...bounds,
  ...covering,
  ...known,
  ...closest,
  ...dates,
];
