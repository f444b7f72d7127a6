import { describe, expect, it } from 'vitest';
import { rowOf, type Bench, type Measure } from './bench.ts';
import { benches } from './benches.ts';
import { cel } from './evaluation/cel.ts';
import { jsonRulesEngine } from './evaluation/json-rules-engine.ts';
import { product } from './evaluation/product.ts';
import { crowdOf, rulesFor, sampleOf, violatingShare } from './evaluation/workload.ts';
import { figure, printer } from './print.ts';
import { median, ratio } from './rounds.ts';
import { runBenches, type Show } from './run.ts';

const silent: Show = { begin: () => {}, doing: () => {}, found: () => {}, end: () => {} };

describe('the evaluators of the bench', () => {
  const crowd = crowdOf(20_000);
  const rules = rulesFor(crowd, 40);
  const jobs = sampleOf(crowd, rules, 2000);

  it('agree on which rules apply to 2,000 jobs, of which hundreds are violators', async () => {
    const ours = await product(rules).load(jobs).pairs();
    const sorted = (pairs: readonly (readonly string[])[]) => pairs.map((names) => names.toSorted());
    expect(sorted(await cel(rules).load(jobs).pairs())).toEqual(sorted(ours));
    expect(sorted(await jsonRulesEngine(rules).load(jobs).pairs())).toEqual(sorted(ours));
    expect(ours.filter((names) => names.length > 0).length).toBeGreaterThan(100);
    expect(new Set(ours.flat()).size).toBeGreaterThan(rules.length / 2);
  });

  it('count as many pairs when they are timed as when they are compared', async () => {
    for (const contender of [product(rules), cel(rules), jsonRulesEngine(rules)]) {
      const loaded = contender.load(jobs.slice(0, 300));
      expect(await loaded.run()).toBe((await loaded.pairs()).flat().length);
    }
  });

  it('are given rules of every kind, and jobs of which about one in a hundred violates', () => {
    const share = violatingShare(crowd, rules);
    expect(share).toBeGreaterThan(0.006);
    expect(share).toBeLessThan(0.014);
    expect(new Set(rules.map(({ action }) => action))).toEqual(new Set(['record', 'warn', 'cancel']));
    expect(new Set(rules.map(({ mode }) => mode))).toEqual(new Set(['observe', 'enforce']));
    expect(new Set(rules.map(({ limit }) => limit.how))).toEqual(new Set(['any', 'all']));
    expect(new Set(rules.flatMap(({ scope }) => scope.map(({ how }) => how))).size).toBe(4);
    expect(rules.some(({ officeHours }) => officeHours)).toBe(true);
    expect(rules.some(({ unless }) => unless !== undefined)).toBe(true);
  });

  it('are given the same jobs and rules in every run', () => {
    expect(crowdOf(50).jobs).toEqual(crowdOf(50).jobs);
    expect(crowdOf(50).jobs).toEqual(crowd.jobs.slice(0, 50));
    expect(rulesFor(crowdOf(500), 5)).toEqual(rulesFor(crowdOf(500), 5));
    expect(new Set(crowd.jobs.map(({ id }) => id)).size).toBe(crowd.jobs.length);
  });
});

describe('the rows of the bench', () => {
  it('have the form that --json promises, with an id of their own each', async () => {
    const rows = await runBenches(benches, 'tiny', silent);
    const row = {
      id: expect.stringMatching(/^[a-z0-9-]+$/),
      what: expect.stringMatching(/.{10,} \(.+\)$/),
      value: expect.any(Number),
    };
    for (const one of rows) {
      expect(one).toEqual({ ...row, goal: one.goal, met: one.met });
      expect(Number.isFinite(one.value)).toBe(true);
      expect(one.goal ?? 'at most').toMatch(/^at (most|least)/);
      expect(one.goal === null).toBe(one.met === null);
    }
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    const differing = rows.filter(({ id }) => id.endsWith('-differs'));
    expect(differing.map(({ value }) => value)).toEqual(differing.map(() => 0));
    expect(differing.length).toBe(10);
  });

  const measure: Measure = { id: 'a', what: 'one thing against another', value: 2, unit: '×' };

  it.each([
    [{ atMost: 2 }, 'at most 2', true],
    [{ atMost: 1.9 }, 'at most 1.9', false],
    [{ atLeast: 2 }, 'at least 2', true],
    [{ atLeast: 2.1 }, 'at least 2.1', false],
    [undefined, null, null],
  ])('say whether the goal %j is met', (goal, text, met) => {
    expect(rowOf({ ...measure, ...(goal !== undefined && { goal }) })).toMatchObject({ goal: text, met });
  });

  const bench: Bench = {
    name: 'things',
    async *measure({ progress }) {
      progress('measuring');
      yield await Promise.resolve({ ...measure, goal: { atMost: 1 } });
    },
  };

  it.each([
    [true, '\r\u001B[2Kthings\n\r\u001B[2K  … measuring\r\u001B[2K      2 ×'],
    [false, 'things\n      2 ×'],
  ])('are lines; on a terminal (%s) the last one says what is being done', async (isTTY, expected) => {
    let written = '';
    const write = (text: string) => (written += text);
    await runBenches([bench], 'tiny', printer({ isTTY, write }));
    expect(written.replaceAll(/ {3,}(?=2 )/g, '      ')).toContain(expected);
    expect(written).toContain('[MISSED: at most 1]');
  });

  it.each([
    [12_345.6, '12,346'],
    [123.4, '123'],
    [12.34, '12.3'],
    [1.234, '1.23'],
    [0.5, '0.50'],
    [7, '7'],
    [Number.NaN, '-'],
  ])('show %d as %s', (value, text) => expect(figure(value)).toBe(text));
});

describe('rounds', () => {
  it('have a middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('are compared one by one, so that a slow moment counts for both', () => {
    const times = new Map([
      ['a', [10, 200, 10]],
      ['b', [5, 100, 1]],
    ]);
    expect(ratio(times, 'a', 'b')).toBe(2);
  });
});
