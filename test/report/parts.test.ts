import { describe, expect, it, test } from 'vitest';
import type { RuleReport } from '../../shared/report/answer.ts';
import { breakerOf } from '../../shared/report/breaker.ts';
import { exemptionsOf } from '../../shared/report/exemptions.ts';
import { gathering, type BreakerSeen } from '../../shared/report/gathering.ts';
import { jobSeen, limitPassedAt } from '../../shared/report/job-seen.ts';
import { delayOf, newObserved, noteStory, observedAnswer } from '../../shared/report/rule-tally.ts';
import { isWorthSaying, verdictOf } from '../../shared/report/verdict.ts';
import { startedAgain } from '../../shared/report/retries.ts';
import { addTo, storyOf } from '../../shared/report/story.ts';
import { unwrapped } from '../../shared/report/unwrap.ts';
import { jobEvent, type JobEventInput } from '../../shared/audit/job-event.ts';
import { caseId } from '../../shared/audit/event.ts';
import type { Outcome, Verdict } from '../../shared/jobs/verdict.ts';
import { aDeployment, aJob, aPolicy, aVerdict, hours, minutes, nowMs, seconds } from '../make.ts';

// Synthetic: no such project, person, job or policy exists.

const startedAtMs = nowMs - hours(1);
const job = aJob({ startedAtMs, createdAtMs: startedAtMs, queryText: 'SELECT 1' });

interface Step {
  readonly name: JobEventInput['name'];
  readonly sequence: number;
  readonly atMs?: number;
  readonly verdict?: Partial<Verdict>;
  readonly outcome?: Partial<Outcome>;
}

/** An event, read again as a report reads it. */
function seen({ name, sequence, atMs = nowMs, verdict: fields, outcome }: Step) {
  const verdict = aVerdict({ job, ...fields });
  const context = { source: '//test', sweepId: `s${sequence}`, nowMs: atMs, policy: { sha256: 'a', where: 'p' } };
  const event = jobEvent({
    name,
    verdict,
    case: caseId(verdict.job),
    sequence,
    attempt: sequence,
    context,
    ...(outcome && { outcome: { verdict, did: 'cancelled', why: 'w', job: verdict.job, ...outcome } }),
  });
  const read = unwrapped(event);
  const found = typeof read === 'string' ? read : jobSeen(read, name);
  if (typeof found === 'string') throw new Error(found);
  return found;
}

function storyIn(steps: readonly Step[]) {
  const all = steps.map(seen);
  const [first] = all;
  if (first === undefined) throw new Error('a story has to have a step');
  const story = storyOf(first);
  for (const one of all) addTo(story, one);
  return story;
}

describe('the moment at which a limit passed', () => {
  const bytes = { metric: 'bytesProcessed' as const, value: 2, threshold: 1, over: true };
  const time = { metric: 'runTime' as const, value: hours(1), threshold: minutes(30), over: true };
  const table: readonly (readonly [string, Partial<Verdict>, number | undefined])[] = [
    ['of a run time is told to the millisecond', { measured: [time] }, startedAtMs + minutes(30)],
    [
      'of a time in the queue is told from the creation',
      { measured: [{ ...time, metric: 'queueTime', threshold: minutes(5) }] },
      startedAtMs + minutes(5),
    ],
    ['of bytes is the first sight of it', { measured: [bytes] }, nowMs],
    ['of bytes and a time is the first sight of it', { measured: [time, bytes] }, nowMs],
    [
      'of a time beside bytes that are below is told',
      { measured: [time, { ...bytes, over: false }] },
      startedAtMs + minutes(30),
    ],
    ['is not that of the warning line', { measured: [time], phase: 'warnAt' }, undefined],
    ['is not known of what could not be judged', { measured: [{ ...time, over: undefined }] }, undefined],
  ];
  test.each(table)('%s', (_, verdict, expected) => {
    expect(limitPassedAt(seen({ name: 'job.warned', sequence: 1, verdict }))).toBe(expected);
  });
});

describe('a story', () => {
  const observed = { mode: 'observe' as const };
  const sent = { cancelSentAtMs: nowMs + seconds(1) };

  it('takes the last word on its cancel, and the first call that was accepted', () => {
    const rule = storyIn([
      { name: 'cancel.intended', sequence: 1 },
      { name: 'cancel.forbidden', sequence: 2, outcome: { did: 'forbidden', ...sent } },
      { name: 'cancel.unconfirmed', sequence: 3, outcome: { did: 'unconfirmed', cancelSentAtMs: nowMs + hours(1) } },
      { name: 'cancel.confirmed', sequence: 4, outcome: { did: 'cancelled', cancelSentAtMs: nowMs + hours(2) } },
    ]).rules.get('long-queries');
    expect(rule).toMatchObject({ sent: true, ended: { name: 'cancel.confirmed' }, acceptedMs: nowMs + hours(1) });
  });

  it('is of no cancel where none was sent: the job was over when it was looked at again', () => {
    const rule = storyIn([
      { name: 'cancel.intended', sequence: 1 },
      { name: 'cancel.finished-first', sequence: 2, outcome: { did: 'finished-first' } },
    ]).rules.get('long-queries');
    expect(rule).toMatchObject({ sent: false, ended: { name: 'cancel.finished-first' } });
    const tally = newObserved();
    const nothingBeside = { mark: undefined, told: undefined, costs: aDeployment().costs };
    if (rule !== undefined) noteStory(tally, rule, storyIn([{ name: 'cancel.intended', sequence: 1 }]), nothingBeside);
    expect([tally.over, tally.cancels]).toEqual([1, newObserved().cancels]);
  });

  it('is of no cancel either where that was only observed', () => {
    const rule = storyIn([
      { name: 'cancel.finished-first', sequence: 2, verdict: observed, outcome: { did: 'finished-first', ...sent } },
    ]).rules.get('long-queries');
    expect([rule?.sent, rule?.ended]).toEqual([false, undefined]);
  });

  it('ends with the last numbers, and the words on its end are no verdict', () => {
    const end = { ...job, state: 'done' as const, endedAtMs: nowMs + hours(1), end: { how: 'succeeded' as const } };
    const story = storyIn([
      {
        name: 'case.ended',
        sequence: 3,
        verdict: { ...observed, heldBack: { by: 'freeze', why: 'f' } },
        outcome: { did: 'ended', job: end },
      },
      { name: 'cancel.would-have', sequence: 1, verdict: observed },
      { name: 'cancel.would-have', sequence: 2, atMs: nowMs + minutes(1), verdict: observed },
    ]);
    expect(story.end?.job).toMatchObject({ endedAtMs: nowMs + hours(1), end: { how: 'succeeded' } });
    expect(story.rules.get('long-queries')).toMatchObject({ would: { atMs: nowMs }, last: { sequence: 3 } });
    expect(story.rules.get('long-queries')?.held).toBeUndefined();
  });
});

describe('jobs that came back', () => {
  const run = (createdAtMs: number, fields = {}) =>
    aJob({ id: `job-${createdAtMs}`, createdAtMs, startedAtMs: createdAtMs, queryText: 'SELECT 7', ...fields });
  const cancelledAt = (atMs: number, of = run(startedAtMs)) =>
    storyIn([
      { name: 'cancel.confirmed', sequence: 1, atMs, verdict: { job: of }, outcome: { job: of, cancelSentAtMs: atMs } },
    ]);
  const over = (of: ReturnType<typeof run>) => storyIn([{ name: 'job.warned', sequence: 1, verdict: { job: of } }]);
  const counted = (...all: readonly ReturnType<typeof over>[]) =>
    startedAgain({ stories: new Map(all.map((one, index) => [String(index), one])) }).get('long-queries');

  test.each([
    ['one', [cancelledAt(nowMs), over(run(nowMs + 1))], 1],
    ['each of several, once', [cancelledAt(nowMs), over(run(nowMs + 1)), over(run(nowMs + 2))], 2],
    ['none that began before the cancel', [cancelledAt(nowMs), over(run(nowMs - 1))], undefined],
    ['none of somebody else', [cancelledAt(nowMs), over(run(nowMs + 1, { principal: 'lee@example.com' }))], undefined],
    ['none of another query', [cancelledAt(nowMs), over(run(nowMs + 1, { queryText: 'SELECT x' }))], undefined],
    ['none whose query is not known', [cancelledAt(nowMs), over(run(nowMs + 1, { queryText: undefined }))], undefined],
  ])('count %s', (_, stories, count) => {
    expect(counted(...stories)).toBe(count);
  });
});

describe('how long the breaker was open', () => {
  const at = (minute: number, opened: boolean, byHand = false): BreakerSeen => ({
    opened,
    atMs: nowMs + minutes(minute),
    sweep: `s${minute}`,
    byHand,
  });
  const known = { sinceMs: nowMs, nowMs: nowMs + minutes(60), ledger: undefined };
  test.each([
    ['not at all', [], 0],
    ['from its opening to its close', [at(10, true), at(15, false)], 5],
    ['in all, whatever the order of the events', [at(15, false), at(40, false), at(30, true), at(10, true)], 15],
    ['until now, where nothing closed it', [at(50, true)], 10],
    ['since the period began, where nothing opened it', [at(5, false)], 5],
    ['never, where it was closed by hand before it could open', [at(5, false, true)], 0],
  ])('%s', (_, steps, minutesOpen) => {
    const breaker = new Map(steps.map((one, index) => [String(index), one]));
    expect(breakerOf({ breaker }, known).openMs).toBe(minutes(minutesOpen));
  });
});

describe('exemptions', () => {
  const written = {
    match: { principal: 'a@example.com' },
    reason: 'close: the year, approved by all',
    approvedBy: 'cfo@example.com',
    expires: '2026-04-01',
  };
  const { exemptions } = aPolicy({ exemptions: [written] });
  const days = { today: '2026-03-11', since: '2026-02-11' };
  const heldBy = (...sentences: readonly string[]) => {
    const all = gathering(0);
    for (const [index, why] of sentences.entries()) {
      const of = aJob({ id: `job-${index}` });
      const verdict = aVerdict({ job: of, heldBack: { by: 'exemption', why } });
      const context = { source: '//test', sweepId: 's', nowMs, policy: { sha256: 'a', where: 'p' } };
      const about = { case: caseId(of), sequence: 1, attempt: 1, context };
      all.note(jobEvent({ name: 'cancel.held-back', verdict, ...about }));
    }
    return all.gathered();
  };
  const exempt = (until: string, reason = written.reason) =>
    `It is exempt until ${until}: ${reason}, approved by cfo@example.com.`;

  it('are found again by their sentence, also when their end was moved', () => {
    const [first, ...others] = exemptionsOf(heldBy(exempt('2026-03-01'), exempt('2026-04-01')), exemptions, days);
    expect(first).toMatchObject({
      jobs: 2,
      expires: '2026-04-01',
      daysLeft: 21,
      rules: ['long-queries'],
      inPolicy: true,
    });
    expect(others).toEqual([]);
  });

  it('that the policy does not have any more are named by their sentence', () => {
    const found = exemptionsOf(heldBy(exempt('2026-03-01', 'gone')), exemptions, days);
    expect(found.map(({ reason, jobs, inPolicy }) => [reason, jobs, inPolicy])).toEqual([
      [written.reason, 0, true],
      ['gone', 1, false],
    ]);
  });

  it('that may apply, or have expired, count as used', () => {
    const may = `It cannot be told whether this applies: ${exempt('2026-04-01')}`;
    const expired = 'Its exemption expired on 2026-04-01; for 7 days after that its owner is only warned.';
    expect(exemptionsOf(heldBy(may, expired), exemptions, days)).toMatchObject([{ jobs: 2 }]);
  });

  it('that ended before the period and kept nothing are left out', () => {
    expect(exemptionsOf(heldBy(), exemptions, { today: '2026-06-01', since: '2026-05-01' })).toEqual([]);
  });
});

describe('the verdict on a rule', () => {
  const tally = newObserved();
  const looks = { jobs: 100, unknown: 20 };
  const observed = observedAnswer(tally, { name: 'r', action: 'cancel' }, { looks, openings: 0 });
  const ready: Omit<RuleReport, 'verdict'> = {
    rule: 'r',
    action: 'cancel',
    mode: 'observe',
    inPolicy: true,
    over: 20,
    recorded: 0,
    warned: 0,
    wouldWarn: 0,
    wouldCancel: 20,
    wouldKnown: 20,
    cancels: tally.cancels,
    delay: undefined,
    marked: { falseAlarm: 0, rightly: 0 },
    falseAlarms: { count: 1, of: 20 },
    startedAgain: 0,
    messages: { told: 10, undeliverable: 1 },
    observed,
    expiring: [],
  };
  const inForce = { mode: 'enforce' as const, cancels: { ...tally.cancels, sent: 5, confirmed: 5 } };

  it('is ready to enforce exactly at the thresholds', () => {
    const says = 'Ready to enforce: 20 jobs would have been cancelled, 1 of 20 a false alarm (5 %).';
    expect(verdictOf(ready)).toEqual({ kind: 'ready', says, against: [] });
    expect(verdictOf({ ...ready, wouldCancel: 10, wouldKnown: 10, falseAlarms: { count: 0, of: 10 } }).kind).toBe(
      'ready',
    );
  });

  const objections: readonly (readonly [string, Partial<RuleReport>, RegExp])[] = [
    ['too few jobs', { wouldKnown: 9 }, /^only 9 jobs that it would have cancelled have an end on record, and 10 are/],
    ['no job at all', { wouldKnown: 0 }, /^no job that it would have cancelled has an end on record/],
    ['false alarms', { falseAlarms: { count: 2, of: 20 } }, /^of 20 jobs, 2 were false alarms or likely ones \(10 %/],
    ['what it cannot judge', { observed: { ...observed, unjudged: 21 } }, /^it could not judge 21 % of its jobs/],
    ['messages', { messages: { told: 9, undeliverable: 1 } }, /^the messages on 1 of 9 jobs could not be delivered/],
    ['the breaker', { observed: { ...observed, breakerOpenings: 1 } }, /^the breaker opened on it/],
    [
      'the breaker, to the end',
      { observed: { ...observed, heldBack: { breaker: 2 } } },
      /^the breaker held back .* 2 jobs/,
    ],
    [
      'an exemption that ends',
      { expiring: [{ reason: 'close', expires: '2026-04-01', jobs: 1 }] },
      /^an exemption ends soon: "close" on 2026-04-01, which kept 1 job/,
    ],
  ];
  it.each(objections)('is not ready for %s', (_, more, says) => {
    const verdict = verdictOf({ ...ready, ...more });
    expect([verdict.kind, verdict.against]).toEqual(['not-ready', [expect.stringMatching(says)]]);
    expect(verdict.says).toBe(`Not ready to enforce: ${verdict.against[0]}.`);
  });

  it('in force is that nothing speaks against it', () => {
    const { kind, says } = verdictOf({ ...ready, ...inForce, wouldKnown: 0 });
    expect([kind, says]).toEqual(['in-force', 'In force: 5 cancels sent, 5 confirmed; nothing speaks against it.']);
  });

  it('in force is to be looked at where cancels had no effect or jobs came back', () => {
    const cancels = { ...inForce.cancels, forbidden: 1, error: 2 };
    const { kind, against } = verdictOf({ ...ready, ...inForce, cancels, startedAgain: 3 });
    expect(kind).toBe('look-at');
    expect(against).toEqual([
      'cancels without effect so far: 1 forbidden, 2 failed',
      '3 jobs came back: the same query after its cancel',
    ]);
  });

  it('says of a rule that never fired whether it could have told', () => {
    const quiet = { ...ready, over: 0, wouldCancel: 0, wouldKnown: 0 };
    const blind = { ...quiet, observed: { ...observed, unjudged: 100 } };
    expect([verdictOf(quiet).kind, isWorthSaying(quiet), isWorthSaying(blind)]).toEqual(['quiet', false, true]);
    expect(verdictOf(blind).says).toContain('as far as can be told: it could not judge 100 % of its jobs');
  });

  it('has nothing to enforce in a rule that only warns', () => {
    expect(verdictOf({ ...ready, action: 'warn' })).toMatchObject({ kind: 'no-cancel', against: [] });
  });
});

test('the 95th percentile is the nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(delayOf(hundred)).toEqual({ count: 100, meanMs: 51, p95Ms: 95 });
  expect(delayOf([7])).toEqual({ count: 1, meanMs: 7, p95Ms: 7 });
  expect(delayOf([])).toBeUndefined();
});
