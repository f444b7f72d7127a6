import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf } from '../../shared/evaluate/changes.ts';
import { judge } from '../../shared/evaluate/evaluate.ts';
import { explain } from '../../shared/evaluate/explain.ts';
import { held, planOf } from '../../shared/evaluate/safety.ts';
import type { BlockTrace } from '../../shared/evaluate/trace-match.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import { aJob, aRule, compiled, hours, minutes, nowMs, tib, type JobFields, type WrittenPolicy } from '../make.ts';
import { job, policy } from './arbitrary.ts';

const runs = { numRuns: 300 };

const isHeld = ({ holds }: { readonly holds: boolean }) => holds;

describe('what is explained is what is judged', () => {
  it('gives the verdicts of a sweep, each with what holds it back first', () => {
    fc.assert(
      fc.property(policy, job, (written, one) => {
        const ready = compiled(written);
        const { verdicts } = explain(ready, one, nowMs);
        const planned = planOf(ready, judge(ready, one, nowMs), 1, nowMs).verdicts;
        expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(planned));
        for (const { verdict, holds } of verdicts) {
          const first = holds.find(isHeld);
          expect([first?.by, first?.why]).toEqual([verdict.heldBack?.by, verdict.heldBack?.why]);
        }
      }),
      runs,
    );
  });

  it('says of every rule what became of it: it wins, is superseded, is set aside, or does not apply', () => {
    fc.assert(
      fc.property(policy, job, (written, one) => {
        const ready = compiled(written);
        const { rules } = explain(ready, one, nowMs);
        const verdicts = judge(ready, one, nowMs);
        const named = (fate: string) => rules.filter((rule) => rule.fate === fate).map(({ rule }) => rule);
        expect(new Set(named('wins'))).toEqual(new Set(verdicts.map(({ rule }) => rule)));
        const superseded = verdicts.flatMap((verdict) => verdict.superseded.map(({ rule }) => rule));
        expect(new Set(named('superseded'))).toEqual(new Set(superseded));
        for (const { fate, says, limit, warnAt, matched, reached, setAsideBy } of rules) {
          const isOver = limit.over === 'yes' || warnAt?.over === 'yes';
          const applies = reached === 'yes' && (isOver || says.startsWith('It could not be judged for '));
          expect(applies).toBe(fate !== 'does-not-apply');
          if (applies) expect(matched).toBe('yes');
          if (fate === 'set-aside') expect(setAsideBy).not.toEqual([]);
        }
      }),
      runs,
    );
  });

  const all = (answers: readonly string[]) =>
    answers.includes('no') ? 'no' : answers.includes('unknown') ? 'unknown' : 'yes';
  const opposites: Readonly<Record<string, string>> = { yes: 'no', no: 'yes', unknown: 'unknown' };
  const expectSound = ({ keys, unless, holds }: BlockTrace) => {
    expect(holds).toBe(all([...keys.map((key) => key.holds), ...unless.map((block) => opposites[block.holds] ?? '')]));
    unless.forEach(expectSound);
  };

  it('lets every answer follow from the answers below it', () => {
    fc.assert(
      fc.property(policy, job, (written, one) => {
        for (const rule of explain(compiled(written), one, nowMs).rules) rule.blocks.forEach(expectSound);
      }),
      runs,
    );
  });

  it('gives a sentence for every rule and every hold', () => {
    fc.assert(
      fc.property(policy, job, (written, one) => {
        const { rules, verdicts } = explain(compiled(written), one, nowMs);
        const says = [
          ...rules.map((rule) => rule.says),
          ...verdicts.flatMap(({ holds }) => holds.map(({ why }) => why)),
        ];
        for (const sentence of says) expect(sentence).toMatch(/^\S.{8,}\.$/);
      }),
      runs,
    );
  });
});

interface Told {
  readonly policy: WrittenPolicy;
  readonly job?: JobFields;
  readonly says: string;
  readonly fate?: string;
}

const late = { runTimeMs: minutes(40) };

describe('the sentence of a rule', () => {
  const table: [string, Told][] = [
    [
      'applies, by its limit',
      { policy: { rules: [aRule()] }, fate: 'wins', says: 'It has run for 40 min, over the limit of 30 min.' },
    ],
    [
      'applies, by its warning line',
      {
        policy: { rules: [aRule({ limit: { runTime: '1h' }, warnAt: { runTime: '30m' } })] },
        fate: 'wins',
        says: 'It has run for 40 min, past the warning line of 30 min.',
      },
    ],
    [
      'does not match',
      {
        policy: { rules: [aRule({ match: { project: 'x-*', principal: '*@example.com' } })] },
        says: 'Does not match: project is analytics-prod (wanted "x-*").',
      },
    ],
    [
      'does not match for an absent label',
      {
        policy: { rules: [aRule({ match: { labels: { team: ['present', '!x'] } } })] },
        says: 'Does not match: labels.team is absent (wanted "present" or "!x").',
      },
    ],
    [
      'does not match for its unless',
      {
        policy: { rules: [aRule({ match: { project: '*', unless: { principalKind: 'person' } } })] },
        says: 'Does not match: unless holds: principalKind is person (wanted "person").',
      },
    ],
    [
      'cannot be told to match',
      {
        policy: { rules: [aRule({ match: { labels: { team: 'x' } } })] },
        job: { labels: undefined },
        says: 'Whether it matches cannot be told: labels.team is not known (wanted "x").',
      },
    ],
    [
      'cannot be told to match while the statement is unread',
      {
        policy: { rules: [aRule({ match: { client: 'metabase' } })] },
        says: 'Whether it matches cannot be told: client is none, or metabase: its statement was not seen (wanted "metabase").',
      },
    ],
    [
      'matches by none of its blocks',
      {
        policy: { rules: [aRule({ match: [{ project: 'x' }, { location: 'US' }] })] },
        says: 'Does not match: project is analytics-prod (wanted "x") - or: location is EU (wanted "US").',
      },
    ],
    [
      'does not reach writes',
      {
        policy: { rules: [aRule()] },
        job: { statementType: 'MERGE' },
        says: 'It does not reach the job. The rule names no statement type, so it cancels SELECT queries only; this is MERGE.',
      },
    ],
    [
      'does not reach what may be a write',
      {
        policy: { rules: [aRule()] },
        job: { statementType: undefined },
        says: 'It does not reach the job. The rule names no statement type, so it cancels SELECT queries only; what this is cannot be told.',
      },
    ],
    [
      'does not reach continuous queries',
      {
        policy: { rules: [aRule()] },
        job: { continuous: true },
        says: 'It does not reach the job. The rule does not name continuous queries, and this is one.',
      },
    ],
    [
      'does not reach the watchdog',
      {
        policy: { rules: [aRule()] },
        job: { principal: 'jobwarden@ops.iam.gserviceaccount.com' },
        says: "It does not reach the job. The rule does not name the watchdog's own identity, and this is its job.",
      },
    ],
    [
      'is not active',
      {
        policy: { timezone: 'Europe/Berlin', rules: [aRule({ active: { days: 'mon-fri', hours: '12:00-18:00' } })] },
        says: 'It does not act now: mon-fri 12:00-18:00 Europe/Berlin; it is wed 11:00.',
      },
    ],
    [
      'is within its limit',
      {
        policy: { rules: [aRule({ limit: { runTime: '1h' } })] },
        says: 'Within its limit: it has run for 40 min of 1 h.',
      },
    ],
    [
      'has a limit that does not count',
      {
        policy: { rules: [aRule({ action: 'warn', limit: { queueTime: '1h' } })] },
        says: 'Within its limit: queueTime 1 h: does not apply to the job as it is now.',
      },
    ],
    [
      'has a limit that cannot be told',
      {
        policy: { rules: [aRule({ limit: { bytesProcessed: '1 TiB' } })] },
        job: { bytesProcessed: undefined },
        says: 'Whether the limit has passed cannot be told: bytesProcessed 1.00 TiB: the engine gives no bytes processed yet.',
      },
    ],
    [
      'is set aside',
      {
        policy: {
          rules: [
            aRule(),
            aRule({ name: 'other', action: 'record', limit: { runTime: '9h' }, overrides: ['long-queries'] }),
          ],
        },
        fate: 'set-aside',
        says: 'It has run for 40 min, over the limit of 30 min. Set aside by other.',
      },
    ],
    [
      'is superseded',
      {
        policy: { rules: [aRule({ action: 'warn' }), aRule({ name: 'other' })] },
        fate: 'superseded',
        says: 'It has run for 40 min, over the limit of 30 min. Superseded by other.',
      },
    ],
    [
      'would apply to a job that is not judged',
      {
        policy: { rules: [aRule({ action: 'warn' })] },
        job: { parentId: 'script-1' },
        says: 'It has run for 40 min, over the limit of 30 min. But the job is not judged.',
      },
    ],
  ];
  it.each(table)('%s', (_what, { policy: written, job: fields, says, fate = 'does-not-apply' }) => {
    const { rules } = explain(compiled(written), aJob({ ...late, ...fields }), nowMs);
    expect([rules[0]?.fate, rules[0]?.says]).toEqual([fate, says]);
  });
});

describe('a job that is not judged', () => {
  it.each([
    ['is redacted', { redacted: true }, 'never judged'],
    ['has ended', { state: 'done' }, 'has ended'],
    ['is in a state that nobody knows', { state: 'unknown' }, 'not known'],
    ['is a part of another', { parentId: 'script-1' }, 'part of script-1'],
  ] as const)('%s', (_what, fields, why) => {
    const found = explain(compiled(), aJob({ ...late, ...fields }), nowMs);
    expect(found.judged).toBe(false);
    expect(found.why).toContain(why);
    expect([found.verdicts, found.changes]).toEqual([[], []]);
    expect(found.rules.map(({ fate }) => fate)).toEqual(['does-not-apply']);
  });
});

describe('what holds a cancel back', () => {
  const written: WrittenPolicy = {
    rules: [aRule({ grace: '10m' })],
    protect: { principals: 'sam@*', upTo: { runTime: '35m' } },
    exemptions: [
      { match: { project: 'x' }, reason: 'first', approvedBy: 'cfo', expires: '2026-03-20' },
      { match: { project: '*' }, reason: 'second', approvedBy: 'cfo', expires: '2026-03-20' },
    ],
    freezes: [{ name: 'close', from: '2026-03-01', to: '2026-03-02', reason: 'r' }],
    optOut: { label: 'jobwarden=keep', allowedFor: '*', upTo: { runTime: '9h' } },
  };
  it('is told one by one, exemptions and freezes by their number', () => {
    const { verdicts } = explain(compiled(written), aJob({ ...late, labels: { jobwarden: 'keep' } }), nowMs);
    const holds = verdicts.flatMap((one) => one.holds).map(({ by, entry, holds }) => [by, entry, holds]);
    expect(holds).toEqual([
      ['protection', undefined, false],
      ['exemption', 0, false],
      ['exemption', 1, true],
      ['freeze', 0, false],
      ['opt-out', undefined, true],
      ['grace', undefined, true],
    ]);
    expect(verdicts[0]?.verdict.heldBack?.by).toBe('exemption');
  });

  it('is nothing that a policy does not speak of', () => {
    const { verdicts } = explain(compiled(), aJob(late), nowMs);
    expect(verdicts[0]?.holds).toEqual([{ by: 'grace', holds: false, why: 'The rule has no grace.' }]);
  });
});

const at = (iso: string) => Date.parse(iso);

describe('when that changes', () => {
  interface Case {
    readonly policy: WrittenPolicy;
    readonly job?: JobFields;
    readonly becomes: readonly (readonly [atMs: number, verdicts: string])[];
  }
  const words = ({ action, rule, heldBack }: Verdict) =>
    `${action} by ${rule}${heldBack ? ` held by ${heldBack.by}` : ''}`;
  const exempt = (expires: string, afterExpiry: 'warn' | 'cancel' = 'cancel') => ({
    match: { project: '*' },
    reason: 'r',
    approvedBy: 'a',
    expires,
    afterExpiry,
  });
  const cases: [string, Case][] = [
    [
      'a warning line and then a limit pass, a millisecond after they are reached',
      {
        policy: { rules: [aRule({ warnAt: { runTime: '20m' } })] },
        becomes: [
          [nowMs + minutes(15) + 1, 'warn by long-queries'],
          [nowMs + minutes(25) + 1, 'cancel by long-queries'],
        ],
      },
    ],
    [
      'a waiting job has waited long enough',
      {
        policy: { rules: [aRule({ action: 'warn', limit: { queueTime: '1h' } })] },
        job: { queueTimeMs: minutes(50) },
        becomes: [[nowMs + minutes(10) + 1, 'warn by long-queries']],
      },
    ],
    [
      'hours end and begin again, in the time zone of the policy',
      {
        policy: { timezone: 'Europe/Berlin', rules: [aRule({ active: { hours: '08:00-18:00' } })] },
        job: { runTimeMs: hours(2) },
        becomes: [
          [at('2026-03-11T17:00:00Z'), ''],
          [at('2026-03-12T07:00:00Z'), 'cancel by long-queries'],
          [at('2026-03-12T17:00:00Z'), ''],
        ],
      },
    ],
    [
      'a window past midnight ends on the day after',
      {
        policy: { rules: [aRule({ active: { days: 'tue', hours: '22:00-11:00' } })] },
        job: { runTimeMs: hours(2) },
        becomes: [
          [at('2026-03-11T11:00:00Z'), ''],
          [at('2026-03-17T22:00:00Z'), 'cancel by long-queries'],
          [at('2026-03-18T11:00:00Z'), ''],
        ],
      },
    ],
    [
      'an exemption ends with its last day',
      {
        policy: { timezone: 'Asia/Tokyo', exemptions: [exempt('2026-03-20')] },
        job: { runTimeMs: hours(2) },
        becomes: [[at('2026-03-20T15:00:00Z'), 'cancel by long-queries']],
      },
    ],
    [
      'an exemption becomes a warning for a week',
      {
        policy: { exemptions: [exempt('2026-03-20', 'warn')] },
        job: { runTimeMs: hours(2) },
        becomes: [
          [at('2026-03-21T00:00:00Z'), 'cancel by long-queries held by exemption'],
          [at('2026-03-28T00:00:00Z'), 'cancel by long-queries'],
        ],
      },
    ],
    [
      'a freeze begins and ends',
      {
        policy: { freezes: [{ name: 'f', from: '2026-03-13', to: '2026-03-14', reason: 'r' }] },
        job: { runTimeMs: hours(2) },
        becomes: [
          [at('2026-03-13T00:00:00Z'), 'cancel by long-queries held by freeze'],
          [at('2026-03-15T00:00:00Z'), 'cancel by long-queries'],
        ],
      },
    ],
    [
      'the end of the month comes',
      {
        policy: { freezes: [{ name: 'f', days: { monthEnd: [-2, 1] }, reason: 'r' }] },
        job: { runTimeMs: hours(2) },
        becomes: [
          [at('2026-03-30T00:00:00Z'), 'cancel by long-queries held by freeze'],
          [at('2026-04-02T00:00:00Z'), 'cancel by long-queries'],
        ],
      },
    ],
    [
      'a protection reaches its ceiling',
      {
        policy: { protect: { principals: '*', upTo: { runTime: '1h' } } },
        job: { runTimeMs: minutes(40) },
        becomes: [[nowMs + minutes(20) + 1, 'cancel by long-queries']],
      },
    ],
    [
      'an opt-out reaches its ceiling',
      {
        policy: { optOut: { label: 'a=b', allowedFor: '*', upTo: { runTime: '1h' } } },
        job: { runTimeMs: minutes(40), labels: { a: 'b' } },
        becomes: [[nowMs + minutes(20) + 1, 'cancel by long-queries']],
      },
    ],
    [
      'nothing that time alone decides',
      { policy: { rules: [aRule({ limit: { bytesProcessed: '1 TiB' } })] }, becomes: [] },
    ],
    [
      'limits whose passing changes nothing are left out',
      { policy: { rules: [aRule({ match: { project: 'x' } })] }, becomes: [] },
    ],
    [
      'a limit that bytes alone have passed by then',
      {
        policy: { rules: [aRule({ limit: { all: { runTime: '30m', bytesProcessed: '1 TiB' } } })] },
        job: { bytesProcessed: tib(2) },
        becomes: [[nowMs + minutes(25) + 1, 'cancel by long-queries']],
      },
    ],
  ];
  it.each(cases)('%s', (_what, { policy: written, job: fields, becomes }) => {
    const found = changesOf(compiled(written), aJob(fields), { nowMs, most: 3 });
    expect(found.map(({ atMs, verdicts }) => [atMs, verdicts.map(words).join('; ')])).toEqual(becomes);
    for (const { because } of found) expect(because.join('')).not.toBe('');
  });

  it('is told to the millisecond: one earlier, all is as before', () => {
    const gist = (written: WrittenPolicy, one: ReturnType<typeof aJob>, atMs: number) => {
      const ready = compiled(written);
      const verdicts = judge(ready, one, atMs).map((verdict) => held(ready, verdict, atMs));
      return verdicts.map(({ mode, rule, action, phase, heldBack }) => [mode, rule, action, phase, heldBack?.why]);
    };
    let found = 0;
    fc.assert(
      fc.property(policy, job, (written, one) => {
        let before = gist(written, one, nowMs);
        for (const { atMs } of changesOf(compiled(written), one, { nowMs, most: 3 })) {
          found += 1;
          expect(gist(written, one, atMs - 1)).toEqual(before);
          const now = gist(written, one, atMs);
          expect(now).not.toEqual(before);
          before = now;
        }
      }),
      runs,
    );
    expect(found).toBeGreaterThan(30);
  });
});
