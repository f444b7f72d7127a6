import { describe, expect, it } from 'vitest';
import { judge, needsLook } from '../../shared/evaluate/evaluate.ts';
import { aJob, aRule, compiled, hours, minutes, nowMs, type WrittenRule, type JobFields } from '../make.ts';

type Rules = readonly WrittenRule[];

const long = { runTimeMs: minutes(31) };

function verdictsOf(rules: Rules, fields: JobFields = long) {
  return judge(compiled({ rules: rules.map((rule) => aRule(rule)) }), aJob(fields), nowMs);
}

/** What is said of a job, in short: "rule action phase". */
function said(rules: Rules, fields: JobFields = long): string[] {
  return verdictsOf(rules, fields).map(({ rule, action, phase, mode }) => `${rule} ${action} ${phase} ${mode}`);
}

describe('overrides', () => {
  const cancel = { name: 'c' };
  const softer = { name: 'dbt', action: 'warn', limit: { runTime: '3h' }, overrides: ['c'] } as const;

  it.each<[string, WrittenRule, JobFields, string[]]>([
    ['sets the named rule aside for the jobs it matches', { match: { project: 'analytics-*' } }, long, []],
    ['leaves it in force for other jobs', { match: { project: 'finance-*' } }, long, ['c cancel limit enforce']],
    ['sets it aside although its own limit has not passed', {}, long, []],
    ['speaks by its own limit instead', {}, { runTimeMs: hours(4) }, ['dbt warn limit enforce']],
    ['sets it aside when it is not known whether it matches', { match: { client: 'metabase' } }, long, []],
    ['does so while it is on trial itself', { mode: 'observe' }, long, []],
    ['does nothing outside its hours', { active: { days: 'sun' } }, long, ['c cancel limit enforce']],
    ['does nothing to rules that it does not name', { overrides: ['other'] }, long, ['c cancel limit enforce']],
  ])('%s', (_says, fields, job, expected) => {
    expect(said([cancel, { ...softer, ...fields }], job)).toEqual(expected);
  });

  it('sets the warning line of the rule aside as well', () => {
    const early = { ...cancel, warnAt: { runTime: '20m' } };
    expect(said([early, softer], { runTimeMs: minutes(25) })).toEqual([]);
  });

  it('does not record a rule that was set aside as superseded', () => {
    const [verdict] = verdictsOf([cancel, softer], { runTimeMs: hours(4) });
    expect(verdict?.superseded).toEqual([]);
  });
});

describe('warnAt', () => {
  const early = { warnAt: { runTime: '20m' } };
  it.each<[string, WrittenRule, JobFields, string[]]>([
    ['says nothing below the line', early, { runTimeMs: minutes(20) }, []],
    ['warns between the line and the limit', early, { runTimeMs: minutes(21) }, ['long-queries warn warnAt enforce']],
    ['makes way for the cancel at the limit', early, long, ['long-queries cancel limit enforce']],
    [
      'warns while the limit is unknown',
      { ...early, limit: { bytesProcessed: '1 B' } },
      { ...long, bytesProcessed: undefined },
      ['long-queries warn warnAt enforce'],
    ],
    ['says nothing when it is unknown itself', { ...early, limit: { runTime: '9h' } }, { startedAtMs: undefined }, []],
    [
      'of a rule that warns is a warning',
      { ...early, action: 'warn' },
      { runTimeMs: minutes(21) },
      ['long-queries warn warnAt enforce'],
    ],
    [
      'of a rule that records is a record',
      { ...early, action: 'record' },
      { runTimeMs: minutes(21) },
      ['long-queries record warnAt enforce'],
    ],
    ['says nothing outside the hours', { ...early, active: { days: 'sun' } }, { runTimeMs: minutes(21) }, []],
    [
      'says nothing of a job that does not match',
      { ...early, match: { project: 'x' } },
      { runTimeMs: minutes(21) },
      [],
    ],
  ])('%s', (_says, rule, job, expected) => {
    expect(said([rule], job)).toEqual(expected);
  });

  it('tells when the job would be cancelled, and by which numbers it is warned', () => {
    const [verdict] = verdictsOf([early], { runTimeMs: minutes(21) });
    expect(verdict?.cancelAtMs).toBe(nowMs + minutes(9));
    expect(verdict?.because).toBe('has run for 21 min, past the warning line of 20 min');
    expect(verdict?.measured).toEqual([{ metric: 'runTime', value: minutes(21), threshold: minutes(20), over: true }]);
  });

  it('does not tell of a cancel where the rule never cancels', () => {
    const [verdict] = verdictsOf([{ ...early, action: 'warn' }], { runTimeMs: minutes(21) });
    expect(verdict?.cancelAtMs).toBeUndefined();
  });

  it('does not tell of a cancel that is already due', () => {
    expect(verdictsOf([early])[0]?.cancelAtMs).toBeUndefined();
  });
});

describe('a closer look', () => {
  const metabase = { match: { client: 'metabase' } };
  const early = { ...metabase, warnAt: { runTime: '20m' } };
  const dark = { ...metabase, limit: { bytesProcessed: '1 B' } };
  it.each<[string, WrittenRule, JobFields, boolean]>([
    ['is worth it when only the statement can tell whether a rule matches', metabase, long, true],
    ['is worth nothing below the limit', metabase, {}, false],
    ['is worth it above the warning line', early, { runTimeMs: minutes(21) }, true],
    ['is worth nothing below the warning line', early, { runTimeMs: minutes(19) }, false],
    [
      'is worth it above the line while the limit is unknown',
      { ...early, ...dark },
      { ...long, bytesProcessed: undefined },
      true,
    ],
    ['is worth nothing while the limit is unknown', dark, { ...long, bytesProcessed: undefined }, false],
    ['is worth nothing once the statement was read', metabase, { ...long, queryText: 'SELECT 1' }, false],
    ['is worth nothing where the match is known', {}, long, false],
    ['is worth nothing where the rule cannot match', { match: { client: 'dbt' } }, long, false],
    ['is worth nothing outside the hours of the rule', { ...metabase, active: { days: 'sun' } }, long, false],
    ['is worth nothing at a redacted job', metabase, { ...long, redacted: true }, false],
  ])('%s', (_says, rule, fields, expected) => {
    expect(needsLook(compiled({ rules: [aRule(rule)] }), aJob(fields), nowMs)).toBe(expected);
  });

  it.each<[string, WrittenRule, JobFields, boolean]>([
    ['is worth it when only the statement can tell whether a rule is set aside', metabase, long, true],
    ['is worth nothing while the rule that may be set aside is below its limit', metabase, {}, false],
    ['is worth nothing when it is known that the rule is set aside', {}, long, false],
    ['is worth nothing when it is known that it is not', { match: { client: 'dbt' } }, long, false],
  ])('%s', (_says, written, fields, expected) => {
    const softer = { name: 'softer', action: 'warn', limit: { runTime: '3h' }, overrides: ['long-queries'] } as const;
    const rules = [aRule(), aRule({ ...softer, ...written })];
    expect(needsLook(compiled({ rules }), aJob(fields), nowMs)).toBe(expected);
  });
});
