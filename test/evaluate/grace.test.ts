import { describe, expect, it } from 'vitest';
import type { Deployment, ToldState } from '../../shared/evaluate/compile.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { graceEndsAt, graceWhy } from '../../shared/evaluate/grace.ts';
import { grace } from '../../shared/evaluate/hold.ts';
import { aJob, aRule, compiled, gib, hours, minutes, nowMs, type WrittenRule } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const tenMinutes = { graceMs: minutes(10) };
const cancels = { ...tenMinutes, ifUndelivered: { waitMs: minutes(30), then: 'cancel' as const } };
const letsRun = { ...tenMinutes, ifUndelivered: { waitMs: minutes(30), then: 'letRun' as const } };
const written = (agoMs: number): ToldState => ({ atMs: nowMs - agoMs });
const delivered = (agoMs: number, writtenAgoMs = agoMs): ToldState => ({
  ...written(writtenAgoMs),
  receipt: { how: 'delivered', atMs: nowMs - agoMs },
});
const lost = (agoMs: number, writtenAgoMs = agoMs): ToldState => ({
  ...written(writtenAgoMs),
  receipt: { how: 'undeliverable', atMs: nowMs - agoMs },
});

describe('the end of a grace', () => {
  it.each<[string, typeof cancels | typeof letsRun | typeof tenMinutes, ToldState | undefined, number | undefined]>([
    ['is not known before anybody is told', cancels, undefined, undefined],
    ['comes after the receipt', tenMinutes, delivered(minutes(1)), nowMs + minutes(9)],
    ['comes after the receipt, not after the writing', tenMinutes, delivered(minutes(1), hours(1)), nowMs + minutes(9)],
    [
      'comes after the writing where the receipt is from before',
      tenMinutes,
      delivered(hours(9), 0),
      nowMs + minutes(10),
    ],
    ['does not depend on what would be, had it been lost', cancels, delivered(minutes(1)), nowMs + minutes(9)],
    ['never comes where nobody could be told', tenMinutes, lost(hours(9)), undefined],
    ['never comes where nothing is heard', tenMinutes, written(hours(9)), undefined],
    ['never comes where the rule says to let it run', letsRun, lost(hours(9)), undefined],
    ['never comes where nothing is heard, and the rule says to let it run', letsRun, written(hours(9)), undefined],
    ['comes a wait after it is known that nobody was', cancels, lost(minutes(1), hours(1)), nowMs + minutes(29)],
    ['comes a wait after the writing where nothing is heard', cancels, written(minutes(1)), nowMs + minutes(29)],
    [
      'comes a wait after the writing where the receipt is from before',
      cancels,
      lost(hours(9), 0),
      nowMs + minutes(30),
    ],
  ])('%s', (_, rule, told, expected) => {
    expect(graceEndsAt(rule, told)).toBe(expected);
  });
});

describe('the sentence of a grace', () => {
  it.each<[typeof cancels | typeof letsRun | typeof tenMinutes, ToldState | undefined, string | undefined]>([
    [tenMinutes, undefined, 'Its owner is told first; the grace of 10 min begins when the message is delivered.'],
    [cancels, written(0), 'Its owner is being told; the grace of 10 min begins when the message is delivered.'],
    [tenMinutes, delivered(minutes(1)), 'Its owner was told at 09:59 UTC; the grace of 10 min ends at 10:09 UTC.'],
    [tenMinutes, delivered(hours(9), 0), 'Its owner was told at 10:00 UTC; the grace of 10 min ends at 10:10 UTC.'],
    [tenMinutes, delivered(minutes(10) - 1), 'Its owner was told at 09:50 UTC; the grace of 10 min ends at 10:00 UTC.'],
    [tenMinutes, delivered(minutes(10)), undefined],
    [letsRun, lost(hours(9)), 'Nobody could be told, and the rule then lets the job run.'],
    [cancels, lost(minutes(1)), 'Nobody could be told; the job is let run until 10:29 UTC.'],
    [cancels, lost(minutes(30) - 1), 'Nobody could be told; the job is let run until 10:00 UTC.'],
    [cancels, lost(minutes(30)), undefined],
    [cancels, written(minutes(30)), undefined],
    [letsRun, written(hours(9)), 'Its owner is being told; the grace of 10 min begins when the message is delivered.'],
  ])('with %j, and %j, is %j', (rule, told, expected) => {
    expect(graceWhy(rule, told, nowMs)).toBe(expected);
  });
});

describe('what a grace holds back', () => {
  const job = aJob({ runTimeMs: minutes(31) });
  const holdOf = (rule: WrittenRule, told?: Deployment['told']) =>
    grace(compiled({ rules: [aRule(rule)] }, told === undefined ? {} : { told }), { job, rule: 'long-queries' }, nowMs);

  it('is to be told as long as nobody was, and only then', () => {
    expect(holdOf({ grace: '10m' })).toMatchObject({ by: 'grace', tell: true });
    expect(holdOf({ grace: '10m' }, () => undefined)).toMatchObject({ by: 'grace', tell: true });
    for (const told of [written(0), delivered(0), lost(0)]) {
      const held = holdOf({ grace: '10m' }, () => told);
      expect(held?.by).toBe('grace');
      expect(held).not.toHaveProperty('tell');
    }
  });

  it('asks for what was told of this job and this rule', () => {
    const asked: unknown[] = [];
    holdOf({ grace: '10m' }, (about, rule) => void asked.push(about.id, rule));
    expect(asked).toEqual(['job-1', 'long-queries']);
  });

  it('is nothing once it is over, or where there is none', () => {
    expect(holdOf({ grace: '10m' }, () => delivered(minutes(10)))).toBeUndefined();
    expect(holdOf({ grace: 'none' })).toBeUndefined();
  });
});

describe('a verdict says when the cancel would come', () => {
  const rule = (fields: WrittenRule) => aRule({ warnAt: { runTime: '20m' }, ...fields });
  const momentOf = (runTimeMs: number, fields: WrittenRule, told?: ToldState) => {
    const policy = compiled({ rules: [rule(fields)] }, { told: () => told });
    const [verdict] = judge(policy, aJob({ runTimeMs, bytesProcessed: gib(1) }), nowMs);
    return verdict?.cancelAtMs === undefined ? undefined : verdict.cancelAtMs - nowMs;
  };

  it.each<[string, number, WrittenRule, ToldState | undefined, number | undefined]>([
    ['at the limit where there is no grace', minutes(25), { grace: 'none' }, undefined, minutes(5)],
    ['at the limit where that is later than the grace', minutes(25), { grace: '1m' }, undefined, minutes(5)],
    ['after the grace where that is later', minutes(25), { grace: '10m' }, undefined, minutes(10)],
    ['after the grace, of a job over the limit', minutes(31), { grace: '10m' }, undefined, minutes(10)],
    ['after what is left of the grace', minutes(31), { grace: '10m' }, delivered(minutes(4)), minutes(6)],
    ['not where nobody can be told', minutes(31), { grace: '10m' }, lost(minutes(4)), undefined],
    [
      'not where the limit is on something else',
      minutes(25),
      { grace: '1m', limit: { bytesProcessed: '1 TB' } },
      undefined,
      undefined,
    ],
    ['not where it is over, and the cancel is due', minutes(31), { grace: '10m' }, delivered(hours(1)), undefined],
    ['not where there is nothing to wait for', minutes(31), { grace: 'none' }, undefined, undefined],
  ])('%s', (_, runTimeMs, fields, told, expected) => {
    expect(momentOf(runTimeMs, fields, told)).toBe(expected);
  });
});
