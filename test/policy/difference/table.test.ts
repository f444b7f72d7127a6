import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { differenceOf } from '../../../shared/policy/difference.ts';
import type { Change } from '../../../shared/policy/difference/change.ts';
import { aPolicy } from '../../make.ts';

// Synthetic: a policy that uses every part once, and one edit a row.

const base = `
mode: enforce
timezone: UTC
operators: { slack: "#ops" }
groups: { robots: ["etl@x.com", "load-*@x.com"] }
targets:
  - { engine: bigquery, projects: [a-prod, b-prod] }
  - { engine: bigquery, folder: "12", exclude: [c-prod], newProjects: observe }
  - { engine: data-fusion, project: p, locations: [eu] }
rules:
  - name: long
    match: { project: [a-*, b-prod], principal: "@robots", labels: { env: "!prod" }, unless: { client: dbt } }
    warnAt: { runTime: 20m }
    limit: { runTime: 30m, bytesProcessed: 5 TiB }
    grace: 10m
    ifUndelivered: { wait: 30m, then: letRun }
    action: cancel
    mode: enforce
    active: { days: mon-fri, hours: "08:00-18:00" }
  - name: both
    match: { statementType: [SELECT, MERGE] }
    limit: { all: { runTime: 30m, slotHours: 2 } }
    grace: none
    action: cancel
    mode: enforce
  - { name: asks, match: [{ jobType: load }, { project: z-* }], limit: { queueTime: 1h }, action: warn, mode: enforce }
  - { name: dbt, match: { client: dbt }, limit: { runTime: 3h }, action: warn, mode: enforce, overrides: [long] }
  - { name: trial, limit: { costSoFar: 50 USD }, grace: none, action: cancel }
  - { name: notes, limit: { runTime: 9h }, action: record, mode: enforce }
exemptions:
  - { match: { principal: "@robots" }, rules: [long], reason: close, approvedBy: cfo, expires: 2027-01-31 }
freezes:
  - { name: close, match: { project: f-* }, days: { monthEnd: [-2, 5] }, reason: close }
  - { name: xmas, from: 2026-12-20, to: 2026-12-26, reason: xmas }
protect: { principals: [core@x.com], upTo: { costSoFar: 2000 USD } }
optOut: { label: keep=yes, allowedFor: "*@x.com", upTo: { runTime: 4h }, perOwnerPerDay: 2 }
breaker: { maxCancels: 20, maxShare: 25%, minJobs: 10 }
budget: { perSweep: 5, perHour: 20 }
owners: { domains: [x.com], fallback: { slack: "#f" } }
prices: { onDemandPerTiB: { EU: 6 USD } }
`;

type Row = readonly [what: string, edit: readonly (readonly [string, string])[], changes: readonly string[]];
const said = ({ effect, path, says }: Change) => `${effect} ${path.join('.')}: ${says}`;

const rows: readonly Row[] = [
  // The whole.
  [
    'the policy only observes',
    [['mode: enforce\ntimezone', 'mode: observe\ntimezone']],
    ['softer mode: The policy only observes now.'],
  ],
  [
    'another time zone',
    [['timezone: UTC', 'timezone: Asia/Tokyo']],
    ['either timezone: Hours and days are those of Asia/Tokyo now, not of UTC.'],
  ],
  [
    'a larger breaker',
    [['maxCancels: 20', 'maxCancels: 50']],
    ['harsher breaker.maxCancels: The planned cancels that open the breaker: 50, was 20.'],
  ],
  [
    'a smaller share',
    [['25%', '12.5%']],
    ['softer breaker.maxShare: The share of jobs that opens the breaker: 12.5%, was 25%.'],
  ],
  [
    'the share counts later',
    [['minJobs: 10', 'minJobs: 20']],
    ['harsher breaker.minJobs: The jobs from which the share counts: 20, was 10.'],
  ],
  ['a larger budget', [['perSweep: 5', 'perSweep: 9']], ['harsher budget.perSweep: The cancels a sweep: 9, was 5.']],
  ['no budget', [['perHour: 20', 'perHour: 0']], ['softer budget.perHour: The cancels an hour: 0, was 20.']],
  ['a higher price', [['EU: 6 USD', 'EU: 7 USD']], ['harsher prices: a TiB in EU: 7 USD, was 6 USD.']],
  [
    'a price that is left out',
    [['prices: { onDemandPerTiB: { EU: 6 USD } }', '']],
    ['either prices: a TiB in EU: the built-in price, was 6 USD.'],
  ],
  ['other operators', [['"#ops"', '"#on-call"']], ['neutral operators: How the operators are reached has changed.']],
  ['other owners', [['domains: [x.com]', 'domains: [y.com]']], ['neutral owners: Who answers for jobs has changed.']],

  // Targets.
  [
    'one more project',
    [['[a-prod, b-prod] }', '[a-prod, b-prod, d-prod] }']],
    ['harsher targets.0: d-prod is watched now.'],
  ],
  ['one project less', [['[a-prod, b-prod] }', '[a-prod] }']], ['softer targets.0: b-prod is watched no longer.']],
  [
    'a target that is only observed',
    [['[a-prod, b-prod] }', '[a-prod, b-prod], mode: observe }']],
    ['softer targets.0: a-prod is only observed now.', 'softer targets.0: b-prod is only observed now.'],
  ],
  [
    'one more place that is only observed',
    [
      [
        '  - { engine: data-fusion',
        '  - { engine: bigquery, projects: [d-prod], mode: observe }\n  - { engine: data-fusion',
      ],
    ],
    ['neutral targets.2: d-prod is watched now, and only observed.'],
  ],
  [
    'a project that is no longer left out',
    [['exclude: [c-prod], ', '']],
    ['harsher targets.1: the folder 12 no longer leaves c-prod out.'],
  ],
  [
    'new projects like others',
    [[', newProjects: observe', '']],
    ['harsher targets.1: the folder 12 treats new projects like others.'],
  ],
  [
    'other kinds of work',
    [['locations: [eu]', 'locations: [eu, us]']],
    ['either targets.2: Other jobs of data-fusion p are watched.'],
  ],

  // Rules as a whole.
  [
    'a new cancel rule',
    [['rules:\n', 'rules:\n  - { name: new, limit: { runTime: 1h }, grace: none, action: cancel, mode: enforce }\n']],
    ['harsher rules.0: The rule new is new: it cancels.'],
  ],
  [
    'a new cancel rule on trial',
    [['rules:\n', 'rules:\n  - { name: new, limit: { runTime: 1h }, grace: none, action: cancel }\n']],
    ['neutral rules.0: The rule new is new: it cancels, on trial.'],
  ],
  [
    'a new rule that records',
    [['rules:\n', 'rules:\n  - { name: new, limit: { runTime: 1h }, action: record, mode: enforce }\n']],
    ['neutral rules.0: The rule new is new: it records.'],
  ],
  [
    'a new rule that sets another aside',
    [['rules:\n', 'rules:\n  - { name: new, limit: { runTime: 1h }, action: record, overrides: [long] }\n']],
    ['softer rules.0: new sets long aside.', 'neutral rules.0: The rule new is new: it records, on trial.'],
  ],
  [
    'a rule that is gone',
    [[/ {2}- \{ name: asks.*\n/.exec(base)?.[0] ?? '', '']],
    ['softer rules.2: The rule asks is gone: it warns no longer.'],
  ],
  [
    'a rule that is gone and set another aside',
    [[/ {2}- \{ name: dbt.*\n/.exec(base)?.[0] ?? '', '']],
    ['harsher rules.3: dbt no longer sets long aside.', 'softer rules.3: The rule dbt is gone: it warns no longer.'],
  ],
  [
    'a rule of another name',
    [['name: asks', 'name: queue']],
    ['either rules.2: The rule asks is called queue now; exemptions, overrides and routes go by the name.'],
  ],
  [
    'rules in another order',
    [
      ['  - { name: trial, limit: { costSoFar: 50 USD }, grace: none, action: cancel }\n', ''],
      ['rules:\n', 'rules:\n  - { name: trial, limit: { costSoFar: 50 USD }, grace: none, action: cancel }\n'],
    ],
    [
      'either rules.0: The rules stand in another order, from trial on; the earlier of two that do the same gives the verdict.',
    ],
  ],
  [
    'a rule that comes into force',
    [['action: cancel }', 'action: cancel, mode: enforce }']],
    ['harsher rules.4.mode: trial is in force now; it was on trial.'],
  ],
  [
    'a rule that goes on trial',
    [['action: warn, mode: enforce }\n  - { name: dbt', 'action: warn }\n  - { name: dbt']],
    ['softer rules.2.mode: asks is on trial now; it was in force.'],
  ],
  [
    'a rule that cancels instead of warning',
    [['limit: { queueTime: 1h }, action: warn', 'limit: { queueTime: 1h }, grace: none, action: cancel']],
    ['harsher rules.2.action: asks cancels now; it only warned before.'],
  ],
  [
    'a rule that only records',
    [['limit: { queueTime: 1h }, action: warn', 'limit: { queueTime: 1h }, action: record']],
    ['softer rules.2.action: asks records now; it only warned before.'],
  ],
  [
    'a description',
    [['name: both', 'name: both\n    description: Why.']],
    ['neutral rules.1: The description of both has changed.'],
  ],
  [
    'another rule is set aside',
    [['overrides: [long]', 'overrides: [long, both]']],
    ['softer rules.3.overrides: dbt sets both aside.'],
  ],
  ['a rule is no longer set aside', [[', overrides: [long]', '']], ['harsher rules.3: dbt no longer sets long aside.']],

  // Match.
  [
    'a wider project',
    [['[a-*, b-prod]', '["*"]']],
    ['harsher rules.0.match: The match of long is wider: project is wider: ["*"], was [a-*, b-prod].'],
  ],
  [
    'one project more',
    [['[a-*, b-prod]', '[a-*, b-prod, c-prod]']],
    ['harsher rules.0.match: The match of long is wider: project is wider: [a-*, b-prod, c-prod], was [a-*, b-prod].'],
  ],
  [
    'a narrower project',
    [['[a-*, b-prod]', 'a-prod']],
    ['softer rules.0.match: The match of long is narrower: project is narrower: [a-prod], was [a-*, b-prod].'],
  ],
  [
    'another project',
    [['[a-*, b-prod]', 'c-prod']],
    ['either rules.0.match: The match of long is another: project is another: [c-prod], was [a-*, b-prod].'],
  ],
  [
    'a project that is left out',
    [['[a-*, b-prod]', '[a-*, b-prod, "!a-test"]']],
    [
      'softer rules.0.match: The match of long is narrower: project is narrower: [a-*, b-prod, "!a-test"], was [a-*, b-prod].',
    ],
  ],
  [
    'a key that is gone',
    [['labels: { env: "!prod" }, ', '']],
    ['harsher rules.0.match: The match of long is wider: labels.env is wider: anything, was ["!prod"].'],
  ],
  [
    'one more key',
    [['principal: "@robots", labels', 'principal: "@robots", location: EU, labels']],
    ['softer rules.0.match: The match of long is narrower: location is narrower: [EU], was anything.'],
  ],
  [
    'a label that must be there',
    [['env: "!prod"', 'env: [present, "!prod"]']],
    ['softer rules.0.match: The match of long is narrower: labels.env is narrower: [present, "!prod"], was ["!prod"].'],
  ],
  [
    'unless is gone',
    [[', unless: { client: dbt }', '']],
    ['harsher rules.0.match: The match of long is wider: unless is narrower.'],
  ],
  [
    'unless spares fewer: a rule that cancels spares more than it reaches',
    [['unless: { client: dbt }', 'unless: { client: dbt, continuous: false }']],
    ['harsher rules.0.match: The match of long is wider: unless is narrower.'],
  ],
  [
    'unless spares more',
    [['unless: { client: dbt }', 'unless: { client: [dbt, airflow] }']],
    ['softer rules.0.match: The match of long is narrower: unless is wider.'],
  ],
  [
    'writes that are reached no longer',
    [['[SELECT, MERGE]', 'SELECT']],
    ['softer rules.1.match: The match of both is narrower: statementType is narrower: [SELECT], was [SELECT, MERGE].'],
  ],
  [
    'a statement type that a cancel rule reaches now',
    [['{ project: [a-*', '{ statementType: [SELECT, MERGE], project: [a-*']],
    ['harsher rules.0.match: The match of long is wider: statementType is wider: [SELECT, MERGE], was [SELECT].'],
  ],
  ['a statement type that it reaches anyway', [['{ project: [a-*', '{ statementType: SELECT, project: [a-*']], []],
  [
    'loads that a cancel rule reaches now',
    [['{ project: [a-*', '{ jobType: [query, load], project: [a-*']],
    [
      'harsher rules.0.match: The match of long is wider: statementType is wider: [SELECT], was [SELECT]; jobType is wider: [query, load], was [query].',
    ],
  ],
  [
    'continuous queries instead of others',
    [['{ project: [a-*', '{ continuous: true, project: [a-*']],
    ['either rules.0.match: The match of long is another: continuous is another: ["true"], was ["false"].'],
  ],
  [
    'the other way is named that a cancel rule goes anyway',
    [['{ project: [a-*', '{ continuous: false, project: [a-*']],
    [],
  ],
  [
    'one more block',
    [['{ project: z-* }]', '{ project: z-* }, { location: US }]']],
    ['harsher rules.2.match: The match of asks is wider: 3 blocks, was 2 blocks.'],
  ],
  [
    'one block less',
    [['[{ jobType: load }, { project: z-* }]', '[{ jobType: load }]']],
    ['softer rules.2.match: The match of asks is narrower: 1 block, was 2 blocks.'],
  ],
  [
    'the blocks change places',
    [['[{ jobType: load }, { project: z-* }]', '[{ project: z-* }, { jobType: load }]']],
    [],
  ],
  [
    'the match is gone',
    [[' match: [{ jobType: load }, { project: z-* }],', '']],
    ['harsher rules.2.match: The match of asks is wider: 0 blocks, was 2 blocks.'],
  ],
  [
    'a wider match of a rule that sets another aside',
    [['match: { client: dbt }, limit', 'match: { client: [dbt, airflow] }, limit']],
    ['either rules.3.match: The match of dbt is wider: client is wider: [dbt, airflow], was [dbt].'],
  ],
  [
    'another member of a group',
    [['"load-*@x.com"]', '"load-*@x.com", "new@x.com"]']],
    [
      'harsher rules.0.match: The match of long is wider: principal is wider: the group behind ["@robots"] has other members.',
      'softer exemptions.0.match: The exemption until 2027-01-31 (close) is wider than before.',
      'neutral groups: The group robots is with new@x.com now; what that does is said where it is used.',
    ],
  ],

  [
    'an expression instead of all',
    [['{ project: z-* }]', '{ project: "*" }]']],
    ['harsher rules.2.match: The match of asks is wider: its blocks are others.'],
  ],
  [
    'a label that must not be there instead of one that must',
    [['env: "!prod"', 'env: absent']],
    ['softer rules.0.match: The match of long is narrower: labels.env is narrower: [absent], was ["!prod"].'],
  ],
  [
    'one service account, which may be the watchdog',
    [
      [
        '{ statementType: [SELECT, MERGE] }',
        '{ statementType: [SELECT, MERGE], principal: jw@ops.iam.gserviceaccount.com }',
      ],
    ],
    [
      'either rules.1.match: The match of both is another: principal is another: [jw@ops.iam.gserviceaccount.com], was anything.',
    ],
  ],

  // Limits and times.
  [
    'a lower limit',
    [['limit: { runTime: 30m, bytes', 'limit: { runTime: 25m, bytes']],
    ['harsher rules.0.limit.runTime: The limit of long: runTime 25 min, was 30 min.'],
  ],
  [
    'a higher limit',
    [['bytesProcessed: 5 TiB', 'bytesProcessed: 6 TiB']],
    ['softer rules.0.limit.bytesProcessed: The limit of long: bytesProcessed 6.00 TiB, was 5.00 TiB.'],
  ],
  ['another unit that is the same', [['limit: { runTime: 30m, bytes', 'limit: { runTime: 1800s, bytes']], []],
  [
    'one more number of which any is enough',
    [['bytesProcessed: 5 TiB', 'bytesProcessed: 5 TiB, slotHours: 9']],
    [
      'harsher rules.0.limit.slotHours: The limit of long: slotHours 9.0 slot hours is enough, which was not asked before.',
    ],
  ],
  [
    'one number less of which any was enough',
    [[', bytesProcessed: 5 TiB', '']],
    ['softer rules.0.limit: The limit of long: bytesProcessed 5.00 TiB is no longer asked.'],
  ],
  [
    'one number less of which all were asked',
    [['{ all: { runTime: 30m, slotHours: 2 } }', '{ runTime: 30m }']],
    ['harsher rules.1.limit: The limit of both: slotHours 2.0 slot hours is no longer asked.'],
  ],
  [
    'one more number of which all are asked',
    [['slotHours: 2 } }', 'slotHours: 2, costSoFar: 5 USD } }']],
    [
      'softer rules.1.limit.all.costSoFar: The limit of both: costSoFar 5 USD must be passed as well, which was not asked before.',
    ],
  ],
  [
    'any instead of all',
    [['{ all: { runTime: 30m, slotHours: 2 } }', '{ runTime: 30m, slotHours: 2 }']],
    [
      'harsher rules.1.limit: The limit of both: runTime 30 min or slotHours 2.0 slot hours, was runTime 30 min and slotHours 2.0 slot hours.',
    ],
  ],
  [
    'all instead of any',
    [['{ runTime: 30m, bytesProcessed: 5 TiB }', '{ all: { runTime: 30m, bytesProcessed: 5 TiB } }']],
    [
      'softer rules.0.limit: The limit of long: runTime 30 min and bytesProcessed 5.00 TiB, was runTime 30 min or bytesProcessed 5.00 TiB.',
    ],
  ],
  [
    'all of other numbers instead of any',
    [['{ runTime: 30m, bytesProcessed: 5 TiB }', '{ all: { runTime: 20m, slotHours: 1 } }']],
    [
      'either rules.0.limit: The limit of long: runTime 20 min and slotHours 1.0 slot hours, was runTime 30 min or bytesProcessed 5.00 TiB.',
    ],
  ],
  [
    'a limit of a rule that records',
    [['runTime: 9h', 'runTime: 1h']],
    ['neutral rules.5.limit.runTime: The limit of notes: runTime 1 h, was 9 h.'],
  ],
  [
    'an earlier warning, so that the grace ends earlier',
    [['warnAt: { runTime: 20m }', 'warnAt: { runTime: 10m }']],
    ['harsher rules.0.warnAt: The warning line of long: runTime 10 min, was 20 min.'],
  ],
  [
    'no warning line',
    [['    warnAt: { runTime: 20m }\n', '']],
    ['softer rules.0: long no longer warns before its limit.'],
  ],
  [
    'a warning line where there is no grace',
    [['name: both', 'name: both\n    warnAt: { runTime: 10m }']],
    ['neutral rules.1.warnAt: both warns before its limit now.'],
  ],
  [
    'a shorter grace',
    [['grace: 10m', 'grace: 5m']],
    ['harsher rules.0.grace: The grace of long is 5 min, was 10 min.'],
  ],
  [
    'a grace',
    [['slotHours: 2 } }\n    grace: none', 'slotHours: 2 } }\n    grace: 10m']],
    ['softer rules.1.grace: The grace of both is 10 min, was none.'],
  ],
  [
    'a cancel although nobody was told',
    [['then: letRun', 'then: cancel']],
    ['harsher rules.0.ifUndelivered: What long does when nobody could be told has changed.'],
  ],
  ['longer hours', [['"08:00-18:00"', '"07:00-19:00"']], ['harsher rules.0.active: The hours of long are wider.']],
  ['fewer days', [['days: mon-fri', 'days: mon-thu']], ['softer rules.0.active: The hours of long are narrower.']],
  [
    'night instead of day',
    [['"08:00-18:00"', '"22:00-06:00"']],
    ['either rules.0.active: The hours of long are another.'],
  ],
  [
    'always',
    [['    active: { days: mon-fri, hours: "08:00-18:00" }\n', '']],
    ['harsher rules.0: The hours of long are wider.'],
  ],
  [
    'a warning when nothing can be judged',
    [['name: both', 'name: both\n    ifUnknown: warn']],
    ['harsher rules.1.ifUnknown: both warns when its limit cannot be judged.'],
  ],
  [
    'past the breaker',
    [['name: both', 'name: both\n    pastBreaker: true']],
    ['harsher rules.1.pastBreaker: both may act although the breaker is open.'],
  ],
  [
    'queries that are let run when started again',
    [['name: both', 'name: both\n    retries: { after: 3, within: 24h, then: letRun }']],
    ['softer rules.1.retries: What both does about queries that are started again has changed.'],
  ],

  // What is spared.
  [
    'a protection less',
    [['principals: [core@x.com], upTo: { costSoFar: 2000 USD }', '']],
    ['harsher : Nobody is protected any more.'],
  ],
  [
    'a protection more',
    [['[core@x.com]', '[core@x.com, more@x.com]']],
    ['softer protect.principals: Who is protected is wider.'],
  ],
  [
    'a lower ceiling',
    [['costSoFar: 2000 USD', 'costSoFar: 200 USD']],
    ['harsher protect.upTo: The ceiling of the protection is lower.'],
  ],
  [
    'no ceiling',
    [[', upTo: { costSoFar: 2000 USD }', '']],
    ['softer protect.upTo: The ceiling of the protection is higher.'],
  ],
  [
    'no opt-out',
    [[/optOut.*\n/.exec(base)?.[0] ?? '', '']],
    ['harsher optOut: Owners can no longer keep their jobs by a label.'],
  ],
  ['another label', [['keep=yes', 'keep=please']], ['either optOut.label: Owners keep jobs by keep=please now.']],
  [
    'fewer who may keep jobs',
    [['"*@x.com"', '"a*@x.com"']],
    ['harsher optOut.allowedFor: Who may keep jobs is narrower.'],
  ],
  [
    'a higher ceiling of the opt-out',
    [['upTo: { runTime: 4h }', 'upTo: { runTime: 9h }']],
    ['softer optOut.upTo: The ceiling of the opt-out is higher.'],
  ],
  [
    'fewer jobs a day',
    [['perOwnerPerDay: 2', 'perOwnerPerDay: 1']],
    ['harsher optOut: Jobs that an owner may keep in a day: 1, was 2.'],
  ],
  [
    'an exemption that is gone',
    [[/exemptions:\n.*\n/.exec(base)?.[0] ?? '', '']],
    ['harsher exemptions.0: The exemption until 2027-01-31 (close) is gone.'],
  ],
  [
    'an exemption that ends earlier',
    [['2027-01-31', '2026-12-31']],
    ['harsher exemptions.0.expires: The exemption until 2026-12-31 (close) ended on 2027-01-31 before.'],
  ],
  [
    'an exemption that ends later',
    [['2027-01-31', '2027-02-28']],
    ['softer exemptions.0.expires: The exemption until 2027-02-28 (close) ended on 2027-01-31 before.'],
  ],
  [
    'an exemption from all rules',
    [[' rules: [long], reason', ' reason']],
    ['softer exemptions.0: The exemption until 2027-01-31 (close) is from all rules.'],
  ],
  [
    'an exemption for fewer',
    [['{ match: { principal: "@robots" }, rules', '{ match: { principal: "etl@x.com" }, rules']],
    ['harsher exemptions.0.match: The exemption until 2027-01-31 (close) is narrower than before.'],
  ],
  [
    'a cancel right after the end',
    [['expires: 2027-01-31', 'expires: 2027-01-31, afterExpiry: cancel']],
    ['harsher exemptions.0.afterExpiry: The exemption until 2027-01-31 (close): after its end comes cancel.'],
  ],
  [
    'another approver',
    [['approvedBy: cfo', 'approvedBy: ceo']],
    ['neutral exemptions.0: The exemption until 2027-01-31 (close) has another reason or approver.'],
  ],
  ['a shorter freeze', [['[-2, 5]', '[-2, 3]']], ['harsher freezes.0: The time of the freeze "close" is narrower.']],
  [
    'a longer freeze',
    [['to: 2026-12-26', 'to: 2026-12-31']],
    ['softer freezes.1: The time of the freeze "xmas" is wider.'],
  ],
  [
    'a freeze at another time',
    [['from: 2026-12-20, to: 2026-12-26', 'from: 2026-12-24, to: 2026-12-31']],
    ['either freezes.1: The time of the freeze "xmas" is another.'],
  ],
  [
    'a freeze for all',
    [['match: { project: f-* }, days', 'days']],
    ['softer freezes.0: The freeze "close" is for jobs that are wider.'],
  ],
  [
    'a freeze that is gone',
    [[/ {2}- \{ name: xmas.*\n/.exec(base)?.[0] ?? '', '']],
    ['harsher freezes.1: The freeze "xmas" is gone.'],
  ],
];

const policyOf = (text: string) => aPolicy({ ...Object(parse(text)) });

describe('the difference between two policies', () => {
  it.each(rows)('%s', (_what, edits, expected) => {
    let now = base;
    for (const [find, replace] of edits) {
      expect(now.split(find), `"${find}" must stand once in the policy`).toHaveLength(2);
      now = now.replace(find, () => replace);
    }
    expect(differenceOf(policyOf(base), policyOf(now)).map(said)).toEqual(expected);
  });

  const edit = (before: string, after: string) => {
    const head = 'targets: [{ engine: bigquery, projects: [a-prod] }]\n';
    const rules = 'rules: [{ name: long, limit: { runTime: 1h }, action: record }]\n';
    const whole = (text: string) =>
      policyOf(`${text.includes('targets:') ? '' : head}${text.includes('rules:') ? '' : rules}${text}`);
    return differenceOf(whole(before), whole(after)).map(said);
  };

  it('goes by the name of a rule that stays, also where another one meant the same', () => {
    const rule = (name: string, runTime: string) => `{ name: ${name}, limit: { runTime: ${runTime} }, action: record }`;
    expect(edit(`rules: [${rule('long', '1h')}, ${rule('short', '2h')}]`, `rules: [${rule('long', '2h')}]`)).toEqual([
      'neutral rules.0.limit.runTime: The limit of long: runTime 2 h, was 1 h.',
      'neutral rules.1: The rule short is gone: it records no longer; it was on trial.',
    ]);
  });

  it('counts each exemption for itself, also where one is there twice', () => {
    const one = '{ match: { project: a-* }, reason: close, approvedBy: cfo, expires: 2027-01-31 }';
    expect(edit(`exemptions: [${one}]`, `exemptions: [${one}, ${one}]`)).toEqual([
      'softer exemptions.1: The exemption until 2027-01-31 (close) is new.',
    ]);
  });

  it('knows that the softer mode counts where a place is named twice', () => {
    const [acts, observes] = [
      '{ engine: bigquery, projects: [a-prod] }',
      '{ engine: bigquery, projects: [a-prod], mode: observe }',
    ];
    expect(edit(`targets: [${observes}]`, `targets: [${observes}, ${acts}]`)).toEqual([]);
    expect(edit(`targets: [${acts}]`, `targets: [${acts}, ${observes}]`)).toEqual([
      'softer targets.1: a-prod is only observed now.',
    ]);
  });

  it('reads the match of a rule that begins to cancel as it was written, and does not guess what it reaches', () => {
    const rule = (match: string, action: string) =>
      `rules: [{ name: long, match: { ${match} }, limit: { runTime: 1h }, action: ${action} }]`;
    expect(edit(rule('project: a-*', 'warn'), rule('project: a-*, continuous: false', 'cancel, grace: none'))).toEqual([
      'harsher rules.0.action: long cancels now; it only warned before.',
      'softer rules.0.match: The match of long is narrower: continuous is narrower: ["false"], was anything.',
    ]);
  });

  it('is told the other way around when the edit is taken back', () => {
    const opposite: Readonly<Record<string, string>> = {
      harsher: 'softer',
      softer: 'harsher',
      either: 'either',
      neutral: 'neutral',
    };
    // What may be the watchdog is only new when it is written, so that taking it back is less of a riddle.
    for (const [what, edits] of rows.filter(([what]) => !what.includes('watchdog'))) {
      const now = edits.reduce((text, [find, replace]) => text.replace(find, () => replace), base);
      const there = differenceOf(policyOf(base), policyOf(now)).map(({ effect }) => effect);
      const back = differenceOf(policyOf(now), policyOf(base)).map(({ effect }) => opposite[effect]);
      const counted = (effects: readonly (string | undefined)[]) => Object.groupBy(effects, (effect) => effect ?? '');
      expect([what, counted(back)]).toEqual([what, counted(there)]);
    }
  });
});
