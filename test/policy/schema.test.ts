/* oxlint-disable unicorn/no-thenable -- `then` is a word of the policy language; it never holds a function. */
import { describe, expect, it } from 'vitest';
import { parseDays, parseHours } from '../../shared/policy/calendar.ts';
import { policyJsonSchema, type JsonSchema } from '../../shared/policy/json-schema.ts';
import { goodPolicy, small, textOf } from './read.ts';

const firstRule = (...lines: readonly string[]) => goodPolicy(small(...lines.map((line) => `    ${line}`))).rules[0];

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
      'match: { engine: ["big*", "!dli"], priority: "/batch|interactive/", principalKind: "!person" }',
    );
    expect(rule?.match).toEqual([
      { engine: ['big*', '!dli'], priority: ['/batch|interactive/'], principalKind: ['!person'], unless: [] },
    ]);
    expect(() => firstRule('match: { principalKind: "!persons" }')).toThrow(/unknown-value/);
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
