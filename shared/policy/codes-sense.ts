import type { Code } from './code.ts';

/** Problems with single values. */
export const values = {
  'no-unit': { means: 'A number needs its unit.', wrong: 'runTime: 30', right: 'runTime: 30m' },
  'bad-time': { means: 'This is not a time.', wrong: 'runTime: 30 minutes', right: 'runTime: 30m' },
  'bad-size': { means: 'This is not a size.', wrong: 'bytesProcessed: 5 terabytes', right: 'bytesProcessed: 5 TiB' },
  'bad-money': {
    means: 'This is not an amount in US dollars. Other currencies are refused, because nothing is converted.',
    wrong: 'costSoFar: $50',
    right: 'costSoFar: 50 USD',
  },
  'bad-share': { means: 'This is not a share in percent.', wrong: 'maxShare: 0.25', right: 'maxShare: 25%' },
  'bad-name': {
    means: 'Names have letters, digits, dots, dashes and underscores, 63 at most.',
    wrong: 'name: huge scans!',
    right: 'name: huge-scans',
  },
  'bad-pattern': { means: 'This pattern cannot match anything sensible.', wrong: '"!"', right: '"!prod"' },
  'bad-regex': {
    means: 'What stands between the slashes is not an RE2 expression. RE2 has no look-around and no back-references.',
    wrong: '"/(?!prod).*/"',
    right: '"!prod*"',
  },
  'wrong-case': {
    means: 'Case counts, and these words are only ever written in one case.',
    wrong: 'statementType: select',
    right: 'statementType: SELECT',
  },
  'bad-days': {
    means: 'This is not a day of the week or a range of days.',
    wrong: 'days: weekdays',
    right: 'days: mon-fri',
  },
  'bad-hours': { means: 'This is not a window of hours.', wrong: 'hours: 8-18', right: 'hours: "08:00-18:00"' },
  'bad-date': { means: 'This is not a day that exists.', wrong: 'expires: 2027-02-30', right: 'expires: 2027-02-28' },
  'bad-month-end': {
    means: 'Two working days around the end of a month are needed: -1 is the last of a month, 1 the first of the next.',
    wrong: 'monthEnd: [5, -2]',
    right: 'monthEnd: [-2, 5]',
  },
  'unknown-timezone': {
    means: 'Time zones go by their IANA names; an abbreviation or an offset has no daylight saving.',
    wrong: 'timezone: CET+1',
    right: 'timezone: Europe/Berlin',
  },
  'bad-project': {
    means: 'Projects are named by their id, folders and organizations by their number in quotes.',
    wrong: 'projects: ["analytics-*"]',
    right: 'projects: [analytics-prod]',
  },
  'bad-label': { means: 'A label is written with its value.', wrong: 'label: keep', right: 'label: "jobwarden=keep"' },
  'bad-contact': {
    means: 'This is not a Slack channel or an e-mail address.',
    wrong: 'slack: data-cost',
    right: 'slack: "#data-cost"',
  },
  'bad-domain': { means: 'This is not a domain.', wrong: 'domains: ["@example.com"]', right: 'domains: [example.com]' },
  'bad-file': {
    means: 'Lookups are CSV files beside the policy, named without a folder.',
    wrong: '../users.csv',
    right: 'looker-users.csv',
  },
  'bad-link': {
    means: 'Links begin with https://.',
    wrong: 'runbookUrl: wiki/run',
    right: 'runbookUrl: "https://example.com/run"',
  },
  'bad-variable': {
    means: 'Channels name environment variables, in capitals.',
    wrong: 'tokenFrom: slack token',
    right: 'tokenFrom: SLACK_BOT_TOKEN',
  },
} satisfies Record<string, Code>;

/** Problems with values that do not go together. */
export const sense = {
  'empty-match': {
    means: 'An empty block could mean every job or none. Left out, match means every job.',
    wrong: 'match: {}',
    right: 'match: { project: "analytics-*" }',
  },
  'empty-limit': { means: 'A limit needs a number.', wrong: 'limit: {}', right: 'limit: { runTime: 30m }' },
  'mixed-limit': {
    means: 'Numbers stand both inside and beside all: {...}.',
    wrong: 'limit: { runTime: 30m, all: { slotHours: 2 } }',
    right: 'limit: { all: { runTime: 30m, slotHours: 2 } }',
  },
  'no-grace': {
    means: 'A cancel rule must say how long the owner is given, even when that is no time at all.',
    wrong: '{ action: cancel }',
    right: '{ action: cancel, grace: 10m }',
  },
  'needs-cancel': {
    means: 'The key says how a cancel is done, but the rule does not cancel.',
    wrong: '{ action: warn, grace: 10m }',
    right: '{ action: warn }',
  },
  'needs-grace': {
    means: 'ifUndelivered says what happens when nobody could be told in time; without a grace nobody is.',
    wrong: '{ grace: none, ifUndelivered: { wait: 30m } }',
    right: '{ grace: 10m, ifUndelivered: { wait: 30m } }',
  },
  'empty-window': {
    means: 'active names neither days nor hours.',
    wrong: 'active: {}',
    right: 'active: { days: mon-fri }',
  },
  'freeze-time': {
    means: 'A freeze has either days that come again, or a first and a last day.',
    wrong: '{ from: 2026-12-24 }',
    right: '{ from: 2026-12-24, to: 2027-01-02 }',
  },
  backwards: {
    means: 'The end is before the start.',
    wrong: '{ from: 2027-01-02, to: 2026-12-24 }',
    right: '{ from: 2026-12-24, to: 2027-01-02 }',
  },
  'empty-contact': {
    means: 'Neither slack nor email is named.',
    wrong: 'fallback: {}',
    right: 'fallback: { slack: "#data-cost" }',
  },
  'negated-key': {
    means: 'A negated pattern would give the jobs of everybody else to one team.',
    wrong: 'principals: { "!etl-*": data-platform }',
    right: 'principals: { "etl-*": data-platform }',
  },
  'target-place': {
    means: 'A BigQuery target says where to look in exactly one way.',
    wrong: '{ engine: bigquery, projects: [a], folder: "12" }',
    right: '{ engine: bigquery, projects: [a] }',
  },
  'target-verbs': {
    means:
      'Operations of Data Fusion are looked at by their verbs only, because to cancel one may leave an instance half-built.',
    wrong: '{ engine: data-fusion, project: p, locations: [europe-west3], kinds: [operation] }',
    right: '{ engine: data-fusion, project: p, locations: [europe-west3], kinds: [operation], verbs: [create] }',
  },
  'needs-discovery': {
    means: 'exclude and newProjects are about projects that are found by folder or organization.',
    wrong: '{ engine: bigquery, projects: [a], exclude: [b] }',
    right: '{ engine: bigquery, projects: [a] }',
  },
} satisfies Record<string, Code>;

/** Problems with names, and notes. */
export const references = {
  'duplicate-name': { means: 'Two rules have the same name.' },
  'duplicate-project': { means: 'A project is named by two targets, or twice by one; its jobs would count twice.' },
  'unknown-rule': {
    means: 'No rule has this name.',
    wrong: 'overrides: [huge-scan]',
    right: 'overrides: [huge-scans]',
  },
  'own-rule': {
    means: 'A rule overrides itself, so that nothing would be left of it.',
  },
  'unknown-group': {
    means: 'No group has this name.',
    wrong: 'principal: "@finance"',
    right: 'principal: "@finance-batch"',
  },
  'group-in-group': {
    means: 'Members of a group are plain patterns: no other group, and nothing negated.',
    wrong: 'all: ["@finance-batch"]',
    right: 'principal: ["@finance-batch", "@sales-batch"]',
  },
  'unknown-team': {
    means: 'No team has this name under owners.teams.',
    wrong: '"etl-*": data-platfrom',
    right: '"etl-*": data-platform',
  },
  'unknown-channel': {
    means: 'A route names a channel that is not set up under channels.',
    wrong: 'to: [pagerduty]',
    right: 'channels: { pagerduty: { keyFrom: PAGERDUTY_ROUTING_KEY } }',
  },
  'last-route': {
    means: 'The last route must match every notice, or some would reach nobody.',
    wrong: '- { match: { action: cancel }, to: [owner] }',
    right: '- to: [owner]',
  },
  'silence-too-long': {
    means: 'Silences hold for 30 days at most; what is wanted for longer is another rule.',
  },
  'nobody-told': {
    means:
      'A warning: without operators nobody hears of the breaker, of a rejected policy, or of what would have been done.',
    right: 'operators: { slack: "#data-cost" }',
  },
} satisfies Record<string, Code>;
