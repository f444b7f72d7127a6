import { rows, type Mutant } from './mutant.ts';

const hours = rows(
  'policy/calendar.ts',
  true,
  ['(index - first + 7) % 7 < length', '(index - first + 7) % 7 <= length', 'a day too many'],
  ['((last - first + 7) % 7) + 1', '((last - first + 7) % 7) + 2', 'a range is a day longer'],
  ['first < 0 || last < 0 || more.length > 0', 'first < 0 || last < 0', 'the end of a range is guessed'],
  ['first < 0 || last < 0 || more.length > 0', 'first < 0 || more.length > 0', 'a range may end on no day'],
  ['weekdays.filter((day) => written.flat().includes(day))', '[...weekdays]', 'listed days are every day'],
  ['fromMinute: fromHour * 60 + fromMinutes', 'fromMinute: fromHour * 60', 'a window begins at the full hour'],
  ['toMinute: toHour * 60 + toMinutes', 'toMinute: toHour * 60 + 59', 'a window ends with the hour'],
  [' || window.fromMinute === window.toMinute ?', ' ?', 'a window of no time is a whole day'],
  ['window.toMinute > 1440 || ', '', 'a window may end after midnight without saying so'],
  ['days: days ?? [...weekdays]', 'days: [...weekdays]', 'the days are forgotten'],
  ['...(hours ?? { fromMinute: 0, toMinute: 1440 })', 'fromMinute: 0, toMinute: 1440', 'the hours are forgotten'],
  [
    'if (written.days === undefined && written.hours === undefined)',
    'if (false)',
    'a rule with an empty window acts always',
  ],
);

const dates = rows(
  'policy/calendar.ts',
  true,
  [
    'year % 4 === 0 && year % 100 !== 0',
    'year % 4 === 0',
    '2100 is a leap year, and its 29 February no day of an exemption',
  ],
  [
    'if (day >= 1 && day <= daysIn(year, month)) return undefined;',
    'return undefined;',
    'days that do not exist end nothing',
  ],
  ['day >= 1 && ', '', 'there is a day 0'],
  ['first !== 0 && last !== 0 && first <= last', 'first !== 0 && last !== 0', 'a freeze may end before it begins'],
  ['first !== 0 && last !== 0 && first <= last', 'first <= last', 'a freeze may begin on day 0'],
  ['({ firstDay, lastDay }))', '({ firstDay: lastDay, lastDay: firstDay }))', 'first and last day are swapped'],
  [
    "'dates' as const, from, to }",
    "'dates' as const, from: to, to: from }",
    'a freeze ends on the day on which it begins',
  ],
  ['to < from) {', 'false) {', 'a freeze that ends before it begins freezes nothing'],
  ['if (half || once === (days !== undefined))', 'if (half)', 'days or dates of a freeze are forgotten'],
  [
    'if (half || once === (days !== undefined))',
    'if (once === (days !== undefined))',
    'half the dates of a freeze are forgotten',
  ],
  ['z.int().min(-15).max(15)', 'z.number()', 'a freeze may begin on half a day'],
);

const calendarOther = rows(
  'policy/calendar.ts',
  false,
  ['|| year % 400 === 0', '', '2000 was no leap year'],
  ['leap ? 29 : 28', '28', 'there is no 29 February'],
  ['/^(\\d{4})-(\\d\\d)-(\\d\\d)$/', '/^(\\d+)-(\\d\\d)-(\\d\\d)$/', 'a year may have any number of digits'],
  [
    "typeof input === 'number' ? badHours",
    "typeof input === 'symbol' ? badHours",
    'hours that YAML read as a number are not explained',
  ],
  ["path: ['to'], ", '', 'the end of a freeze is not what is marked'],
  ['name: name.or(text)', 'name: name', 'a freeze may not be called by several words'],
  ['([01]\\d|2[0-3]):([0-5]\\d)-', '([01]\\d|2[0-4]):([0-5]\\d)-', 'a window may begin at 24:00'],
);

const exemptions = rows(
  'policy/exceptions.ts',
  true,
  ["    .default('warn')\n", "    .default('cancel')\n", 'an exemption ends without a warning'],
  [
    '    .array(name)\n    .optional()',
    '    .array(name)\n    .default([])',
    'an exemption from all rules is from none',
  ],
  [
    'principals: values.default([])',
    'principals: values.transform(() => []).default([])',
    'who is protected is forgotten',
  ],
  ['return { key, value };', 'return { key: value, value: key };', 'the label of an opt-out is read from behind'],
  ['/^([^=\\s]+)=([^=\\s]+)$/', '/^([^=\\s]+)=(.+)$/', 'a label that no job can have opts out'],
);

const exceptionsOther = rows(
  'policy/exceptions.ts',
  false,
  [
    'upTo: limit\n    .optional()',
    'upTo: limit.transform(() => undefined)\n    .optional()',
    'the ceiling of a protection is forgotten',
  ],
  ['expires: date.describe', 'expires: date.optional().describe', 'an exemption may have no end'],
  ['upTo: limit.meta(', 'upTo: limit.optional().meta(', 'an opt-out may have no ceiling'],
  [
    "approvedBy: text.meta({\n    description: 'Who decided it. This",
    "approvedBy: text.optional().meta({\n    description: 'Who decided it. This",
    'nobody decides an exemption',
  ],
  ['perOwnerPerDay: count.optional()', 'perOwnerPerDay: count.min(1).optional()', 'nobody may keep a job'],
  ['until: date.describe', 'until: date.optional().describe', 'a silence may have no end'],
);

const schema = rows(
  'policy/schema.ts',
  true,
  ["mode: mode.default('observe')", "mode: mode.default('enforce')", 'a policy without a mode is in force'],
  [
    "mode: mode.default('observe')",
    "mode: mode.transform(() => 'enforce' as const).default('observe')",
    'a policy on trial is in force',
  ],
  ['maxCancels: count.default(20)', 'maxCancels: count.default(20_000)', 'the breaker opens for nothing'],
  ["share.prefault('25%')", "share.prefault('100%')", 'the breaker opens for no share'],
  ['minJobs: count.default(10)', 'minJobs: count.default(10_000)', 'the share never counts'],
  ['.default(5)', '.default(500)', 'a hundred times the budget of a sweep'],
  ['.default(2)', '.default(200)', 'a hundred times the budget past the breaker'],
  ['perHour: count.default(20)', 'perHour: count.default(2000)', 'a hundred times the budget of an hour'],
  [
    "    .default(10)\n    .describe('Cancels attempted against",
    "    .default(1000)\n    .describe('Cancels attempted against",
    'a hundred times the budget of an owner',
  ],
  [
    'exemptions: z\n    .array(exemption)\n',
    'exemptions: z\n    .array(exemption).transform(() => [])\n',
    'exemptions are forgotten',
  ],
  ['z.array(freeze).default([])', 'z.array(freeze).transform(() => []).default([])', 'freezes are forgotten'],
  [
    'protect: protect.prefault({})',
    'protect: protect.transform(() => ({ principals: [] })).prefault({})',
    'the protection is forgotten',
  ],
  ['optOut: optOut.optional()', 'optOut: optOut.transform(() => undefined).optional()', 'the opt-out is forgotten'],
  [
    "timezone: timezone.default('UTC')",
    "timezone: timezone.default('Pacific/Kiritimati')",
    'it is tomorrow where no time zone is named',
  ],
  [
    "timezone: timezone.default('UTC')",
    "timezone: timezone.transform(() => 'UTC').default('UTC')",
    'it is UTC everywhere',
  ],
  [
    'breaker: breaker.prefault({})',
    'breaker: breaker.transform(() => ({ maxCancels: 20, maxShare: 0.25, minJobs: 10 })).prefault({})',
    'the breaker is as wide as ever',
  ],
  [
    'budget: budget.prefault({})',
    'budget: budget.transform(() => ({ perSweep: 5, perOwnerPerHour: 10, perHour: 20, pastBreaker: 2 })).prefault({})',
    'the budget is as large as ever',
  ],
);

const schemaOther = rows(
  'policy/schema.ts',
  false,
  ['version: z.literal(1)', 'version: z.number()', 'any version is read'],
  ['if (/^[+-]|^$/.test(value)) return wrong;', '', 'an offset is a time zone'],
  ["    .default('operators')", "    .default('owner')", 'a trial bothers the owners'],
  [".min(1, { error: atLeastOne('target') })", '', 'there may be no target'],
  [".min(1, { error: atLeastOne('rule') })", '', 'there may be no rule'],
  ['.max(500)\n', '.max(50_000)\n', 'there may be any number of targets'],
  [
    "        .min(1, { error: fault('empty-list', 'The group is empty.', 'Name a member.') })\n",
    '',
    'a group may be empty',
  ],
  ['return wrong;\n  }\n});', 'return undefined;\n  }\n});', 'any word is a time zone'],
  ['z.record(text, usd).transform(withoutPrototype))\n', 'z.record(text, usd))\n', 'prices inherit from every object'],
);

/** Faults in what keeps a job from being cancelled: hours, freezes, exemptions, protection, breaker and budget. */
export const exceptions: readonly Mutant[] = [
  ...hours,
  ...dates,
  ...calendarOther,
  ...exemptions,
  ...exceptionsOther,
  ...schema,
  ...schemaOther,
];
