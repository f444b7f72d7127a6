/* oxlint-disable unicorn/no-thenable -- `then` is a word of the policy language; it never holds a function. */
import { describe, expect, it } from 'vitest';
import { parseDays, parseHours } from '../../shared/policy/calendar.ts';
import { policyJsonSchema, type JsonSchema } from '../../shared/policy/json-schema.ts';
import { goodPolicy, small, textOf } from './read.ts';

const firstRule = (...lines: readonly string[]) => goodPolicy(small(...lines.map((line) => `    ${line}`))).rules[0];

/** What is written for one key, as the list it becomes. */
const listOf = (written: string): string[] =>
  written
    .replace(/^\[(.*)\]$/, '$1')
    .split(', ')
    .map((word) => word.replaceAll('"', ''));

describe('defaults', () => {
  const policy = goodPolicy(textOf('test/fixtures/policies/good-smallest.yaml'));

  it('observe, tell the operators, and hold back what is too much', () => {
    expect(policy).toMatchObject({
      mode: 'observe',
      timezone: 'UTC',
      observe: { tell: 'operators' },
      breaker: { maxCancels: 20, maxShare: 0.25, minJobs: 10 },
      budget: { perSweep: 5, perOwnerPerHour: 10, perHour: 20, pastBreaker: 2 },
      notices: { showQuery: 'author', repeatMs: 4 * 3_600_000, help: {} },
      protect: { principals: [] },
    });
  });

  it('are empty lists and maps where there may be many', () => {
    const { groups, freezes, exemptions, routes, silences, channels, owners, prices } = policy;
    expect({ groups, freezes, exemptions, routes, silences, channels }).toEqual({
      groups: {},
      freezes: [],
      exemptions: [],
      routes: [],
      silences: [],
      channels: {},
    });
    expect(owners).toEqual({ labels: [], lookups: {}, principals: [], domains: [], projects: [], teams: {} });
    expect(prices).toEqual({ onDemandPerTiB: {}, slotHour: {}, reservations: {} });
  });

  it('make a rule observe every job, ignore what is unknown, and stay behind the breaker', () => {
    expect(policy.rules).toEqual([
      {
        name: 'long-queries',
        match: [],
        limit: { how: 'any', of: { runTime: 1_800_000 } },
        action: 'warn',
        mode: 'observe',
        ifUnknown: 'ignore',
        pastBreaker: false,
        overrides: [],
      },
    ]);
  });
});

describe('a rule', () => {
  const cancels = (...lines: readonly string[]) =>
    goodPolicy(small(...lines.map((line) => `    ${line}`)).replace('action: warn', 'action: cancel')).rules[0];

  it('is on trial until it says enforce, whatever it does', () => {
    expect(cancels('grace: none')?.mode).toBe('observe');
    expect(cancels('grace: none', 'mode: observe')?.mode).toBe('observe');
    expect(cancels('grace: none', 'mode: enforce')?.mode).toBe('enforce');
  });

  it('gives the grace that it says', () => {
    expect(cancels('grace: none')?.graceMs).toBe(0);
    expect(cancels('grace: 10m')?.graceMs).toBe(600_000);
    expect(firstRule('mode: enforce')).not.toHaveProperty('graceMs');
  });

  it('lets a job run when its owner cannot be told, unless it says otherwise', () => {
    const rule = cancels('grace: 10m', 'ifUndelivered: { wait: 30m }');
    expect(rule?.ifUndelivered).toEqual({ waitMs: 1_800_000, then: 'letRun' });
    const strict = cancels('grace: 10m', 'ifUndelivered: { wait: 30m, then: cancel }');
    expect(strict?.ifUndelivered).toEqual({ waitMs: 1_800_000, then: 'cancel' });
  });

  it('tells of a series of cancels, unless it says otherwise', () => {
    const rule = cancels('grace: none', 'retries: { after: 1, within: 24h }');
    expect(rule?.retries).toEqual({ after: 1, withinMs: 86_400_000, then: 'tell' });
    const mild = cancels('grace: none', 'retries: { after: 3, within: 1h, then: letRun }');
    expect(mild?.retries).toEqual({ after: 3, withinMs: 3_600_000, then: 'letRun' });
  });

  it('stays behind the breaker, unless it says otherwise', () => {
    expect(cancels('grace: none')?.pastBreaker).toBe(false);
    expect(cancels('grace: none', 'pastBreaker: true')?.pastBreaker).toBe(true);
  });

  it('keeps the names of the rules that it sets aside', () => {
    const other = '  - { name: nightly, limit: { runTime: 6h }, action: record, overrides: [long-queries] }';
    expect(goodPolicy(small(other)).rules.map(({ overrides }) => overrides)).toEqual([[], ['long-queries']]);
  });

  it.each([
    ['{ days: [mon, wed] }', { days: ['mon', 'wed'], fromMinute: 0, toMinute: 1440 }],
    ['{ days: [wed, mon-tue] }', { days: ['mon', 'tue', 'wed'], fromMinute: 0, toMinute: 1440 }],
    [
      '{ hours: "22:30-06:15" }',
      { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], fromMinute: 1350, toMinute: 375 },
    ],
    ['{ days: sat, hours: "08:00-18:00" }', { days: ['sat'], fromMinute: 480, toMinute: 1080 }],
  ])('acts in the hours %s only', (written, expected) => {
    expect(firstRule(`active: ${written}`)?.active).toEqual(expected);
  });
});

describe('what keeps a job from being cancelled', () => {
  it('is the mode of the policy, until it says enforce', () => {
    expect(goodPolicy(small()).mode).toBe('observe');
    expect(goodPolicy(small('mode: observe')).mode).toBe('observe');
    expect(goodPolicy(small('mode: enforce')).mode).toBe('enforce');
  });

  it('is kept as it was written', () => {
    const policy = goodPolicy(
      small(
        'timezone: Europe/Berlin',
        'protect: { principals: ["dwh@*", "!dwh@lab"], upTo: { costSoFar: 2000 USD } }',
        'optOut: { label: jobwarden=keep, allowedFor: "*@example.com", upTo: { runTime: 4h } }',
        'exemptions:',
        '  - { match: { project: a }, reason: trial, approvedBy: sam@example.com, expires: 2027-01-31 }',
        '  - { match: { project: b }, rules: [long-queries], reason: trial, approvedBy: sam@example.com, expires: 2027-02-28, afterExpiry: cancel }',
        'freezes:',
        '  - { name: close, days: { monthEnd: [-2, 5] }, reason: close }',
        '  - { name: holidays, match: { project: c }, from: 2026-12-24, to: 2027-01-02, reason: holidays }',
        'breaker: { maxCancels: 3, maxShare: 5%, minJobs: 2 }',
        'budget: { perSweep: 1, perOwnerPerHour: 2, perHour: 3, pastBreaker: 1 }',
      ),
    );
    const base = { reason: 'trial', approvedBy: 'sam@example.com' };
    expect(policy.timezone).toBe('Europe/Berlin');
    expect(policy.protect).toEqual({
      principals: ['dwh@*', '!dwh@lab'],
      upTo: { how: 'any', of: { costSoFar: 2000 } },
    });
    expect(policy.optOut).toEqual({
      label: { key: 'jobwarden', value: 'keep' },
      allowedFor: ['*@example.com'],
      upTo: { how: 'any', of: { runTime: 14_400_000 } },
    });
    expect(policy.exemptions).toEqual([
      { ...base, match: [{ project: ['a'], unless: [] }], expires: '2027-01-31', afterExpiry: 'warn' },
      {
        ...base,
        match: [{ project: ['b'], unless: [] }],
        rules: ['long-queries'],
        expires: '2027-02-28',
        afterExpiry: 'cancel',
      },
    ]);
    expect(policy.freezes).toEqual([
      { name: 'close', match: [], reason: 'close', when: { how: 'monthEnd', firstDay: -2, lastDay: 5 } },
      {
        name: 'holidays',
        match: [{ project: ['c'], unless: [] }],
        reason: 'holidays',
        when: { how: 'dates', from: '2026-12-24', to: '2027-01-02' },
      },
    ]);
    expect(policy.breaker).toEqual({ maxCancels: 3, maxShare: 0.05, minJobs: 2 });
    expect(policy.budget).toEqual({ perSweep: 1, perOwnerPerHour: 2, perHour: 3, pastBreaker: 1 });
  });

  it('is the softer mode of a target and of its new projects', () => {
    const targets = [
      '{ engine: bigquery, projects: [a], mode: observe }',
      '{ engine: bigquery, folder: "12", newProjects: observe, exclude: [b, c] }',
      '{ engine: data-fusion, project: d, locations: [eu], mode: observe }',
    ];
    const policy = goodPolicy(small().replace(/targets: .*/, `targets: [${targets.join(', ')}]`));
    expect(policy.targets).toEqual([
      { engine: 'bigquery', projects: ['a'], exclude: [], mode: 'observe' },
      { engine: 'bigquery', folder: '12', newProjects: 'observe', exclude: ['b', 'c'] },
      { engine: 'data-fusion', project: 'd', locations: ['eu'], kinds: ['pipeline'], verbs: [], mode: 'observe' },
    ]);
  });
});

describe('routes', () => {
  it('end with the first that matches, unless they go on', () => {
    const { routes } = goodPolicy(
      small('routes: [{ match: { rule: "!long-*" }, to: [owner], continue: true }, { to: [operators] }]'),
    );
    expect(routes).toMatchObject([{ continue: true }, { continue: false, match: [], to: [{ who: 'operators' }] }]);
  });

  it.each(['"!long-queries"', 'long-*', '"/long-.*/"', '["!long-queries", long-queries]'])(
    'may be about the rule %s',
    (rule) => {
      expect(
        goodPolicy(small(`routes: [{ match: { rule: ${rule} }, to: [owner] }, { to: [owner] }]`)).routes,
      ).toHaveLength(2);
    },
  );

  it('lead to a channel of Slack by its name or its id', () => {
    const { routes } = goodPolicy(
      small('channels: { slack: { tokenFrom: SLACK_BOT_TOKEN } }', 'routes: [{ to: ["slack:#data", slack:C0123456] }]'),
    );
    expect(routes[0]?.to).toEqual([
      { who: 'contact', contact: { slack: '#data' } },
      { who: 'contact', contact: { slack: 'C0123456' } },
    ]);
  });
});

describe('names and counts', () => {
  const named = (name: string) => small().replace('long-queries', name);

  it('have 63 characters and a million at most', () => {
    expect(goodPolicy(named('a'.repeat(63))).rules[0]?.name).toHaveLength(63);
    expect(() => goodPolicy(named('a'.repeat(64)))).toThrow(/bad-name/);
    expect(goodPolicy(small('breaker: { maxCancels: 1000000 }')).breaker.maxCancels).toBe(1_000_000);
    expect(() => goodPolicy(small('breaker: { maxCancels: 1000001 }'))).toThrow(/at most 1000000/);
  });

  it('have 2,000 characters at most where they are a text', () => {
    const described = (length: number) => small(`    description: ${'a'.repeat(length)}`);
    expect(goodPolicy(described(2000)).rules[0]?.description).toHaveLength(2000);
    expect(() => goodPolicy(described(2001))).toThrow(/too-many/);
  });

  it('propose 25% where 0.25 is written', () => {
    expect(() => goodPolicy(small('breaker: { maxShare: 0.25 }'))).toThrow(/Write 25%\./);
    expect(() => goodPolicy(small('breaker: { maxShare: 25 }'))).toThrow(/Write 25%\./);
  });
});

describe('zero', () => {
  it('means none and is never taken for absent', () => {
    expect(goodPolicy(textOf('test/fixtures/policies/good-zeros.yaml'))).toMatchObject({
      rules: [{ graceMs: 0, limit: { of: { runTime: 0 } } }],
      breaker: { maxCancels: 0, maxShare: 0, minJobs: 0 },
      budget: { perSweep: 0, perOwnerPerHour: 0, perHour: 0, pastBreaker: 0 },
      optOut: { perOwnerPerDay: 0, upTo: { of: { runTime: 0 } } },
    });
  });
});

describe('match', () => {
  it('is a list of blocks, with every value as a list of what was written', () => {
    const rule = firstRule(
      'match: { project: "analytics-*", principal: ["*@a", "!x@a"], labels: { env: "!prod", team: [present, "!ops"] } }',
    );
    expect(rule?.match).toEqual([
      {
        project: ['analytics-*'],
        principal: ['*@a', '!x@a'],
        labels: { env: ['!prod'], team: ['present', '!ops'] },
        unless: [],
      },
    ]);
  });

  it('takes patterns where there is a choice of words, as long as each plain word is one of them', () => {
    const rule = firstRule(
      'match: { engine: ["big*", "!dli"], priority: "/batch|interactive/", principalKind: ["!person", "!/ext.*/"] }',
    );
    expect(rule?.match).toEqual([
      {
        engine: ['big*', '!dli'],
        priority: ['/batch|interactive/'],
        principalKind: ['!person', '!/ext.*/'],
        unless: [],
      },
    ]);
    expect(() => firstRule('match: { principalKind: "!persons" }')).toThrow(/unknown-value/);
    expect(goodPolicy(small('    match: { engine: "!@mine" }', 'groups: { mine: [dli] }')).rules[0]?.match).toEqual([
      { engine: ['!@mine'], unless: [] },
    ]);
  });

  it.each([
    'engine: bigquery',
    'project: a',
    'location: EU',
    'principal: "!SAM@example.com"',
    'principalKind: person',
    'jobType: "!load"',
    'statementType: [SELECT, "!MERGE"]',
    'priority: "!/bat.*/"',
    'client: "!dbt"',
    'jobId: "!@ids"',
    'reservation: admin:EU.prod',
    'billing: on-demand',
    'continuous: false',
    'labels: { env: "!prod" }',
  ])('keeps %s as it was written, in a block and in unless', (written) => {
    const groups = 'groups: { ids: [job-1] }';
    const { rules } = goodPolicy(small(`    match: { jobId: x, unless: { ${written} } }`, groups));
    const [key = '', unless = ''] = /^(\w+): (.*)$/.exec(written)?.slice(1) ?? [];
    const expected: unknown = key === 'labels' ? { env: ['!prod'] } : key === 'continuous' ? false : listOf(unless);
    expect(rules[0]?.match).toEqual([{ jobId: ['x'], unless: [{ [key]: expected }] }]);
    const block = goodPolicy(small(`    match: { ${written} }`, groups)).rules[0]?.match;
    expect(block).toEqual([{ [key]: expected, unless: [] }]);
  });

  it('looks labels up in what was written only', () => {
    const labels = firstRule('match: { labels: { env: prod } }')?.match[0]?.labels;
    expect(labels?.['constructor']).toBeUndefined();
  });

  it('takes 1,000 entries for one key, and no more', () => {
    const list = (count: number) => small(`    match: { project: [${'a, '.repeat(count)}] }`);
    expect(goodPolicy(list(1000)).rules[0]?.match[0]?.project).toHaveLength(1000);
    expect(() => goodPolicy(list(1001))).toThrow(/too-many/);
  });

  it('keeps several blocks, and several of unless, apart', () => {
    const rule = firstRule(
      'match:',
      '  - { project: a, unless: [{ client: dbt }, { priority: batch }] }',
      '  - { billing: reserved, unless: { jobId: x } }',
    );
    expect(rule?.match).toEqual([
      { project: ['a'], unless: [{ client: ['dbt'] }, { priority: ['batch'] }] },
      { billing: ['reserved'], unless: [{ jobId: ['x'] }] },
    ]);
  });
});

describe('numbers', () => {
  it('come out in ms, bytes, slot hours and USD', () => {
    const text = small().replace(
      '{ runTime: 30m }',
      '{ runTime: 1h30m, queueTime: 90s, bytesProcessed: 500 GB, bytesEstimated: 5 TiB, slotHours: 2.5, costSoFar: 50 USD, costEstimated: 0.5 USD }',
    );
    expect(goodPolicy(text).rules[0]?.limit).toEqual({
      how: 'any',
      of: {
        runTime: 5_400_000,
        queueTime: 90_000,
        bytesProcessed: 500e9,
        bytesEstimated: 5 * 1024 ** 4,
        slotHours: 2.5,
        costSoFar: 50,
        costEstimated: 0.5,
      },
    });
  });

  it('must all be passed where they stand in all', () => {
    const text = small().replace('{ runTime: 30m }', '{ all: { runTime: 30m, slotHours: 2 } }');
    expect(goodPolicy(text).rules[0]?.limit).toEqual({ how: 'all', of: { runTime: 1_800_000, slotHours: 2 } });
  });
});

describe('the example policy', () => {
  const policy = goodPolicy(textOf('infra/policies/example.yaml'));

  it('uses every key of the language but the ones that date it', () => {
    const schema = policyJsonSchema();
    const text = textOf('infra/policies/example.yaml');
    const unused = Object.keys(schema.properties ?? {}).filter((key) => !new RegExp(`^${key}:`, 'm').test(text));
    expect(unused).toEqual([]);
    const ofRules = Object.keys(schema.definitions?.['Rule']?.properties ?? {}).filter(
      (key) => !new RegExp(`^  [ -] ${key}:`, 'm').test(text),
    );
    expect(ofRules).toEqual([]);
  });

  it('comes out as data that says how each thing was meant', () => {
    expect(policy.rules.map(({ graceMs }) => graceMs)).toEqual([900_000, 0, 0, undefined, undefined, undefined]);
    expect(policy.rules[0]?.ifUndelivered).toEqual({ waitMs: 3_600_000, then: 'letRun' });
    expect(policy.rules[2]?.retries).toEqual({ after: 5, withinMs: 21_600_000, then: 'tell' });
    expect(policy.rules[4]?.active).toEqual({
      days: ['mon', 'tue', 'wed', 'thu', 'fri'],
      fromMinute: 450,
      toMinute: 1020,
    });
    expect(policy.freezes.map(({ when }) => when)).toEqual([
      { how: 'monthEnd', firstDay: -3, lastDay: 4 },
      { how: 'dates', from: '2026-12-17', to: '2026-12-24' },
    ]);
    expect(policy.optOut?.label).toEqual({ key: 'jobwarden', value: 'please-keep' });
    expect(policy.owners.principals).toEqual([
      { pattern: '@nightly-loads', team: 'warehouse' },
      { pattern: '/dbt(-[a-z]+)?@shop-prod.*/', team: 'modelling' },
    ]);
    expect(policy.routes[1]?.to).toEqual([
      { who: 'owner' },
      { who: 'contact', contact: { email: 'controller@example.com' } },
      { who: 'contact', contact: { slack: '#finance-data' } },
    ]);
    expect(policy.routes[0]).toMatchObject({
      to: [{ who: 'operators' }, { who: 'channel', channel: 'pagerduty' }],
      continue: true,
    });
    expect(policy.prices.slotHour['EU']?.['enterprise']).toBe(0.06);
    expect(policy.targets[1]).toEqual({
      engine: 'bigquery',
      folder: '440011223344',
      exclude: ['shop-ledger'],
      newProjects: 'observe',
      mode: 'observe',
    });
  });
});

describe('days', () => {
  it.each([
    ['mon', ['mon']],
    ['mon-wed', ['mon', 'tue', 'wed']],
    ['sat-mon', ['mon', 'sat', 'sun']],
    ['sun-sat', ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']],
    ['mon-tue-wed', undefined],
    ['mon-fre', undefined],
    ['fre-mon', undefined],
    ['monday', undefined],
    ['Mon', undefined],
    ['', undefined],
    ['-', undefined],
  ])('%j are %j', (written, days) => expect(parseDays(written)).toEqual(days));
});

describe('hours', () => {
  it.each([
    ['08:00-18:00', { fromMinute: 480, toMinute: 1080 }],
    ['22:00-06:00', { fromMinute: 1320, toMinute: 360 }],
    ['00:00-24:00', { fromMinute: 0, toMinute: 1440 }],
    ['24:00-06:00', undefined],
    ['08:00-24:01', undefined],
    ['08:60-18:00', undefined],
    ['8:00-18:00', undefined],
    ['08:00 - 18:00', undefined],
    ['08:00-08:00', undefined],
  ])('%j are %j', (written, hours) => expect(parseHours(written)).toEqual(hours));
});

describe('dates', () => {
  it.each([
    ['2024-02-29', true],
    ['2000-02-29', true],
    ['2100-02-29', false],
    ['2027-04-31', false],
    ['2027-13-01', false],
    ['2027-00-10', false],
    ['2027-01-00', false],
    ['27-01-01', false],
  ])('%s exists: %s', (day, exists) => {
    const text = small(`freezes: [{ name: a, from: ${day}, to: 9999-12-31, reason: b }]`);
    const isGood = () => goodPolicy(text).freezes.length === 1;
    if (exists) expect(isGood()).toBe(true);
    else expect(isGood).toThrow(/bad-date/);
  });
});

describe('every key', () => {
  function undescribed(schema: JsonSchema, path: string): string[] {
    const { properties = {}, definitions = {}, additionalProperties, items, anyOf = [], oneOf = [] } = schema;
    const own = Object.entries(properties).flatMap(([key, field]) => [
      ...(field.description === undefined ? [`${path}.${key}`] : []),
      ...undescribed(field, `${path}.${key}`),
    ]);
    const inner = [
      ...anyOf,
      ...oneOf,
      ...(items === undefined ? [] : [items].flat()),
      ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ];
    const named = Object.entries(definitions).flatMap(([name, definition]) => [
      ...(definition.description === undefined ? [name] : []),
      ...undescribed(definition, name),
    ]);
    return [...own, ...named, ...inner.flatMap((part) => undescribed(part, path))];
  }

  it('has a description, and so has every kind of value', () => {
    expect(undescribed(policyJsonSchema(), '')).toEqual([]);
  });
});
