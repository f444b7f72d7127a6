import { rows, type Mutant } from './mutant.ts';

const reach = rows(
  'evaluate/reach.ts',
  true,
  ["!value.startsWith('!')", 'true', 'a negated statement type counts as named'],
  ["job.statementType === undefined ? undefined : job.statementType === 'SELECT'", 'true', 'every query is reached'],
  ["job.jobType === undefined ? undefined : job.jobType === 'query'", 'true', 'every job type is reached'],
  ['every([isQuery, isSelect])', 'some([isQuery, isSelect])', 'every query, or whatever is called SELECT, is reached'],
  [
    'names(block.jobType) ? not(isQuery) : false',
    'names(block.jobType) ? true : false',
    'writes are reached where jobType names a load',
  ],
  ['names(block.jobType) ? not(isQuery) : false', 'not(isQuery)', 'loads are reached unnamed'],
  ['block.continuous === true ? true : not(job.continuous)', 'true', 'continuous queries are reached'],
  ['not(job.continuous)', 'job.continuous !== true', 'queries that may be continuous are reached'],
  [
    'const own = ownPrincipal.toLowerCase();',
    'const own = ownPrincipal;',
    "the watchdog's name counts in small letters only",
  ],
  [
    'some((written) => written.toLowerCase() === own)',
    'some(() => true)',
    "any principal that a rule names lets it reach the watchdog's own jobs",
  ],
  [
    'if (job.principal !== undefined) return job.principal !== own;',
    'return job.principal !== own;',
    'nobody known is not the watchdog',
  ],
  ['return job.principal !== own;', 'return true;', "the watchdog's own jobs are reached"],
  ["neverTells(job.engine, 'principal') ? true : undefined", 'true', 'who may be the watchdog is not'],
);

const limits = rows(
  'evaluate/limits.ts',
  true,
  ['over: found.value > threshold', 'over: found.value >= threshold', 'equal counts as over'],
  ['threshold, over: false, why:', 'threshold, over: true, why:', 'a limit that does not apply is over'],
  [
    'threshold, over: undefined, why: found.unknown',
    'threshold, over: true, why: found.unknown',
    'an unknown number is over',
  ],
  ["limit.how === 'all' ? every(overs) : some(overs)", 'some(overs)', 'one of all is enough'],
);

const limitsOther = rows(
  'evaluate/limits.ts',
  false,
  ["limit.how === 'all' ? every(overs) : some(overs)", 'every(overs)', 'any one is not enough'],
  ['.filter((one) => one.over === true)', '', 'the reason names numbers that are not over'],
);

const judgeRule = rows(
  'evaluate/judge-rule.ts',
  true,
  [
    'every([matches[index], reaches(matcher.block, job, ownPrincipal)])',
    'reaches(matcher.block, job, ownPrincipal)',
    'a block that does not match reaches',
  ],
  [
    "rule.rule.action === 'cancel' ? some(reached) : some(matches)",
    'some(matches)',
    'the reach of a cancel is not asked',
  ],
  [
    'if (!result.active || result.reached !== true) return undefined;',
    'if (result.reached !== true) return undefined;',
    'rules act outside their hours',
  ],
  ['result.reached !== true', 'result.reached === false', 'an unknown match is enough'],
  [
    "if (result.limit.over === true) return 'limit';",
    "if (result.limit.over !== false) return 'limit';",
    'an unknown limit is enough',
  ],
  [
    'result.active && result.matched !== false',
    'result.active && result.matched === true',
    'a rule that may match sets nothing aside',
  ],
);

const judgeRuleOther = rows(
  'evaluate/judge-rule.ts',
  false,
  ["return result.warnAt?.over === true ? 'warnAt' : undefined;", 'return undefined;', 'nobody is warned early'],
  [
    'result.active && result.matched !== false',
    'result.matched !== false',
    'rules set others aside outside their hours',
  ],
);

const evaluate = rows(
  'evaluate/evaluate.ts',
  true,
  ["?? 'observe'", "?? 'enforce'", 'a place that the policy does not name is enforced'],
  [
    "Object.values(modes).every((mode) => mode === 'enforce')",
    "Object.values(modes).some((mode) => mode === 'enforce')",
    'one enforce is enough',
  ],
  ['setting: compiled.deployment.setting,', "setting: 'enforce',", 'the setting of the deployment does not count'],
  ['policy: compiled.policy.mode,', "policy: 'enforce',", 'the mode of the policy does not count'],
  ['rule: rule.mode,', "rule: 'enforce',", 'the mode of the rule does not count'],
  ['if (aside.has(rule.name)) continue;', '', 'overrides are forgotten'],
  [
    "phase: 'limit', action: 'warn', unjudged: true",
    "phase: 'limit', action: rule.action, unjudged: true",
    'a limit that cannot be judged cancels',
  ],
  ["phase === 'warnAt' && rule.action === 'cancel' ? 'warn' : rule.action", 'rule.action', 'a warning line cancels'],
  [
    "if (job.redacted || typeof job.parentId === 'string') return [];",
    "if (typeof job.parentId === 'string') return [];",
    'redacted jobs are judged',
  ],
  [
    "if (job.redacted || typeof job.parentId === 'string') return [];",
    'if (job.redacted) return [];',
    'children of other jobs are judged',
  ],
  ["job.state !== 'running' && job.state !== 'pending'", "job.state === 'done'", 'jobs in an unknown state are judged'],
);

const evaluateOther = rows(
  'evaluate/evaluate.ts',
  false,
  ['severity[b.action] - severity[a.action]', 'severity[a.action] - severity[b.action]', 'the mildest action wins'],
  [
    ' || a.result.compiled.order - b.result.compiled.order',
    ' || b.result.compiled.order - a.result.compiled.order',
    'the later rule wins',
  ],
  [
    "winner.phase === 'warnAt' && rule.action === 'cancel'",
    "winner.phase === 'warnAt'",
    'a cancel is announced that never comes',
  ],
  ['return verdictOf(hearing, inForce, onTrial);', 'return [];', 'rules in force say nothing'],
  [
    'return verdictOf(hearing, inForce, onTrial);',
    'return verdictOf(hearing, inForce);',
    'losers on trial are forgotten',
  ],
  [
    'return [...verdictOf(hearing, onTrial), ...verdictOf(hearing, inForce)];',
    'return verdictOf(hearing, findings);',
    'a rule on trial silences one in force',
  ],
  [
    'return free === undefined ? findings : [free,',
    'return true ? findings : [free,',
    'a cancel that is held back hides one that is not',
  ],
  ["    action === 'cancel' && holdOf(", '    holdOf(', 'a warning comes before a cancel that is held back'],
  ['findings.filter((finding) => finding !== free)', 'findings', 'a rule supersedes itself'],
  [
    'const free = findings.find(isFree);',
    'const free = [...findings].reverse().find(isFree);',
    'the last of several cancels wins',
  ],
  ['open.includes(result) || (', '(', 'no look at jobs whose match is unknown'],
);

const gate = [
  ...rows(
    'evaluate/candidates.ts',
    true,
    ['rule.overrides.length > 0', 'false', 'a rule sets others aside only while it is over its own limit'],
    ['if (isOver(line, job, nowMs, costs)) return true;', 'return true;', 'of a line that needs all, one is enough'],
  ),
  ...rows(
    'evaluate/scopes.ts',
    true,
    ['at: false }', 'at: true }', 'what a rule asks for keeps it out'],
    [
      'known.set(asks(job), possible);',
      'known.set(undefined, possible);',
      'what one value leaves possible counts for all',
    ],
  ),
];

const unjudged = rows(
  'evaluate/judge-rule.ts',
  false,
  ["ifUnknown === 'warn' && ", '', 'every rule warns of what cannot be judged'],
  ['(ageMs(job, nowMs) ?? 0) >= patienceMs', 'true', 'what cannot be judged is warned of at once'],
  [
    'startedAtMs ?? createdAtMs',
    'createdAtMs ?? startedAtMs',
    'the time in the queue counts for what cannot be judged',
  ],
  [
    'if (!active || reached !== true || !isUnjudged',
    'if (reached !== true || !isUnjudged',
    'a rule warns of what cannot be judged while it sleeps',
  ],
  [
    'if (!active || reached !== true || !isUnjudged',
    'if (!active || !isUnjudged',
    'a rule warns of what it does not match',
  ],
  [
    'every(({ over }) => over === undefined)',
    'some(({ over }) => over === undefined)',
    'one limit that cannot be judged is enough',
  ],
  ['...(warnAt?.measured ?? [])', '', 'a warning line that can be judged does not count'],
);

const gateOther = [
  ...rows(
    'evaluate/candidates.ts',
    false,
    ["rule.ifUnknown === 'warn'", 'false', 'what cannot be judged is passed over'],
    ['a.order - b.order', 'b.order - a.order', 'the later rule wins'],
    ['return together(over, open, also);', 'return together(over, also);', 'who is over one rule is never unjudged'],
  ),
  ...rows(
    'evaluate/marks.ts',
    false,
    ['rule.lines.flatMap(', 'rule.lines.slice(0, 1).flatMap(', 'warning lines are not looked at'],
    ['?? nowMs) > runTime', '?? nowMs) > runTime + 1000', 'what has just passed is overlooked'],
    ["if (job.state === 'running') {", "if (job.state === 'pending') {", 'what runs is not looked at'],
    ['job.slotMs ?? 0) > lowest;', 'job.slotMs ?? 0) > lowest * 2;', 'what costs enough is overlooked'],
    ['job.createdAtMs ?? nowMs', 'job.startedAtMs ?? nowMs', 'what waits is not looked at'],
    ['if (threshold <= highest) for', 'if (threshold === highest) for', 'only the last of the numbers passed counts'],
    ['else addAll(set, passed);', 'else copyInto(set, passed);', 'only the last metric counts'],
    ['low = middle + 1;', 'low = middle + 2;', 'the wrong step is found'],
  ),
  ...rows(
    'evaluate/scopes.ts',
    false,
    ['if (!meet(set, facet.asking)) continue;', 'if (meet(set, facet.asking)) continue;', 'nothing is asked'],
    [
      'map((key) => ({ block, key, at: true }))',
      'map((key) => ({ block, key, at: false }))',
      'only the excepted are meant',
    ],
    ['found.at(-1) !== place.rule && ', '', 'a rule with two blocks is there twice'],
    ['keys.length === 1 && unless', 'keys.length > 0 && unless', 'an exception is told by the first of its keys'],
  ),
  ...rows(
    'evaluate/block-set.ts',
    false,
    ['(-1 << (from & 31))', '(-2 << (from & 31))', 'every second block is passed over'],
    ['if (word >= set.length) return -1;', 'if (word > 0) return -1;', 'only the first 32 blocks are found'],
    ['& ~(1 << (block & 31))', '& ~(2 << (block & 31))', 'the next block is ruled out'],
    ['set[index] = both;', 'set[index] = other[index] ?? 0;', 'what was ruled out comes back'],
  ),
  ...rows(
    'evaluate/coverage.ts',
    false,
    ['if (over === undefined) tally.unknown += 1;', '', 'what cannot be told is not counted'],
    ['limit !== undefined && surelyHolds(match, job) ?', 'limit !== undefined ?', 'who may be meant is over'],
  ),
  ...rows(
    'evaluate/limits.ts',
    false,
    [
      'if (found === undefined && applies(metric, job)) isKnown = false;',
      'if (found === undefined) isKnown = false;',
      'what does not apply is unknown',
    ],
    ['return isKnown ? needsAll : undefined;', 'return needsAll;', 'what is unknown is known'],
    ['if (over !== needsAll) return over;', 'return over;', 'only the first number of a limit is looked at'],
    ["return { needsAll: limit.how === 'all', all };", 'return { needsAll: true, all };', 'any one is passed over'],
    [
      "return { needsAll: limit.how === 'all', all };",
      'return { needsAll: false, all: all.slice(0, 1) };',
      'all but the first number are passed over',
    ],
  ),
];

const cost = rows('evaluate/cost.ts', true, [
  'if (last?.job !== job)',
  'if (last === undefined)',
  'every job is paid for as the first was',
]);

/** Faults in judging a job. */
export const judging: readonly Mutant[] = [
  ...reach,
  ...limits,
  ...limitsOther,
  ...judgeRule,
  ...judgeRuleOther,
  ...evaluate,
  ...evaluateOther,
  ...gate,
  ...unjudged,
  ...gateOther,
  ...cost,
];
