import { describe, expect, it } from 'vitest';
import { judge, softestOf } from '../../shared/evaluate/evaluate.ts';
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

  it('a cancel that is held back still wins over a warning', () => {
    const exemption = { match: { project: '*' }, reason: 'r', approvedBy: 'a@example.com', expires: '2099-12-31' };
    const verdicts = judge(
      compiled({ rules: [aRule(warn), aRule(cancel)], exemptions: [exemption] }),
      aJob(long),
      nowMs,
    );
    expect(verdicts.map(({ rule, superseded }) => [rule, superseded.map((loser) => loser.rule)])).toEqual([
      ['c', ['w']],
    ]);
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

describe('a cancel that is held back', () => {
  const gentle = {
    name: 'gentle',
    limit: { runTime: '20m' },
    action: 'cancel',
    grace: '10m',
    mode: 'enforce',
  } as const;
  const hard = { name: 'hard', limit: { runTime: '30m' }, action: 'cancel', grace: 'none', mode: 'enforce' } as const;

  it('gives way to a later one that nothing holds back, so that not knowing the first adds no cancel', () => {
    expect(verdictsOf([gentle, hard]).map(({ rule, heldBack }) => [rule, heldBack])).toEqual([['hard', undefined]]);
    const client = { ...gentle, match: { client: 'metabase' } };
    expect(verdictsOf([client, hard]).map(({ rule }) => rule)).toEqual(['hard']);
  });

  it('does not give way to one that is only on trial', () => {
    const trial = { ...hard, mode: 'observe' } as const;
    expect(verdictsOf([gentle, trial])).toMatchObject([{ rule: 'gentle', heldBack: { by: 'grace' } }]);
  });

  it('wins when all of them are held back, and when the others only warn', () => {
    expect(verdictsOf([gentle, { ...hard, grace: '5m' }])).toMatchObject([
      { rule: 'gentle', heldBack: { by: 'grace' } },
    ]);
    const warn = { name: 'warn', limit: { runTime: '10m' }, action: 'warn', mode: 'enforce' } as const;
    expect(verdictsOf([warn, gentle])).toMatchObject([{ rule: 'gentle', heldBack: { by: 'grace' } }]);
  });
});

it('does not judge the child of another job', () => {
  expect(judge(compiled(), aJob({ ...long, parentId: null }), nowMs)).toHaveLength(1);
  expect(judge(compiled(), aJob({ ...long, parentId: 'script' }), nowMs)).toEqual([]);
});
