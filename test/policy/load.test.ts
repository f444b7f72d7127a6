import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codeGroups } from '../../shared/policy/codes.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { readYaml } from '../../shared/policy/yaml.ts';
import { badPolicies } from './bad-policies.ts';
import { goodPolicy, load, now, small, textOf } from './read.ts';

const folder = 'test/fixtures/policies';
const files = readdirSync(new URL(`../../${folder}`, import.meta.url));
const good = files.filter((file) => file.startsWith('good-')).map((file) => `${folder}/${file}`);

describe('a bad policy', () => {
  it.each(badPolicies)('$file is refused as $code in line $line', (bad) => {
    const { policy, problems = [] } = load(textOf(`${folder}/${bad.file}`));
    expect(policy).toBeUndefined();
    const [first] = problems;
    expect(first).toMatchObject({ code: bad.code, line: bad.line, severity: 'error', file: 'policy.yaml' });
    expect(first?.says).toContain(bad.says);
    expect(first?.try).toContain(bad.try);
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set([bad.code]));
  });

  it('has a row in the table, whichever file it is in', () => {
    const listed = badPolicies.map(({ file }) => file);
    expect(files.filter((file) => file.startsWith('bad-')).toSorted()).toEqual(listed.toSorted());
    expect(listed.length).toBeGreaterThanOrEqual(60);
  });

  it('stands for every code that a file can have, but the few that have a test of their own', () => {
    const elsewhere = ['too-big', 'too-many', 'too-many-problems', 'policy-unreadable', 'nobody-told'];
    const codes = Object.values(codeGroups).flatMap((group) => Object.keys(group));
    const covered = new Set([...badPolicies.map(({ code }) => code), ...elsewhere]);
    expect(codes.filter((code) => !covered.has(code))).toEqual([]);
    expect([...covered].filter((code) => !codes.includes(code))).toEqual([]);
  });
});

describe('a sign that is not quoted', () => {
  it('is quoted once where a part of the word is quoted already', () => {
    const { problems = [] } = load(small('    match: { labels: { env: !"prod" } }'));
    expect(problems[0]?.code).toBe('quote-it');
    expect(problems[0]?.says).toMatch(/^!prod is not quoted/);
    expect(problems[0]?.try).toMatch(/^Put it in quotes: "!prod"\./);
  });
});

describe('characters', () => {
  it.each([
    ['a line separator', '\u2028', 'invisible-character', 'U+2028'],
    ['a paragraph separator', '\u2029', 'invisible-character', 'U+2029'],
    ['half a character', '\uD800', 'not-utf8', 'not valid UTF-8'],
    ['the other half', '\uDC00', 'not-utf8', 'not valid UTF-8'],
  ])('that do not belong into a text are named: %s', (_what, character, code, says) => {
    const { problems = [] } = load(small(`    description: "a${character}b"`));
    expect(problems).toMatchObject([{ code, line: 8, says: expect.stringContaining(says) }]);
  });
});

describe('a directive', () => {
  it('is all that is said, because what follows may mean something else by it', () => {
    const { problems = [] } = load(`%YAML 1.1\n---\n${small('mode: yes')}`);
    expect(problems.map(({ code }) => code)).toEqual(['directive']);
  });
});

describe('a good policy', () => {
  const examples = [
    'infra/policies/example.yaml',
    'infra/local/policies/demo.yaml',
    'infra/local/policies/four-engines.yaml',
  ];

  it.each([...good, ...examples])('%s loads', (path) => {
    const { policy, problems } = load(textOf(path));
    expect(problems).toBeUndefined();
    expect(policy?.version).toBe(1);
  });

  const contract = new URL('../../../shared/policy.example.yaml', import.meta.url);
  const isThere = existsSync(contract);
  it.runIf(process.env['CI'] === 'true')('is there to be held against in CI', () => expect(isThere).toBe(true));
  it.skipIf(!isThere)(
    `is what the language was designed after${isThere ? '' : ' (skipped: ../shared is not here)'}`,
    () => {
      const { policy, problems } = load(textOf('../shared/policy.example.yaml'));
      expect(problems).toBeUndefined();
      expect(policy?.rules).toHaveLength(6);
    },
  );

  it('may have Windows line ends without moving a problem to another line', () => {
    const broken = textOf(`${folder}/good-windows-line-ends.yaml`).replace('30m', '30');
    expect(load(broken).problems).toMatchObject([{ code: 'no-unit', line: 7, column: 23, text: '30' }]);
  });
});

describe('problems', () => {
  it('come all at once, in the order of the lines, whatever kind they are', () => {
    const text = small(
      '    match: { principal: @finance, env: !prod }',
      '    mode: enforced',
      '  - name: long-queries',
      '    limit: { runTime: 30 }',
      '    action: cancel',
      '    overrides: [nobody]',
      'breaker: { maxShare: 0.25 }',
      'owners: { principals: { "x@*": ghosts } }',
      'channels: { slack: { tokenFrom: xoxb-0000-synthetic } }',
      'mode: enforce',
      'mode: observe',
    );
    const found = (load(text).problems ?? []).map(({ line, code }) => `${line} ${code}`);
    expect(found).toEqual(
      [
        '8 quote-it',
        '8 unknown-group',
        '8 unknown-key',
        '8 quote-it',
        '9 unknown-value',
        '10 duplicate-name',
        '11 no-unit',
        '12 no-grace',
        '13 unknown-rule',
        '14 no-unit',
        '15 unknown-team',
        '16 secret-in-policy',
        '18 duplicate-key',
      ].filter((row) => row !== '8 unknown-group'),
    );
  });

  it('are told apart where several stand in the same place, and told once where they are the same', () => {
    const text = small().replace('    limit: { runTime: 30m }\n    action: warn\n', '');
    expect(load(text).problems?.map(({ line, says }) => `${line} ${says}`)).toEqual([
      '5 limit is missing.',
      '5 action is missing.',
    ]);
    const noise = (load(`!x[[[[---\n${small()}`).problems ?? []).map((problem) => JSON.stringify(problem));
    expect(new Set(noise).size).toBe(noise.length);
  });

  it('are not hidden by what is wrong with the YAML in the same place', () => {
    const text = small().replace(
      '  - name: long-queries\n    limit: { runTime: 30m }',
      '  - <<: x\n    name: long-queries',
    );
    expect(load(text).problems?.map(({ line, code }) => `${line} ${code}`)).toEqual(['5 merge-key', '5 missing-key']);
  });

  it.each([
    ['breaker: { perHour: 5 }', 'Did you mean budget.perHour?'],
    ['rule: []', 'Did you mean rules?'],
    ['maxCancels: 5', 'Did you mean breaker.maxCancels?'],
    ['silence: []', 'Did you mean silences?'],
    ['    lables: { team: absent }', 'Did you mean match.labels?'],
    ['    until: 2027-01-31', 'Did you mean silences[].until?'],
    ['owners: { fallback: { slak: "#a" } }', 'Did you mean slack?'],
    ['optOut: { label: a=b, allowedFor: a, upTo: { runtime: 4h } }', 'Did you mean runTime?'],
    ['    match: { bytesProcessed: 5 TB }', 'Did you mean rules[].limit.bytesProcessed?'],
  ])('know where the key of %s is at home', (line, tryThis) => {
    expect(load(small(line)).problems).toMatchObject([{ code: 'unknown-key', try: tryThis }]);
  });

  it('stand at the key where a key is wrong', () => {
    const text = small('owners: { principals: { "@ghosts": data }, teams: { data: { slack: "#data" } } }');
    expect(load(text).problems).toMatchObject([{ code: 'unknown-group', column: 25, text: '"@ghosts"' }]);
  });

  it('never repeat a secret, in any of their words', () => {
    const secret = 'xoxb-0000-synthetic-token';
    const text = small(`channels: { slack: { tokenFrom: ${secret} } }`, `groups: { "${secret}": [a] }`, `${secret}: 1`);
    const { problems = [] } = load(text);
    expect(problems.length).toBeGreaterThanOrEqual(3);
    expect(JSON.stringify(problems)).not.toContain('synthetic-token');
  });

  it('are cut off where there are hundreds, and say so', () => {
    const { problems = [] } = load(small(...Array.from({ length: 500 }, (_, index) => `key${index}: 1`)));
    expect(problems).toHaveLength(201);
    expect(problems.at(-1)).toMatchObject({
      code: 'too-many-problems',
      file: 'policy.yaml',
      says: 'There are more problems than these 200.',
    });
  });

  it('name the whole file when it is larger than 256 KiB, without reading it', () => {
    const { problems } = load(small(`# ${'ä'.repeat(130 * 1024)}`));
    expect(problems).toMatchObject([{ code: 'too-big', line: 1, where: 'policy' }]);
    expect(load(small(`# ${'a'.repeat(250 * 1024)}`)).problems).toBeUndefined();
  });

  it('name a list of more than 500 rules', () => {
    const rules = Array.from(
      { length: 501 },
      (_, index) => `  - { name: r${index}, limit: { runTime: 1h }, action: record }`,
    );
    const head = 'version: 1\noperators: { slack: "#a" }\ntargets: [{ engine: bigquery, projects: [a] }]\nrules:\n';
    expect(load(head + rules.join('\n')).problems).toMatchObject([{ code: 'too-many', line: 5, where: 'rules' }]);
    expect(goodPolicy(head + rules.slice(1).join('\n')).rules).toHaveLength(500);
  });

  it('name what is nested more than 32 levels deep', () => {
    const maps = (depth: number) =>
      `${Array.from({ length: depth }, (_, index) => `${' '.repeat(index)}a:`).join('\n')} b`;
    for (const nested of [maps, (depth: number) => `${'- '.repeat(depth)}a`]) {
      expect(load(nested(32)).problems?.map(({ code }) => code)).not.toContain('too-deep');
      expect(load(nested(33)).problems).toMatchObject([{ code: 'too-deep' }]);
    }
  });

  it('mark the key of a value that was forgotten', () => {
    expect(load(small('    match:')).problems).toMatchObject([{ code: 'no-value', line: 8, column: 5, text: 'match' }]);
  });

  it('name a list of more than 500 targets', () => {
    const list = (count: number) =>
      small().replace(
        /targets: .*/,
        `targets: [${Array.from({ length: count }, (_, index) => `{ engine: yandex-data-proc, folder: f${index} }`).join(', ')}]`,
      );
    expect(load(list(501)).problems).toMatchObject([{ code: 'too-many', where: 'targets' }]);
    expect(goodPolicy(list(500)).targets).toHaveLength(500);
  });

  it('mark the end of a freeze that ends before it begins', () => {
    const text = small('freezes: [{ name: a, from: 2027-01-02, to: 2026-12-24, reason: b }]');
    expect(load(text).problems).toMatchObject([{ code: 'backwards', where: 'freezes[0].to', text: '2026-12-24' }]);
  });

  it('name a policy of more than 500 expressions, before any of them is compiled', () => {
    const list = (count: number) =>
      small(`    match: { project: [${Array.from({ length: count }, (_, index) => `"/a{${index}}/"`).join(', ')}] }`);
    expect(load(list(501)).problems).toMatchObject([{ code: 'too-many', where: 'policy' }]);
    expect(load(list(500)).problems).toBeUndefined();
    const owners = Array.from({ length: 501 }, (_, index) => `"/a{${index}}/": data`).join(', ');
    const text = small(`owners: { principals: { ${owners} }, teams: { data: { slack: "#data" } } }`);
    expect(load(text).problems).toMatchObject([{ code: 'too-many', where: 'policy' }]);
  });

  it('leave out the file where it has no name', () => {
    const { problems = [] } = loadPolicy('', { now });
    expect(problems).toEqual([expect.not.objectContaining({ file: expect.anything() })]);
  });

  it('hold a silence to 30 days from the day on which it is loaded', () => {
    const text = small('silences: [{ match: { rule: long-queries }, reason: a, author: b, until: 2026-12-30 }]');
    expect(loadPolicy(text, { now: Date.parse('2026-11-30T00:00:00Z') }).problems).toBeUndefined();
    expect(loadPolicy(text, { now: Date.parse('2026-11-29T23:59:00Z') }).problems).toMatchObject([
      { code: 'silence-too-long' },
    ]);
  });
});

describe('notes', () => {
  it('take the folder of Yandex Cloud for no discovery', () => {
    const text = small().replace(/targets: .*/, 'targets: [{ engine: yandex-data-proc, folder: b1gexample }]');
    expect(load(text).notes?.filter(({ where }) => where.endsWith('.folder'))).toEqual([]);
  });

  it('say nothing about what is left to its default or is in force', () => {
    expect(load(small('budget: { perSweep: 3 }', 'notices: { showQuery: never }')).notes).toEqual([]);
  });

  it('warn when nobody would be told, and load the policy', () => {
    const text = small().replace('operators: { slack: "#data-cost" }\n', '');
    expect(load(text)).toMatchObject({ policy: { version: 1 }, notes: [{ code: 'nobody-told', severity: 'warning' }] });
  });
});

describe('prototypes', () => {
  it('are out of reach: what every object has is no team, group or label of a policy', () => {
    const text = small(
      'owners: { teams: { data: { slack: "#data" } } }',
      'groups: { etl: [a] }',
      'prices: { slotHour: { EU: { enterprise: 0.06 USD } } }',
    );
    const policy = goodPolicy(text);
    for (const word of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
      expect(policy.owners.teams[word]).toBeUndefined();
      expect(policy.groups[word]).toBeUndefined();
      expect(policy.owners.lookups[word]).toBeUndefined();
      expect(policy.prices.onDemandPerTiB[word]).toBeUndefined();
      expect(policy.prices.slotHour[word]).toBeUndefined();
      expect(policy.prices.slotHour['EU']?.[word]).toBeUndefined();
    }
    expect(Object.keys(policy.owners.teams)).toEqual(['data']);
  });

  it('stay out of the data that YAML is read into', () => {
    const { data } = readYaml('a: { __proto__: { b: 1 }, constructor: 1, prototype: 1, c: 2 }');
    expect(Reflect.ownKeys(Object(Reflect.get(Object(data), 'a')))).toEqual(['c']);
    expect(Reflect.get(Object(data), 'toString')).toBeUndefined();
  });

  it('are not changed by a file that tries', () => {
    load(small('__proto__: { polluted: true }', 'constructor: { prototype: { polluted: true } }'));
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
