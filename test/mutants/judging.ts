import { rows, type Mutant } from './mutant.ts';

const reach = rows(
  'reach.ts',
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
    'job.principal === undefined ? undefined : job.principal !== own',
    'job.principal !== own',
    'nobody known is not the watchdog',
  ],
  ['job.principal === undefined ? undefined : job.principal !== own', 'true', "the watchdog's own jobs are reached"],
);

const limits = rows(
  'limits.ts',
  true,
  ['found.value > threshold', 'found.value >= threshold', 'equal counts as over'],
  ['threshold, over: false, why:', 'threshold, over: true, why:', 'a limit that does not apply is over'],
  [
    'threshold, over: undefined, why: found.unknown',
    'threshold, over: true, why: found.unknown',
    'an unknown number is over',
  ],
  ["limit.how === 'all' ? every(overs) : some(overs)", 'some(overs)', 'one of all is enough'],
);

const limitsOther = rows(
  'limits.ts',
  false,
  ["limit.how === 'all' ? every(overs) : some(overs)", 'every(overs)', 'any one is not enough'],
  ['.filter((one) => one.over === true)', '', 'the reason names numbers that are not over'],
);

const judgeRule = rows(
  'judge-rule.ts',
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
  'judge-rule.ts',
  false,
  ["return result.warnAt?.over === true ? 'warnAt' : undefined;", 'return undefined;', 'nobody is warned early'],
  [
    'result.active && result.matched !== false',
    'result.matched !== false',
    'rules set others aside outside their hours',
  ],
);

const evaluate = rows(
  'evaluate.ts',
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
  ['phase === undefined || aside.has(rule.name)', 'phase === undefined', 'overrides are forgotten'],
  ["phase === 'warnAt' && rule.action === 'cancel' ? 'warn' : rule.action", 'rule.action', 'a warning line cancels'],
  ['if (job.redacted || (', 'if ((', 'redacted jobs are judged'],
  ["job.state !== 'running' && job.state !== 'pending'", "job.state === 'done'", 'jobs in an unknown state are judged'],
);

const evaluateOther = rows(
  'evaluate.ts',
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
  [
    "mode === 'enforce') return verdictOf(compiled, job, nowMs, findings);",
    "mode === 'enforce') return [];",
    'rules in force say nothing',
  ],
  [
    '...verdictOf(compiled, job, nowMs, onTrial), ...verdictOf(compiled, job, nowMs, inForce)',
    '...verdictOf(compiled, job, nowMs, findings)',
    'a rule on trial silences one in force',
  ],
  ['open.includes(result) || (', '(', 'no look at jobs whose match is unknown'],
);

/** Faults in judging a job. */
export const judging: readonly Mutant[] = [
  ...reach,
  ...limits,
  ...limitsOther,
  ...judgeRule,
  ...judgeRuleOther,
  ...evaluate,
  ...evaluateOther,
];
