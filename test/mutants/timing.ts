import { rows, type Mutant } from './mutant.ts';

const active = rows(
  'evaluate/active.ts',
  true,
  ['if (active === undefined) return true;', 'if (active !== undefined) return true;', 'a window is always open'],
  [
    'days.includes(weekday) && minuteOfDay >= fromMinute && minuteOfDay < toMinute',
    'minuteOfDay >= fromMinute && minuteOfDay < toMinute',
    'a window is open on every day',
  ],
  [
    'days.includes(weekday) && minuteOfDay >= fromMinute && minuteOfDay < toMinute',
    'days.includes(weekday) && minuteOfDay < toMinute',
    'a window opens at midnight',
  ],
  [
    'days.includes(weekday) && minuteOfDay >= fromMinute && minuteOfDay < toMinute',
    'days.includes(weekday) && minuteOfDay >= fromMinute',
    'a window closes at midnight',
  ],
  [
    'minuteOfDay >= fromMinute && minuteOfDay < toMinute;\n',
    'minuteOfDay >= fromMinute && minuteOfDay <= toMinute;\n',
    'a window is a minute too long',
  ],
  [
    'if (minuteOfDay >= fromMinute) return days.includes(weekday);',
    'if (minuteOfDay >= fromMinute) return true;',
    'a night begins on every day',
  ],
  ['% 7];', '% 6];', 'the day before is another one'],
  [' + 6) % 7', ' + 7) % 7', 'a night belongs to the day on which it ends'],
  ['return minuteOfDay < toMinute && ', 'return ', 'a night goes on all day'],
  ['return minuteOfDay < toMinute && ', 'return minuteOfDay <= toMinute && ', 'a night is a minute too long'],
  [' && days.includes(dayBefore)', '', 'a night goes on into every morning'],
);

const calendar = rows(
  'evaluate/calendar.ts',
  true,
  ['timeZone: timezone', "timeZone: 'UTC'", 'time zones do not count'],
  ["hourCycle: 'h23'", "hourCycle: 'h24'", 'midnight is the end of the day'],
  ["Number(parts['hour']) * 60 + Number(parts['minute'])", "Number(parts['hour']) * 60", 'minutes do not count'],
  ["known === parts['weekday']?.toLowerCase()", "known === parts['weekday']", 'every day is a Monday'],
  ['formatters.get(timezone)', '[...formatters.values()][0]', 'the first time zone counts for all'],
  [
    'Date.parse(`${day}T00:00:00Z`) - Date.parse(`${other}T00:00:00Z`)',
    'Date.parse(`${other}T00:00:00Z`) - Date.parse(`${day}T00:00:00Z`)',
    'days are counted backwards',
  ],
  ['dayMs) + 4) % 7', 'dayMs) + 3) % 7', 'weekends are on other days'],
  ['weekday !== 0 && weekday !== 6', 'weekday !== 0', 'Saturdays are working days'],
  ['weekday !== 0 && weekday !== 6', 'weekday !== 6', 'Sundays are working days'],
  ['at <= toMs', 'at < toMs', 'the last working day is not counted'],
  ['Date.UTC(year, month - 1, 1)', 'Date.UTC(year, month - 1, 2)', 'working days are counted from the second'],
  ['Date.UTC(year, month, 0)', 'Date.UTC(year, month, 1)', 'working days are counted to the first of the next month'],
  ['left >= firstDay', 'left > firstDay', 'a freeze begins a day late, before the end'],
  ['passed >= firstDay', 'passed > firstDay', 'a freeze begins a day late, after the beginning'],
  ['left <= lastDay', 'left < lastDay', 'a freeze ends a day early, before the end'],
  ['passed <= lastDay', 'passed < lastDay', 'a freeze ends a day early, after the beginning'],
  [
    'fromStart || tillEnd : fromStart && tillEnd',
    'fromStart && tillEnd : fromStart && tillEnd',
    'a freeze over the end of a month is none',
  ],
  ['while (!isWorkingDay(beforeMs)) beforeMs -= dayMs;', '', 'a weekend in a freeze is not frozen'],
);

const wall = rows(
  'evaluate/wall-time.ts',
  false,
  ['daysBetween(utcDay, day) * 1440 + minuteOfDay', 'minuteOfDay', 'midnight between a zone and UTC is forgotten'],
  ['return asUtcMs - aheadMs(first, timezone);', 'return first;', 'the change of the clock is forgotten'],
  ['days * dayMs', 'dayMs', 'every day is the next one'],
);

const measured = rows(
  'evaluate/measure.ts',
  true,
  [
    'value === undefined ? without(metric, job) : { value }',
    '({ value: value ?? Infinity })',
    'an unknown number is over every limit',
  ],
  ['return job.bytesProcessed;', 'return job.bytesEstimated;', 'an estimate is what was read'],
  ['return job.bytesEstimated;', 'return job.bytesProcessed;', 'what was read is an estimate'],
  [
    'startMs === undefined || startMs > nowMs ? undefined : nowMs - startMs',
    'startMs !== undefined && startMs > nowMs ? undefined : nowMs - (startMs ?? 0)',
    'no start is the beginning of all time',
  ],
  ['startMs === undefined || startMs > nowMs ?', 'startMs === undefined ?', 'a start in the future is none at all'],
  ["job.state === 'running' ? since(job.startedAtMs", 'true ? since(job.startedAtMs', 'what waits has run'],
  ["job.state === 'pending' ? since(", 'true ? since(', 'what runs still waits'],
  ['since(job.startedAtMs, nowMs', 'since(job.createdAtMs, nowMs', 'waiting counts as running'],
  ['job.slotMs / msPerHour', 'job.slotMs', 'slot hours are ms'],
  ['job.slotMs === undefined ? undefined : ', '', 'unknown slot time is some number'],
  ['return costs.soFarUsd(job, nowMs);', 'return costs.estimatedUsd(job);', 'an estimate is what it has cost'],
  ['return costs.estimatedUsd(job);', 'return costs.soFarUsd(job, nowMs);', 'what it has cost is an estimate'],
);

const due = rows(
  'evaluate/due.ts',
  false,
  [
    "if (found === 'not-applicable' || 'unknown' in found) return undefined;",
    "if (found === 'not-applicable' || 'unknown' in found) return 0;",
    'unknown numbers have passed',
  ],
  ['if (found.value > threshold) return 0;', '', 'what has passed will pass'],
  ["metric === 'runTime' || metric === 'queueTime' ?", 'true ?', 'bytes grow by one a millisecond'],
  ["metric === 'runTime' || metric === 'queueTime' ?", "metric === 'runTime' ?", 'what waits does so without end'],
  ['nowMs + threshold - found.value', 'nowMs + threshold', 'the limit counts from now'],
  [
    'known.length === moments.length ? Math.max(nowMs, ...known)',
    'known.length > 0 ? Math.max(nowMs, ...known)',
    'one number of all is enough to tell when',
  ],
  ['Math.max(nowMs, ...known) : undefined', 'Math.min(...known) : undefined', 'the first number of all decides'],
  ['Math.max(nowMs, Math.min(...known))', 'Math.max(nowMs, ...known)', 'the last number of any decides'],
);

const compiled = rows(
  'evaluate/compile.ts',
  true,
  ["known?.mode ?? 'enforce'", "'enforce'", 'a place that is named twice has the last mode'],
  [
    "a === 'observe' || b === 'observe' ? 'observe'",
    "a === 'observe' && b === 'observe' ? 'observe'",
    'a target that is named twice has the harder mode',
  ],
  ["entry.mode ?? 'enforce'", "'enforce'", 'the modes of targets are forgotten'],
  [
    'compileValues(values, { groups, lowerCase: true })',
    'compileValues(values, { groups, lowerCase: false })',
    'protected names count with their capitals',
  ],
  ['isProtected: principals(policy.protect.principals)', 'isProtected: () => false', 'nobody is protected'],
  ['exemptions: policy.exemptions.map(', 'exemptions: [].map(', 'exemptions are forgotten'],
  ['freezes: policy.freezes.map(', 'freezes: [].map(', 'freezes are forgotten'],
  ['mayOptOut: principals(policy.optOut?.allowedFor)', 'mayOptOut: () => false', 'nobody may opt out'],
);

const compiledOther = rows(
  'evaluate/compile.ts',
  false,
  [
    'rule.match.length === 0 ? [{ block: {}, keys: [], unless: [] }] :',
    '',
    'a rule without a match is meant for no job',
  ],
  ['[rule.limit, rule.warnAt]', '[rule.limit]', 'a job over its warning line is passed over'],
  ['return listed ?', 'return true ?', 'a list of nobody protects everybody'],
);

const prices = rows(
  'evaluate/prices.ts',
  true,
  [
    "name.toLowerCase().replaceAll(/[ _]/g, '-')",
    "name.replaceAll(/[ _]/g, '-')",
    'prices are found with the capitals of the file only',
  ],
  [
    'new Map([...listed(onDemandPerTiB), ...written(perTiB)])',
    'new Map([...written(perTiB), ...listed(onDemandPerTiB)])',
    "the list goes before the policy's price",
  ],
  [
    'new Map([...places, ...ownPlaces])',
    'new Map([...ownPlaces, ...places])',
    "the list goes before the policy's price of a slot",
  ],
  [
    'project === undefined ? reservation : `${project}:${location}.${name}`',
    'reservation',
    'a reservation has two names',
  ],
  ['project === undefined ? [reservation] : [name, path]', '[name]', 'a reservation is spelled in one way'],
);

/** Faults in telling the time, what a job has used, and what a policy means before any job is seen. */
export const timing: readonly Mutant[] = [
  ...active,
  ...calendar,
  ...wall,
  ...measured,
  ...due,
  ...compiled,
  ...compiledOther,
  ...prices,
];
