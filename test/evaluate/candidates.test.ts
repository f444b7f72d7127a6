import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Compiled } from '../../shared/evaluate/compile.ts';
import { judge, needsLook } from '../../shared/evaluate/evaluate.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { aJob, aRule, compiled, minutes, nowMs, tib, type WrittenPolicy } from '../make.ts';
import { job, policy } from './arbitrary.ts';

/** The plain evaluator: every rule is held against every job. */
const plainly = (ready: Compiled): Compiled => ({ ...ready, candidates: { of: () => ready.rules } });

function expectSame(ready: Compiled, one: Job, atMs: number): void {
  const plain = plainly(ready);
  expect(judge(ready, one, atMs)).toEqual(judge(plain, one, atMs));
  expect(needsLook(ready, one, atMs)).toBe(needsLook(plain, one, atMs));
}

const later = fc.constantFrom(0, 1, minutes(1), minutes(29), minutes(31), minutes(600));

describe('the arranged rules give the verdicts of the plain evaluator', () => {
  it('on random policies and jobs, one after the other', () => {
    const jobs = fc.array(job, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(policy, jobs, later, (written, all, ms) => {
        const ready = compiled(written);
        for (const one of all) expectSame(ready, one, nowMs + ms);
      }),
      { numRuns: 1000 },
    );
  });

  it('on many rules at once, also where several policies are used in turn', () => {
    const many = fc.array(policy, { minLength: 5, maxLength: 12 }).map((all): WrittenPolicy => ({
      ...all[0],
      rules: all.flatMap(({ rules = [] }, turn) =>
        rules.map((rule) => ({ ...rule, name: `${rule.name}-${turn}`, overrides: undefined })),
      ),
    }));
    fc.assert(
      fc.property(many, many, fc.array(job, { maxLength: 20 }), (first, second, all) => {
        const [one, other] = [compiled(first), compiled(second)];
        for (const each of all) {
          expectSame(one, each, nowMs);
          expectSame(other, each, nowMs);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('however many projects there are', () => {
    const ready = compiled({ rules: [aRule({ match: { project: 'p*7' }, limit: { runTime: '30m' } })] });
    for (let at = 0; at < 5000; at += 1) {
      const one = aJob({ project: `p${at}`, target: `bigquery:p${at}`, runTimeMs: minutes(31) });
      expect(ready.candidates.of(one, nowMs)).toHaveLength(String(at).endsWith('7') ? 1 : 0);
    }
  });
});

it('asks few rules: none of a job below every limit, and none that cannot match in its project', () => {
  const elsewhere = aRule({ name: 'elsewhere', match: { project: 'finance-*' }, limit: { runTime: '1m' } });
  const long = aRule({ name: 'long', limit: { runTime: '30m' } });
  const ready = compiled({ rules: [elsewhere, long] });
  const names = (one: Job) => ready.candidates.of(one, nowMs).map(({ rule }) => rule.name);
  expect(names(aJob({ runTimeMs: minutes(1) }))).toEqual([]);
  expect(names(aJob({ runTimeMs: minutes(30) }))).toEqual([]);
  expect(names(aJob({ runTimeMs: minutes(31) }))).toEqual(['long']);
  expect(names(aJob({ project: 'finance-eu', runTimeMs: minutes(29) }))).toEqual(['elsewhere']);
  expect(names(aJob({ project: 'finance-eu', runTimeMs: minutes(31) }))).toEqual(['elsewhere', 'long']);
});

it('asks only what has passed: by a ms, by all numbers where all are needed, and in the order of the policy', () => {
  const both = aRule({ name: 'both', limit: { all: { runTime: '30m', bytesProcessed: '5 TiB' } } });
  const wide = aRule({ name: 'wide', limit: { runTime: '2h' }, overrides: ['both'] });
  const long = aRule({ name: 'long', limit: { runTime: '1h' } });
  const names = (rules: readonly ReturnType<typeof aRule>[], one: Job) =>
    compiled({ rules: [...rules] })
      .candidates.of(one, nowMs)
      .map(({ rule }) => rule.name);
  expect(names([long], aJob({ runTimeMs: minutes(60) }))).toEqual([]);
  expect(names([long], aJob({ runTimeMs: minutes(60) + 1 }))).toEqual(['long']);
  expect(names([both], aJob({ runTimeMs: minutes(31) }))).toEqual([]);
  expect(names([both], aJob({ runTimeMs: minutes(31), bytesProcessed: tib(6) }))).toEqual(['both']);
  expect(names([wide, long, both], aJob({ runTimeMs: minutes(61), bytesProcessed: tib(6) }))).toEqual([
    'wide',
    'long',
    'both',
  ]);
});

it('looks a price up wherever the highest of all prices would be enough, and the job is in the dearest place', () => {
  const ready = compiled({ rules: [aRule({ limit: { costSoFar: '10 USD' } })] });
  const dearest = (bytesProcessed: number) =>
    aJob({ location: 'southamerica-east1', bytesProcessed, reservation: null });
  expect(ready.candidates.of(dearest(tib(0.95)), nowMs)).toHaveLength(1);
  expect(ready.candidates.of(dearest(tib(0.85)), nowMs)).toEqual([]);
});
