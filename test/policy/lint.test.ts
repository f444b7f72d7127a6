import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { severities } from '../../shared/audit/event.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { codeGroups } from '../../shared/policy/codes.ts';
import { checkPolicy, type Checked } from '../../shared/policy/lint.ts';
import { lintCodeNames, lintCodes, lintEntry } from '../../shared/policy/lint/codes.ts';
import { lintCases } from './lint-cases.ts';
import { now, small, textOf } from './read.ts';

const folder = 'test/fixtures/lint';
const files = readdirSync(new URL(`../../${folder}`, import.meta.url));
const good = files.filter((file) => file.startsWith('good-'));

const check = (text: string): Checked =>
  checkPolicy(text, { file: 'policy.yaml', now, events: Object.keys(severities) });
const senses = (text: string): readonly Problem[] => check(text).problems;

describe('a policy that makes no sense', () => {
  it.each(lintCases)('$file is $code in line $line', (expected) => {
    const { policy } = check(textOf(`${folder}/${expected.file}`));
    expect(policy, 'it loads all the same').toBeDefined();
    const [first, ...rest] = senses(textOf(`${folder}/${expected.file}`));
    expect(rest, 'nothing else is found').toEqual([]);
    const severity = lintEntry(expected.code)?.severity;
    expect(first).toMatchObject({ code: expected.code, line: expected.line, severity, file: 'policy.yaml' });
    expect(first?.says).toContain(expected.says);
    expect(first?.try).toContain(expected.try);
    expect(first?.text, 'the offending text is marked').not.toBe('');
  });

  it('has a row in the table, whichever file it is in', () => {
    const listed = lintCases.map(({ file }) => file);
    expect(files.filter((file) => file.startsWith('bad-')).toSorted()).toEqual(listed.toSorted());
  });

  it('stands for every code that the lint has', () => {
    const covered = new Set(lintCases.map(({ code }) => code));
    expect(lintCodeNames().filter((code) => !covered.has(code))).toEqual([]);
    expect([...covered].filter((code) => !lintCodeNames().includes(code))).toEqual([]);
  });
});

describe('a policy that makes sense', () => {
  it.each(good)('%s is left alone', (file) => {
    expect(check(textOf(`${folder}/${file}`)).policy).toBeDefined();
    expect(senses(textOf(`${folder}/${file}`))).toEqual([]);
  });

  it('stands for every code that the lint has', () => {
    expect(good.toSorted()).toEqual(
      lintCodeNames()
        .map((code) => `good-${code}.yaml`)
        .toSorted(),
    );
  });
});

describe('the place of a finding', () => {
  it('is named as the file has it, whether one value stands there or a list', () => {
    const one = senses(small('    match: { client: dbtt }'));
    const list = senses(small('    match: [{ client: [dbt, dbtt] }]'));
    expect(one.map(({ where, text }) => [where, text])).toEqual([['rules[0].match.client', 'dbtt']]);
    expect(list.map(({ where, text }) => [where, text])).toEqual([['rules[0].match[0].client[1]', 'dbtt']]);
  });

  it('comes in the order of the lines, with the notes of the loader', () => {
    const text = small('    match: { client: dbtt }', 'budget: { perSweep: 500 }', 'groups: { idle: [a] }');
    const { problems } = check(text.replace(/^operators: .*\n/m, ''));
    const lines = problems.map(({ line }) => line ?? 0);
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(new Set(problems.map(({ code }) => code))).toContain('nobody-told');
  });

  it('has no file where none is named', () => {
    const { problems } = checkPolicy(small('    match: { client: dbtt }'), { now });
    expect(problems).toEqual([expect.not.objectContaining({ file: expect.anything() })]);
  });
});

describe('a policy that does not load', () => {
  it('is told its errors alone', () => {
    const { policy, problems } = check(small('    match: { client: dbtt }', '    mode: enforced'));
    expect(policy).toBeUndefined();
    expect(problems.map(({ code }) => code)).toEqual(['unknown-value']);
  });
});

describe('a day', () => {
  it('ends when it ends in the time zone of the policy', () => {
    const exemption = 'exemptions: [{ match: { client: dbt }, reason: a, approvedBy: b, expires: 2026-11-30 }]';
    const codes = (timezone: string, at: string) =>
      checkPolicy(small(`timezone: ${timezone}`, exemption), { now: Date.parse(at) }).problems.map(({ code }) => code);
    expect(codes('UTC', '2026-11-30T23:59:00Z')).toEqual(['expires-soon']);
    expect(codes('UTC', '2026-12-01T00:00:00Z')).toEqual(['expired']);
    expect(codes('Asia/Tokyo', '2026-11-30T15:00:00Z')).toEqual(['expired']);
    expect(codes('America/New_York', '2026-12-01T04:59:00Z')).toEqual(['expires-soon']);
  });
});

describe('an exemption that ends today', () => {
  it('still keeps what it covers', () => {
    const text = `version: 1
operators: { slack: "#a" }
targets: [{ engine: bigquery, projects: [analytics-prod] }]
rules: [{ name: a, match: { client: dbt }, limit: { costSoFar: 50 USD }, grace: none, action: cancel }]
exemptions: [{ match: { client: dbt }, reason: a, approvedBy: b, expires: DAY }]
`;
    const codes = (day: string) => senses(text.replace('DAY', day)).map(({ code }) => code);
    expect(codes('2026-11-30')).toEqual(['rule-exempt', 'expires-soon']);
    expect(codes('2026-11-29')).toEqual(['expired']);
  });
});

describe('a comment that allows a finding', () => {
  const rule = (limit: string, match = '{ jobType: query }') => [`    match: ${match}`, `    warnAt: ${limit}`];

  it('speaks for its own line or for the next that is more than a comment, and is counted', () => {
    const own = check(small(...rule('{ runTime: 20s } # jobwarden: allow below-cadence')));
    const above = check(
      small('    # jobwarden: allow below-cadence', '', '    # why', ...rule('{ runTime: 20s }').slice(1)),
    );
    for (const { problems, allowed } of [own, above])
      expect({ problems, allowed }).toEqual({ problems: [], allowed: 1 });
  });

  it('does not speak for other lines, nor for other findings', () => {
    const text = small(
      ...rule('{ runTime: 20s }', '{ jobType: qeury } # jobwarden: allow below-cadence'),
      '    # jobwarden: allow below-cadence',
    );
    expect(senses(text).map(({ code, line }) => `${line} ${code}`)).toEqual([
      '8 matches-nothing',
      '8 allow-unused',
      '9 below-cadence',
      '10 allow-unused',
    ]);
  });

  it('is no comment inside of a text', () => {
    const text = small('    description: "# jobwarden: allow nonsense"', "    match: { jobId: 'a # jobwarden: x' }");
    expect(senses(text)).toEqual([]);
  });

  it('allows nothing that keeps a policy from taking effect', () => {
    const { problems, allowed } = check(small('    mode: enforced # jobwarden: allow unknown-value'));
    expect(problems.map(({ code }) => code)).toEqual(['unknown-value']);
    expect(allowed).toBe(0);
  });
});

describe('patterns for events', () => {
  it('are not looked at where nobody says which events there are', () => {
    const text = small('routes: [{ match: { event: "brake.*" }, to: [operators] }, { to: [owner] }]');
    expect(checkPolicy(text, { now }).problems).toEqual([]);
    expect(senses(text).map(({ code }) => code)).toEqual(['matches-nothing']);
  });
});

describe('every code', () => {
  it('says what it means in whole sentences, and is named in few words', () => {
    for (const code of lintCodeNames()) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(lintEntry(code)?.means).toMatch(/^[A-Z].*\.$/s);
    }
  });

  it('is none of the loader, and no error: errors are what keeps a policy from taking effect', () => {
    const ofLoader = new Set(Object.values(codeGroups).flatMap((group) => Object.keys(group)));
    const entries = Object.values(lintCodes).flatMap((group) => Object.entries<{ severity: string }>(group));
    expect(lintCodeNames().filter((code) => ofLoader.has(code))).toEqual([]);
    expect(new Set(entries.map(([, { severity }]) => severity))).toEqual(new Set(['warning', 'note']));
  });

  it('may be allowed by name, however it is spelled in the table', () => {
    for (const code of lintCodeNames()) {
      const { problems } = check(small(`    # jobwarden: allow ${code}`, '    match: { jobType: query }'));
      expect(problems.map((problem) => problem.code)).toEqual(['allow-unused']);
    }
  });
});

describe('a policy out of which lines have been taken', () => {
  it('is loaded and looked at, or refused, and never breaks the program', () => {
    const lines = textOf('infra/policies/example.yaml').split('\n');
    const every = lines.flatMap((_, index) => (index % 4 === 0 ? [index] : []));
    const outcomes = every.map((index) => check(lines.toSpliced(index, 1).join('\n')).policy !== undefined);
    expect(outcomes).toContain(true);
    expect(outcomes).toContain(false);
  });
});

describe('a policy of 500 rules', () => {
  it('is looked at in seconds, however alike they are', () => {
    const rules = Array.from({ length: 500 }, (_, index) =>
      [
        `  - name: rule-${index}`,
        `    match: { client: dbt, labels: { team: [${Array.from({ length: 20 }, (_, at) => `t${index}-${at}`).join(', ')}] } }`,
        '    limit: { runTime: 30m }',
        '    action: warn',
      ].join('\n'),
    );
    const text = small().replace(/rules:[\s\S]*/, `rules:\n${rules.join('\n')}\n`);
    expect(text.length).toBeLessThan(256 * 1024);
    expect(senses(text)).toEqual([]);
  });
});
