import { rows, type Mutant } from './mutant.ts';

const rule = rows(
  'policy/rule.ts',
  true,
  ["    .default('observe')\n", "    .default('enforce')\n", 'a rule without a mode is in force'],
  [
    "z.enum(['observe', 'enforce'])",
    "z.enum(['observe', 'enforce']).transform(() => 'enforce' as const)",
    'what is on trial is in force',
  ],
  [
    "z.enum(['observe', 'enforce'])",
    "z.string().transform((word) => (word === 'observe' ? word : 'enforce'))",
    'any word but observe is in force',
  ],
  [
    'z.enum(actions)',
    "z.enum(actions).transform((action) => (action === 'warn' ? 'cancel' : action))",
    'warnings are cancels',
  ],
  ["(written === 'none' ? 0 : written)", '(written === null ? written : 0)', 'no grace is ever given'],
  [
    "z.literal('none'), duration",
    "z.string().transform(() => 'none' as const), duration",
    'a grace that cannot be read is none',
  ],
  ['{ graceMs: grace }', '{ graceMs: 0 }', 'every grace is none'],
  ['{ graceMs: grace }', '{ graceMs: grace / 60 }', 'a minute of grace is a second'],
  [
    'grace === undefined ? {} :',
    'grace === undefined ? { graceMs: 0 } :',
    'a rule that says nothing of grace gives none',
  ],
  ['if (written.grace === undefined) issue(', 'if (false) issue(', 'a cancel rule need not speak of grace'],
  ["    .default('letRun')\n", "    .default('cancel')\n", 'a job is cancelled although nobody could be told'],
  ['({ waitMs: wait, then }))', '({ waitMs: 0, then }))', 'nobody waits for a message that was not delivered'],
  ['    .default(false)\n', '    .default(true)\n', 'every rule acts past the breaker'],
  [
    '    .array(name)\n    .default([])',
    '    .array(name).transform(() => [])\n    .default([])',
    'overrides are forgotten',
  ],
  [
    'active: active.optional()',
    'active: active.transform(() => undefined).optional()',
    'the hours of a rule are forgotten',
  ],
  ['withinMs: within, then', 'withinMs: 0, then', 'no cancel is ever one of a series'],
  ['after: count.min(1)', 'after: count', 'a series begins before the first cancel'],
  ['match: jobMatch.default([])', 'match: jobMatch.transform(() => []).default([])', 'every rule is about every job'],
);

const ruleOther = rows(
  'policy/rule.ts',
  false,
  [
    'if (written.grace === 0 && written.ifUndelivered !== undefined) issue(',
    'if (false) issue(',
    'a rule may wait for a message that is not sent',
  ],
  [
    'for (const key of cancelOnly) if (written[key]) issue(',
    'for (const key of cancelOnly) if (false) issue(',
    'a warning may have a grace',
  ],
  [
    "if (written.grace === 0) issue('grace'",
    "if (false) issue('grace'",
    'a warning may have no grace, in so many words',
  ],
  ["    .default('tell')\n", "    .default('letRun')\n", 'a job is let run after a series of cancels'],
  ["    .default('ignore')\n", "    .default('warn')\n", 'what is unknown is warned of'],
  ["'retries', 'pastBreaker'] as const", "'retries'] as const", 'a warning may go past the breaker'],
  ["    .default('tell')\n", '    .optional()\n', 'a series of cancels has no end'],
);

const targets = rows(
  'policy/targets.ts',
  true,
  [
    'const softer = mode.optional()',
    'const softer = mode.transform(() => undefined).optional()',
    'the mode of a target is forgotten',
  ],
  [
    'newProjects: mode.optional()',
    'newProjects: mode.transform(() => undefined).optional()',
    'the mode of new projects is forgotten',
  ],
  [
    '    .array(project)\n    .default([])',
    '    .array(project).transform(() => [])\n    .default([])',
    'what is left out is looked at',
  ],
  ['if (target.exclude.length > 0)', 'if (false)', 'what cannot be left out is thought to be'],
);

const targetsOther = rows(
  'policy/targets.ts',
  false,
  ['if (places.length !== 1) context', 'if (places.length === 0) context', 'a target may be in two places'],
  ['if (places.length !== 1) context', 'if (places.length > 1) context', 'a target may be nowhere'],
  ['if (target.newProjects !== undefined)', 'if (false)', 'named projects may be new'],
  ['[A-Za-z0-9._:-]*$/', '[A-Za-z0-9._:*-]*$/', 'a project may be a pattern'],
  ['/^\\d+$/', '/\\d+$/', 'a folder may be a path'],
  ["typeof input === 'number'\n", "typeof input === 'symbol'\n", 'a folder without quotes is not explained'],
  [".default(['pipeline'])", ".default(['pipeline', 'operation'])", 'operations are watched unasked'],
  [
    "    .min(1, { error: fault('empty-list', 'No project is named.', 'Name at least one project.') })\n",
    '',
    'a target may name no project',
  ],
);

const people = rows(
  'policy/people.ts',
  false,
  ["value.startsWith('!')\n", 'false\n', 'a negated pattern hands everybody to one team'],
  ['Object.entries(teams).map(', 'Object.entries(teams).reverse().map(', 'the last pattern wins'],
  ['if (slack === undefined && email === undefined)', 'if (false)', 'nobody may be behind a contact'],
  ['/^(#[^\\s#]{1,80}|', '/^(#?[^\\s#]{1,80}|', 'a channel needs no #'],
  ['|[CGDUW][A-Z0-9]{6,})$/', ')$/', 'a channel has no id'],
  ['/^[^\\s@<>"]+@', '/^[^@<>"]+@', 'an address may hold spaces'],
  ['/^[a-z0-9-]+(\\.[a-z0-9-]+)+$/', '/[a-z0-9-]+(\\.[a-z0-9-]+)+$/', 'a domain may begin with @'],
  ['/^[A-Za-z0-9][\\w.-]*\\.csv$/', '/^[A-Za-z0-9./][\\w./-]*\\.csv$/', 'a lookup may lie in another folder'],
  [
    '.record(name, contact)\n    .transform(withoutPrototype)',
    '.record(name, contact)',
    'teams inherit from every object',
  ],
  [
    '.record(text, fileName)\n    .transform(withoutPrototype)',
    '.record(text, fileName)',
    'lookups inherit from every object',
  ],
  [': patternFault(value);', ': undefined;', 'the patterns of owners are not checked'],
);

const notices = rows(
  'policy/notices.ts',
  false,
  ['if (looksSecret(value) || /:\\/\\//.test(value)) return pastedSecret;', '', 'a pasted secret is a bad name'],
  ['|| /:\\/\\//.test(value)', '', 'a pasted address is a bad name'],
  ['/^[A-Z][A-Z0-9_]{1,99}$/', '/^[A-Za-z][A-Za-z0-9_]{1,99}$/', 'the name of a variable may be small'],
  ['z.boolean().default(false)', 'z.boolean().default(true)', 'all routes are taken'],
  [
    "way === 'email' ? address : slackName",
    "way === 'slack' ? address : slackName",
    'addresses and channels are swapped',
  ],
  ['{ email: at } : { slack: at }', '{ slack: at } : { email: at }', 'mails go to channels'],
  ["    .default('author')\n", "    .default('all')\n", 'everybody sees the statement'],
  ["duration.prefault('4h')", "duration.prefault('4m')", 'a warning is repeated every four minutes'],
  ['/^https:\\/\\/[^\\s@]+$/', '/^https?:\\/\\/[^\\s@]+$/', 'a link need not be safe'],
  ['/^https:\\/\\/[^\\s@]+$/', '/https:\\/\\/[^\\s]+/', 'a link may hold a password'],
  ["if (written === 'owner' || written === 'operators')", "if (written === 'owner')", 'operators are nobody'],
  ['repeatMs: repeat }', 'repeatMs: repeat / 1000 }', 'a warning is repeated at once'],
  [
    "    .min(1)\n    .meta({ description: 'Who gets them.'",
    "    .meta({ description: 'Who gets them.'",
    'a route may lead to nobody',
  ],
);

const cross = rows(
  'policy/cross.ts',
  true,
  ["  ['exemptions', each, 'rules', each],\n", '', 'an exemption may be from a rule that is not there'],
  ["  ['rules', each, 'overrides', each],\n", '', 'a rule that is not there may be set aside'],
  ['!names.has(name)) found.push', '!names.has(name) && false) found.push', 'any name is known'],
  [
    "textsAt(data, ['groups', each, each]).filter(({ text }) => /^[!@]/.test(text))",
    '[]',
    'a group may hold a negation or a group',
  ],
  ['/^[!@]/.test(text)', '/^[@]/.test(text)', 'a group may hold a negation'],
  ["placesAt(data, ['rules', each, 'name'])", "placesAt(data, ['rules', 0, 'name'])", 'only the first rule has a name'],
  ['    duplicateNames,\n', '', 'two rules may have one name'],
  ['    duplicateProjects,\n', '', 'a project may have two modes'],
  ["  ['protect', 'principals'],\n", '', 'a group that is not there may be protected'],
  ["  ['optOut', 'allowedFor'],\n", '', 'a group that is not there may opt out'],
  ["  ['exemptions', each, 'match'],\n", '', 'a group that is not there may be exempt'],
  ["  ['freezes', each, 'match'],\n", '', 'a group that is not there may be frozen'],
  ["  ['rules', each, 'match'],\n", '', 'a rule may ask for a group that is not there'],
);

const crossOther = rows(
  'policy/cross.ts',
  false,
  ['    ownRules,\n', '', 'a rule may override itself'],
  ['    unknownTeams,\n', '', 'an owner may be no team'],
  ['    unknownChannels,\n', '', 'a route may lead to a channel that is not set up'],
  ['    lastRoute,\n', '', 'a notice may match no route'],
  ['    nobodyTold,\n', '', 'nobody says that nobody is told'],
  ["severity: 'warning' }", "severity: 'error' }", 'a policy without operators is refused'],
  ['if (count <= mostExpressions) return [];', 'return [];', 'there may be any number of expressions'],
  [
    'if (count <= mostExpressions) return [];',
    'if (count < mostExpressions) return [];',
    '500 expressions are too many',
  ],
  ["typeof key === 'string' && isExpression(key) ? 1 : 0", '0', 'expressions of owners are not counted'],
  ['Math.ceil((Date.parse', 'Math.floor((Date.parse', 'a silence may be a day longer'],
  ['days > longestSilenceDays', 'days >= longestSilenceDays', 'a silence may not be 30 days long'],
  ['days > longestSilenceDays', 'days > longestSilenceDays * 100', 'a silence may last for years'],
  ["...unknown(keys, 'key')", '', 'the groups of owners are not looked up'],
  [
    "placesAt(data, ['routes', each]).at(-1)",
    "placesAt(data, ['routes', each]).at(0)",
    'the first route must match everything',
  ],
  ["  ['routes', each, 'match'],\n", '', 'a route may ask for a group that is not there'],
  ["  ['silences', each, 'match', each, 'rule'],\n", '', 'the second block of a silence may name no rule'],
  ["  ['routes', each, 'match', 'rule'],\n", '', 'a route may name no rule'],
  ["text.replace(/^!/, '')).map(", 'text).map(', 'a negated rule is not known'],
  ['filter(({ text }) => !isPattern(text))', 'filter(() => true)', 'a pattern of rules is not known'],
);

/** Faults in the rest of what a policy may say: rules, targets, people, notices, and names that must be there. */
export const language: readonly Mutant[] = [
  ...rule,
  ...ruleOther,
  ...targets,
  ...targetsOther,
  ...people,
  ...notices,
  ...cross,
  ...crossOther,
];
