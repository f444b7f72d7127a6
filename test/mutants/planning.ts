import { rows, type Mutant } from './mutant.ts';

const safety = rows(
  'evaluate/safety.ts',
  true,
  [
    "verdict.action === 'cancel' && verdict.heldBack === undefined",
    "verdict.action === 'cancel'",
    'what is held back is planned',
  ],
  [
    "if (verdict.action !== 'cancel' || verdict.heldBack !== undefined) return verdict;",
    'return verdict;',
    'nothing is held back',
  ],
  [
    'const free = breaker.open ? pastBreaker(compiled, planned, now) : planned;',
    'const free = planned;',
    'the breaker holds nothing back',
  ],
  ['(fleet?.planned ?? 0), seen,', '(fleet?.planned ?? 0), 0,', 'the share of jobs is not asked'],
  ['(fleet?.planned ?? 0), seen,', '0, seen,', 'what other shards plan does not count'],
  ['fleet?.open === undefined ? state', 'true ? state', 'the breaker of the fleet holds nothing back'],
  ['inSweep: now.fleet?.granted ?? now.granted,', 'inSweep: 0,', 'what was granted before does not count'],
  ['states[index] ?? closed;', 'states[2] ?? closed;', 'the breaker of the trial counts'],
  ['isReal && now.breakerClosed ? closed : state', 'closed', 'the breaker is always closed'],
  ['isReal ? now : past', 'past', 'what was attempted before does not count'],
  ['compiled.policy.budget, now.attempts,', 'compiled.policy.budget, [],', 'attempts use up no budget of an hour'],
  ["if (verdict.mode === 'enforce' && now.standstill !== undefined)", 'if (false)', 'the stop switch does not hold'],
  ["if (verdict.mode === 'enforce' && failing !== undefined)", 'if (false)', 'a failing target is acted on'],
  [
    "if (retries?.then !== 'letRun') return undefined;",
    'if (true) return undefined;',
    'a series of cancels has no end',
  ],
  [
    'if (count < retries.after) return undefined;',
    'if (count <= retries.after) return undefined;',
    'a series is one cancel longer',
  ],
  ['retriesOf(verdict.job, retries.withinMs)', 'retriesOf(verdict.job, 0)', 'no cancel is one of a series'],
  ['.filter((rule) => rule.pastBreaker)', '', 'every rule acts past the breaker'],
  ['    .filter(({ rule }) => names.has(rule))\n', '', 'any rule acts past the breaker where one may'],
  ['    .slice(0, left)', '', 'the budget past the breaker has no end'],
  [
    'compiled.policy.budget.pastBreaker - used',
    'compiled.policy.budget.pastBreaker',
    'the budget past the breaker is of a sweep',
  ],
);

const safetyOther = rows(
  'evaluate/safety.ts',
  false,
  [
    '`${verdict.mode} ${verdict.modes.rule}` === share',
    '`${verdict.mode} ${verdict.mode}` === share',
    'what is on trial is counted with what is observed',
  ],
  [
    '`${verdict.mode} ${verdict.modes.rule}` === share',
    '`enforce ${verdict.modes.rule}` === share',
    'what is observed is counted with what is for real',
  ],
  ["'observe enforce', 'observe observe'] as const", "'observe enforce'] as const", 'what is on trial is lost'],
  ['...all.filter((verdict) => !isCounted(verdict)),', '', 'warnings are lost'],
  ['&& now.wasObserved?.(verdict) !== true', '', 'jobs that are only observed pile up against the breaker'],
  [
    'isReal && now.breakerClosed ? closed : state',
    'now.breakerClosed ? closed : state',
    'a breaker closed by hand is closed for what is observed',
  ],
  ['isReal ? now : past', 'now', 'what was attempted counts for what is observed'],
  [
    'one.pastBreaker && now.nowMs - one.atMs < hourMs',
    'one.pastBreaker',
    'the budget past the breaker never comes back',
  ],
  [
    "if (verdict.mode === 'enforce' && now.standstill !== undefined)",
    'if (now.standstill !== undefined)',
    'the stop switch holds what is only observed',
  ],
);

const breaker = rows(
  'evaluate/breaker.ts',
  true,
  ['count > limits.maxCancels', 'count > limits.maxCancels + 1', 'one cancel too many'],
  ['count > limits.maxCancels', 'limits.maxCancels > 0 && count > limits.maxCancels', '0 means any number'],
  ['seen >= limits.minJobs', 'seen > limits.minJobs', 'the share counts a job too late'],
  ['count > limits.maxShare * seen', 'count > limits.maxShare * seen + 1', 'one cancel above the share'],
  ['count > limits.maxShare * seen', 'limits.maxShare > 0 && count > limits.maxShare * seen', 'a share of 0 means any'],
  ['breakerFor(jobsIn(planned), ', 'breakerFor(Math.min(1, jobsIn(planned)), ', 'cancels are not counted'],
  ['${job.target} ${job.location} ${job.id}', '${job.id}', 'jobs of one name in two places count once'],
  ['location} ${job.id}`', 'location}`', 'all jobs of a place count once'],
);

const breakerOther = rows(
  'evaluate/breaker.ts',
  false,
  ['count > limits.maxCancels', 'count >= limits.maxCancels', 'opens at its number'],
  ['count > limits.maxShare * seen', 'count >= limits.maxShare * seen', 'opens at its share'],
  ['seen >= limits.minJobs && ', '', 'opens among few jobs'],
);

const budget = rows(
  'evaluate/budget.ts',
  true,
  ['spent.sweep >= budget.perSweep', 'false', 'the budget of a sweep grants everything'],
  ['spent.sweep >= budget.perSweep', 'spent.sweep > budget.perSweep', 'one cancel too many in a sweep'],
  ['spent.sweep >= budget.perSweep', 'budget.perSweep > 0 && spent.sweep >= budget.perSweep', '0 means any number'],
  ['spent.hour >= budget.perHour', 'spent.hour > budget.perHour', 'one cancel too many in an hour'],
  ['< budget.perOwnerPerHour', '<= budget.perOwnerPerHour', 'one cancel too many for an owner'],
  ['    spent.sweep += 1;\n', '', 'cancels of a sweep are not counted'],
  ['    spent.hour += 1;\n', '', 'cancels of this sweep do not count for the hour'],
  [
    '(spent.owners.get(owner) ?? 0) + 1',
    '(spent.owners.get(owner) ?? 0)',
    'cancels of this sweep do not count for the owner',
  ],
  ['hour: recent.length,', 'hour: 0,', 'cancels of the last hour are forgotten'],
  [
    'for (const { owner } of recent) owners.set(owner, (owners.get(owner) ?? 0) + 1);',
    '',
    'cancels of an owner in the last hour are forgotten',
  ],
  ['nowMs - atMs < hourMs', 'nowMs - atMs < hourMs / 2', 'an hour has thirty minutes'],
  ["owner?.name ?? job.principal ?? 'nobody'", 'job.id', 'each job has a budget of its own'],
);

const budgetOther = rows(
  'evaluate/budget.ts',
  false,
  ['[...planned].sort(about.order)', '[...planned]', 'the order of the listing decides'],
  ['nowMs - atMs < hourMs', 'nowMs - atMs <= hourMs', 'an hour is a moment longer'],
  ['owner?.name ?? job.principal', 'job.principal', 'a team has a budget for each of its accounts'],
  ['(others[index] ?? 0) - weight', 'weight - (others[index] ?? 0)', 'the cheapest goes first'],
  ['    costs.soFarUsd(job, nowMs) ?? 0,\n', '', 'the cost does not count'],
  ['    job.slotMs ?? 0,\n', '', 'slot time does not count'],
  ['    job.bytesProcessed ?? 0,\n', '', 'bytes do not count'],
  ['job.startedAtMs ?? job.createdAtMs ?? nowMs', 'job.startedAtMs ?? nowMs', 'waiting does not count'],
  ['return byName(a, b);', 'return 0;', 'ties go by the order of the listing'],
  ['`${jobName(job)} ${rule}`', 'job.id', 'jobs of one name in two places go by the order of the listing'],
);

/** Faults in deciding which cancels of a sweep are too many. */
export const planning: readonly Mutant[] = [
  ...safety,
  ...safetyOther,
  ...breaker,
  ...breakerOther,
  ...budget,
  ...budgetOther,
];
