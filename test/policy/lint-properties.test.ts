import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { holdAgainst } from '../../shared/evaluate/limits.ts';
import { compileMatch, holdsAny } from '../../shared/evaluate/matchers.ts';
import { held, isPlanned } from '../../shared/evaluate/safety.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { blockWithin } from '../../shared/policy/lint/blocks.ts';
import { limitWithin } from '../../shared/policy/lint/limits-within.ts';
import { covers, passesEverything, passesNothing, valuesWithin } from '../../shared/policy/lint/values.ts';
import { checkPolicy } from '../../shared/policy/lint.ts';
import { compileValues } from '../../shared/policy/pattern.ts';
import { aPolicy, compiled, nowMs, type WrittenPolicy } from '../make.ts';
import { exemption, job, policy as anyPolicy } from '../evaluate/arbitrary.ts';

// Synthetic: policies and jobs out of few values each, so that they meet often.

const own = 'jobwarden@ops.iam.gserviceaccount.com';
/** The watchdog's own jobs are out of reach whatever a rule matches; what is said of a rule leaves them aside. */
const jobs = fc.array(
  job.filter(({ principal }) => principal !== own),
  { minLength: 10, maxLength: 25 },
);

const block = exemption.map(({ match }) => (Array.isArray(match) ? match[0] : match));
const withUnless = fc.tuple(block, fc.option(block, { freq: 4 })).map(([one, taken]) => {
  const { unless: _, ...fields } = { unless: undefined, ...taken };
  return taken === null ? one : { ...one, unless: fields };
});
const match = fc.array(withUnless, { minLength: 1, maxLength: 2 });
const matches = fc.array(fc.option(match, { freq: 3, nil: undefined }), { minLength: 4, maxLength: 4 });

/** A policy whose rules match something each, and sometimes the same. */
const policy: fc.Arbitrary<WrittenPolicy> = fc
  .tuple(anyPolicy, matches, fc.constantFrom([0, 1, 2, 3], [0, 0, 1, 1], [0, 0, 0, 0]))
  .map(([written, all, which]) => ({
    ...written,
    rules: (written.rules ?? []).map((rule, index) => ({ ...rule, match: all[which[index] ?? 0] })),
  }));

const targets = [{ engine: 'bigquery' as const, projects: ['analytics-prod', 'finance-prod'] }];
const asText = (written: WrittenPolicy) =>
  JSON.stringify({ version: 1, mode: 'enforce', operators: { slack: '#data-cost' }, targets, ...written });

/** The names of the rules of which the lint says one of these things. */
function namedBy(written: WrittenPolicy, codes: readonly string[]): readonly string[] {
  const { problems } = checkPolicy(asText(written), { now: nowMs });
  return problems
    .filter(({ code }) => codes.includes(code))
    .map(({ where }) => `r${/^rules\[(\d+)\]/.exec(where)?.[1]}`);
}

/** Runs a promise about the rules that the lint names, and sees to it that it names some. */
function holds(codes: readonly string[], isTouched: (written: WrittenPolicy, rule: string, one: Job) => boolean): void {
  let named = 0;
  fc.assert(
    fc.property(policy, jobs, (written, all) => {
      for (const rule of namedBy(written, codes)) {
        named += 1;
        for (const one of all) expect(isTouched(written, rule, one)).toBe(false);
      }
    }),
    { numRuns: 200, seed: 7 },
  );
  expect(named).toBeGreaterThan(10);
}

describe('what the lint says of a rule is true of every job', () => {
  it('a shadowed, doubled or overridden rule decides nothing', () => {
    holds(['rule-shadowed', 'duplicate-rule', 'rule-overridden'], (written, rule, one) =>
      judge(compiled(written), one, nowMs).some((verdict) => verdict.rule === rule),
    );
  });

  it('an exempt rule cancels nothing', () => {
    holds(['rule-exempt', 'covers-everything'], (written, rule, one) => {
      const ready = compiled(written);
      const verdicts = judge(ready, one, nowMs).map((verdict) => held(ready, verdict, nowMs));
      return verdicts.some((verdict) => verdict.rule === rule && isPlanned(verdict));
    });
  });

  it('a cancel rule that reaches nothing cancels nothing', () => {
    const blocks = [{ statementType: '!SELECT' }, { jobType: '!query' }, { jobType: 'query', statementType: '!*' }];
    const several = fc.array(fc.constantFrom(...blocks), { minLength: 1, maxLength: 3 });
    const cancel = { name: 'r0', limit: { runTime: '1m' }, grace: 'none', action: 'cancel', mode: 'enforce' } as const;
    fc.assert(
      fc.property(several, jobs, (match, all) => {
        const written: WrittenPolicy = { rules: [{ ...cancel, match }] };
        expect(namedBy(written, ['reaches-nothing']).length).toBeGreaterThan(0);
        for (const one of all) expect(judge(compiled(written), one, nowMs)).toEqual([]);
      }),
      { numRuns: 20 },
    );
  });
});

const words = fc.constantFrom('etl', 'etl-daily', 'etl-hourly', 'ETL-daily', 'web', '');
const patterns = fc
  .constantFrom(
    '*',
    'etl*',
    'etl-*',
    '*daily',
    'e*-*y',
    'etl-daily',
    'web',
    '/etl-(daily|hourly)/',
    '/.*/',
    '@etl',
    'ETL-*',
  )
  .chain((pattern) => fc.constantFrom(pattern, pattern, `!${pattern}`));
const values = fc.array(patterns, { minLength: 1, maxLength: 3 });
const groups = { etl: ['etl-*', 'web'] };
const compare = fc.boolean().map((lowerCase) => ({ groups, lowerCase }));

describe('comparing values', () => {
  it.each<[string, string, boolean]>([
    ['*', 'a', true],
    ['a', '*', false],
    ['etl-*', 'etl-daily', true],
    ['etl-*', 'etl-*-x', true],
    ['etl-*-x', 'etl-*', false],
    ['*daily*', 'etl-*', false],
    ['*a*', '/[a-z]+/', false],
    ['/[a-z]+/', '/[a-z]+/', true],
    ['/[a-z]+/', 'abc', true],
    ['/[a-z]+/', 'abc*', false],
    ['/.*/', 'abc*', true],
  ])('says whether %s covers %s: %s', (outer, inner, expected) => {
    expect(covers(outer, inner)).toBe(expected);
  });

  it('says that one lies within the other only if it does', () => {
    let within = 0;
    fc.assert(
      fc.property(values, values, compare, fc.option(words), (inner, outer, how, word) => {
        if (!valuesWithin(inner, outer, how)) return;
        within += 1;
        if (compileValues(inner, how)(word) === true) expect(compileValues(outer, how)(word)).toBe(true);
      }),
      { numRuns: 1500, seed: 7 },
    );
    expect(within).toBeGreaterThan(200);
  });

  it('says that nothing or everything passes only if it does', () => {
    fc.assert(
      fc.property(values, compare, words, (written, how, word) => {
        const passes = compileValues(written, how)(word);
        if (passesNothing(written, how)) expect(passes).toBe(false);
        if (passesEverything(written, how)) expect(passes).toBe(true);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe('comparing blocks and limits', () => {
  it('says that one block lies within another only if all of its jobs do', () => {
    let within = 0;
    fc.assert(
      fc.property(policy, policy, job, (one, other, any) => {
        const [outer] = aPolicy(one).rules[0]?.match ?? [];
        const [base] = aPolicy(other).rules[0]?.match ?? [];
        const all = aPolicy(one).groups;
        if (base === undefined || outer === undefined) return;
        // Half of what is compared has the keys of both, so that one often lies within the other.
        const inner = one.rules?.length === 1 ? base : { ...outer, ...base };
        if (!blockWithin(inner, outer, all)) return;
        within += 1;
        if (holdsAny(compileMatch([inner], all), any) !== true) return;
        expect(holdsAny(compileMatch([outer], all), any)).toBe(true);
      }),
      { numRuns: 1500, seed: 7 },
    );
    expect(within).toBeGreaterThan(20);
  });

  it('says that one limit lies within another only if whatever passes it passes the other', () => {
    let within = 0;
    fc.assert(
      fc.property(policy, policy, job, (one, other, any) => {
        const [inner] = aPolicy(one).rules;
        const [outer] = aPolicy(other).rules;
        if (inner === undefined || outer === undefined || !limitWithin(inner.limit, outer.limit)) return;
        within += 1;
        const { costs } = compiled(one).deployment;
        if (holdAgainst(inner.limit, any, nowMs, costs).over !== true) return;
        expect(holdAgainst(outer.limit, any, nowMs, costs).over).toBe(true);
      }),
      { numRuns: 500, seed: 7 },
    );
    expect(within).toBeGreaterThan(100);
  });
});
