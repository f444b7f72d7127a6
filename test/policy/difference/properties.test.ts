import fc from 'fast-check';
import { expect, it } from 'vitest';
import { judge } from '../../../shared/evaluate/evaluate.ts';
import { held, isPlanned } from '../../../shared/evaluate/safety.ts';
import { differenceOf } from '../../../shared/policy/difference.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import { aPolicy, compiled, nowMs, type WrittenPolicy } from '../../make.ts';
import { job, policy } from '../../evaluate/arbitrary.ts';

// Synthetic: policies that differ in a part or two, and jobs that fit them.

type Rules = NonNullable<WrittenPolicy['rules']>;

const keys = ['rules', 'exemptions', 'freezes', 'protect', 'optOut', 'groups'] as const;
const ruleKeys = ['match', 'limit', 'mode', 'overrides', 'warnAt'] as const;

function mixedRule(
  one: Rules[number],
  other: Rules[number] | undefined,
  key: (typeof ruleKeys)[number],
): Rules[number] {
  return other === undefined ? one : { ...one, [key]: other[key] };
}

const groups = fc.constantFrom(
  { robots: ['*.iam.gserviceaccount.com'] },
  { robots: ['etl@prod.iam.gserviceaccount.com'] },
);

/** A policy and the same with a part of another in the place of its own. */
const edited = fc
  .tuple(policy, policy, fc.constantFrom(...keys, 'drop', 'rule', 'rule', 'rule'), fc.constantFrom(...ruleKeys), groups)
  .map(([one, other, what, ruleKey, members]): [WrittenPolicy, WrittenPolicy] => {
    if (what === 'groups') return [one, { ...one, groups: members }];
    if (what === 'drop') return [one, { ...one, rules: one.rules?.slice(0, Math.max(1, one.rules.length - 1)) }];
    if (what !== 'rule') return [one, { ...one, [what]: other[what] }];
    const rules = one.rules?.map((rule, index) => mixedRule(rule, other.rules?.[index], ruleKey));
    return [one, { ...one, rules }];
  });

function isCancelled(written: WrittenPolicy, one: Job): boolean {
  const ready = compiled(written);
  const verdicts = judge(ready, one, nowMs).map((verdict) => held(ready, verdict, nowMs));
  return verdicts.some((verdict) => isPlanned(verdict) && verdict.mode === 'enforce');
}

/** As adapters make jobs: only queries have statements, and who does not see the one does not see the other. */
function coherent(one: Job): Job {
  if (one.jobType === 'query') return one;
  return { ...one, statementType: one.jobType === undefined ? undefined : null };
}

const isHarmless = (before: WrittenPolicy, after: WrittenPolicy) =>
  differenceOf(aPolicy(before), aPolicy(after)).every(({ effect }) => effect === 'softer' || effect === 'neutral');

const valid = (written: WrittenPolicy) => {
  const names = written.rules?.map((rule) => rule.name);
  const named = written.rules?.flatMap((rule) => rule.overrides ?? []) ?? [];
  return named.every((name) => names?.includes(name) === true);
};

it('lets no edit that lets a job be cancelled pass for a softer one', () => {
  let harmless = 0;
  let harsh = 0;
  fc.assert(
    fc.property(edited, fc.array(job.map(coherent), { minLength: 3, maxLength: 10 }), ([before, after], jobs) => {
      fc.pre(valid(before) && valid(after));
      if (!isHarmless(before, after)) {
        harsh += 1;
        return;
      }
      harmless += 1;
      for (const one of jobs) if (isCancelled(after, one)) expect(isCancelled(before, one)).toBe(true);
    }),
    { numRuns: 800 },
  );
  expect(harmless).toBeGreaterThan(50);
  expect(harsh).toBeGreaterThan(50);
});

it('finds no difference between a policy and itself', () => {
  fc.assert(
    fc.property(policy, (one) => {
      expect(differenceOf(aPolicy(one), aPolicy(one))).toEqual([]);
    }),
  );
});
