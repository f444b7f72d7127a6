import { describe, expect, it } from 'vitest';
import { judge, needsLook, softestOf } from '../../shared/evaluate/evaluate.ts';
import type { Mode } from '../../shared/jobs/verdict.ts';
import {
  aJob,
  aRule,
  compiled,
  hours,
  minutes,
  nowMs,
  tib,
  type WrittenPolicy,
  type WrittenRule,
  type JobFields,
} from '../make.ts';

type Rules = readonly WrittenRule[];

const long = { runTimeMs: minutes(31) };

function verdictsOf(rules: Rules, fields: JobFields = long, rest: WrittenPolicy = {}) {
  return judge(compiled({ ...rest, rules: rules.map((rule) => aRule(rule)) }), aJob(fields), nowMs);
}

/** What is said of a job, in short: "rule action phase". */
function said(rules: Rules, fields: JobFields = long): string[] {
  return verdictsOf(rules, fields).map(({ rule, action, phase, mode }) => `${rule} ${action} ${phase} ${mode}`);
}

describe('a verdict', () => {
  it('names the job, the rule, the action and the reason in words, with every number behind it', () => {
    const job = aJob(long);
    const limit = { runTime: '30m', bytesProcessed: '5 TiB' };
    expect(judge(compiled({ rules: [aRule({ limit })] }), job, nowMs)).toEqual([
      {
        job,
        rule: 'long-queries',
        action: 'cancel',
        phase: 'limit',
        mode: 'enforce',
        modes: { setting: 'enforce', policy: 'enforce', target: 'enforce', rule: 'enforce' },
        because: 'has run for 31 min, over the limit of 30 min',
        measured: [
          { metric: 'runTime', value: minutes(31), threshold: minutes(30), over: true },
          { metric: 'bytesProcessed', value: 1024 ** 3, threshold: tib(5), over: false },
        ],
        superseded: [],
        cancelAtMs: undefined,
      },
    ]);
  });

  it.each<JobFields>([{ redacted: true }, { state: 'done' }, { state: 'unknown' }])(
    'is not spoken either over %j by a rule that asks for no time',
    (fields) => {
      const rule = { limit: { bytesProcessed: '1 B' } };
      expect(said([rule], long)).toHaveLength(1);
      expect(said([rule], { ...long, ...fields })).toEqual([]);
    },
  );

  it.each<[string, JobFields]>([
    ['is below the limit', { runTimeMs: minutes(29) }],
    ['is exactly at the limit', { runTimeMs: minutes(30) }],
    ['is redacted, so that nobody can say what it is', { ...long, redacted: true }],
    ['is done', { ...long, state: 'done' }],
    ['is in a state that nobody knows', { ...long, state: 'unknown' }],
    ['has no start time', { startedAtMs: undefined }],
    ['still waits, under a rule about run time', { queueTimeMs: hours(9) }],
  ])('is not spoken over a job that %s', (_says, fields) => {
    expect(said([{}], fields)).toEqual([]);
  });

  it('is spoken over a pending job by a rule about queue time', () => {
    const rule = { action: 'warn', limit: { queueTime: '6h' } } as const;
    expect(said([rule], { queueTimeMs: hours(7) })).toEqual(['long-queries warn limit enforce']);
  });

  it('is not spoken by a rule whose match is unknown, even when its limit has passed', () => {
    expect(said([{ match: { location: 'EU' } }], { ...long, location: undefined })).toEqual([]);
  });

  it('is not spoken by a rule whose limit is unknown', () => {
    expect(said([{ limit: { bytesProcessed: '1 B' } }], { bytesProcessed: undefined })).toEqual([]);
  });
});

describe('of several rules that apply', () => {
  const record = { name: 'r', action: 'record' } as const;
  const warn = { name: 'w', action: 'warn' } as const;
  const cancel = { name: 'c', action: 'cancel' } as const;
  const trial = { mode: 'observe' } as const;

  it.each<[string, Rules, string[]]>([
    ['cancel wins over warn and record', [record, warn, cancel], ['c cancel limit enforce']],
    ['warn wins over record', [record, warn], ['w warn limit enforce']],
    ['the earlier of two cancels wins', [cancel, { ...cancel, name: 'd' }], ['c cancel limit enforce']],
    ['the earlier of two warnings wins', [{ ...warn, name: 'v' }, warn], ['v warn limit enforce']],
    [
      'a rule on trial that would win speaks beside the rule in force',
      [{ ...cancel, ...trial }, warn],
      ['c cancel limit observe', 'w warn limit enforce'],
    ],
    [
      'an earlier rule on trial does not silence one in force',
      [
        { ...cancel, ...trial },
        { ...cancel, name: 'd' },
      ],
      ['c cancel limit observe', 'd cancel limit enforce'],
    ],
    ['a rule on trial that would lose says nothing', [{ ...warn, ...trial }, cancel], ['c cancel limit enforce']],
    ['a later rule on trial says nothing', [cancel, { ...cancel, ...trial, name: 'd' }], ['c cancel limit enforce']],
    [
      'rules on trial alone speak once',
      [
        { ...warn, ...trial },
        { ...cancel, ...trial },
      ],
      ['c cancel limit observe'],
    ],
    [
      'a rule that does not apply does not count',
      [{ ...cancel, limit: { runTime: '9h' } }, warn],
      ['w warn limit enforce'],
    ],
    [
      'a rule whose match is unknown does not count',
      [{ ...cancel, match: { client: 'metabase' } }, warn],
      ['w warn limit enforce'],
    ],
  ])('%s', (_says, rules, expected) => {
    expect(said(rules)).toEqual(expected);
  });

  it('records the losers as superseded, each with its own reason', () => {
    const [verdict] = verdictsOf([record, { ...warn, limit: { slotHours: 0.5 } }, cancel, { ...cancel, name: 'd' }]);
    expect(verdict?.superseded).toEqual([
      { rule: 'd', action: 'cancel', because: 'has run for 31 min, over the limit of 30 min' },
      { rule: 'w', action: 'warn', because: 'has used 1.0 slot hours, over the limit of 0.5 slot hours' },
      { rule: 'r', action: 'record', because: 'has run for 31 min, over the limit of 30 min' },
    ]);
  });

  it('records a loser on trial under the rule in force', () => {
    const [verdict] = verdictsOf([cancel, { ...warn, ...trial }]);
    expect(verdict?.superseded.map(({ rule }) => rule)).toEqual(['w']);
  });

  it('keeps the trial and the rules in force apart in what they superseded', () => {
    const [trialVerdict, verdict] = verdictsOf([
      { ...cancel, ...trial },
      { ...warn, ...trial },
      { ...warn, name: 'v' },
      record,
    ]);
    expect(trialVerdict?.superseded.map(({ rule }) => rule)).toEqual(['w']);
    expect(verdict?.superseded.map(({ rule }) => rule)).toEqual(['r']);
  });
});

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

describe('mode', () => {
  const both: readonly Mode[] = ['enforce', 'observe'];
  const all = both.flatMap((setting) =>
    both.flatMap((policy) => both.flatMap((target) => both.map((rule) => ({ setting, policy, target, rule })))),
  );

  it.each(all)('is the softest of setting $setting, policy $policy, target $target and rule $rule', (modes) => {
    const targets = [{ engine: 'bigquery' as const, projects: ['analytics-prod'], mode: modes.target }];
    const rules = [aRule({ mode: modes.rule })];
    const policy = compiled({ mode: modes.policy, targets, rules }, { setting: modes.setting });
    const expected = Object.values(modes).includes('observe') ? 'observe' : 'enforce';
    expect(judge(policy, aJob(long), nowMs)).toMatchObject([{ mode: expected, modes, action: 'cancel' }]);
    expect(softestOf(modes)).toBe(expected);
  });

  it('is observe by default in a policy, and in a rule', () => {
    const [quiet] = judge(compiled({ mode: undefined }), aJob(long), nowMs);
    expect(quiet?.modes).toMatchObject({ policy: 'observe', rule: 'enforce' });
    const [trial] = judge(compiled({ rules: [aRule({ mode: undefined })] }), aJob(long), nowMs);
    expect(trial?.modes).toMatchObject({ policy: 'enforce', rule: 'observe' });
  });

  it('is observe for a job from a place that the policy does not name', () => {
    const [verdict] = verdictsOf([{}], { ...long, target: 'bigquery:elsewhere' });
    expect(verdict?.modes.target).toBe('observe');
    expect(verdict?.mode).toBe('observe');
  });

  it('is the softer one of a project that two targets name', () => {
    const twice = [
      { engine: 'bigquery' as const, projects: ['analytics-prod'], mode: 'observe' as const },
      { engine: 'bigquery' as const, projects: ['analytics-prod', 'finance-prod'] },
    ];
    expect(verdictsOf([{}], long, { targets: twice })[0]?.mode).toBe('observe');
    const turned = { targets: [...twice].reverse() };
    expect(verdictsOf([{}], long, turned)[0]?.mode).toBe('observe');
    expect(verdictsOf([{}], { ...long, target: 'bigquery:finance-prod' }, turned)[0]?.mode).toBe('enforce');
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
