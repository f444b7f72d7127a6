import { soonMs, soonShare, type After } from '../backtest/after.ts';
import type { RuleAnswer } from '../backtest/answer.ts';
import { newTally, noteCancel, noteHeld, ruleAnswer, type RuleTally } from '../backtest/tally.ts';
import type { Costs } from '../evaluate/measure.ts';
import type { Job } from '../jobs/job.ts';
import type { Action, Mode } from '../jobs/verdict.ts';
import type { CancelsDone, Delay } from './answer.ts';
import type { Judgement } from './marks.ts';
import type { RuleStory, Story } from './story.ts';

/** Counts what one rule did, job by job. */
export interface ObservedTally {
  readonly backtest: RuleTally;
  readonly cancels: { -readonly [Key in keyof CancelsDone]: number };
  readonly delaysMs: number[];
  readonly marked: { falseAlarm: number; rightly: number };
  readonly falseAlarms: { count: number; of: number };
  readonly messages: { told: number; undeliverable: number };
  over: number;
  recorded: number;
  warned: number;
  wouldWarn: number;
  wouldCancel: number;
  wouldKnown: number;
  latest: { readonly atMs: number; readonly id: string; readonly mode: Mode; readonly action: Action } | undefined;
}

/** What stands beside the events of one job. */
export interface Beside {
  readonly mark: Judgement | undefined;
  /** What became of the messages that named it; undefined where no receipt says. */
  readonly told: 'delivered' | 'undeliverable' | undefined;
  readonly costs: Costs;
}

const msPerHour = 3_600_000;

/** Nothing counted so far. */
export function newObserved(): ObservedTally {
  return {
    backtest: newTally(),
    cancels: {
      sent: 0,
      confirmed: 0,
      finishedFirst: 0,
      failedByItself: 0,
      gone: 0,
      forbidden: 0,
      unconfirmed: 0,
      error: 0,
      open: 0,
    },
    delaysMs: [],
    marked: { falseAlarm: 0, rightly: 0 },
    falseAlarms: { count: 0, of: 0 },
    messages: { told: 0, undeliverable: 0 },
    over: 0,
    recorded: 0,
    warned: 0,
    wouldWarn: 0,
    wouldCancel: 0,
    wouldKnown: 0,
    latest: undefined,
  };
}

const endingKeys: Readonly<Record<string, Exclude<keyof CancelsDone, 'sent' | 'open'>>> = {
  'cancel.confirmed': 'confirmed',
  'cancel.finished-first': 'finishedFirst',
  'cancel.failed-by-itself': 'failedByItself',
  'cancel.gone': 'gone',
  'cancel.forbidden': 'forbidden',
  'cancel.unconfirmed': 'unconfirmed',
  'cancel.error': 'error',
};

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : Math.max(0, after - before);
}

function usdOf(costs: Costs, before: Job, after: Job, endedAtMs: number): number | undefined {
  return difference(costs.soFarUsd(after, endedAtMs), costs.soFarUsd(before, endedAtMs));
}

/** What the job did after the moment at which its cancel would have been sent; undefined while its end is not on record. */
function afterOf({ would }: RuleStory, { end }: Story, costs: Costs): After | undefined {
  const how = end?.job.end?.how;
  if (would === undefined || end === undefined || how === undefined) return undefined;
  const endedAtMs = end.job.endedAtMs ?? end.atMs;
  const timeMs = Math.max(0, endedAtMs - would.atMs);
  const runTimeMs = endedAtMs - (end.job.startedAtMs ?? end.job.createdAtMs ?? endedAtMs);
  const slotMs = difference(end.job.slotMs, would.job.slotMs);
  return {
    how,
    timeMs,
    slotHours: slotMs === undefined ? undefined : slotMs / msPerHour,
    usd: usdOf(costs, would.job, end.job, endedAtMs),
    isReserved: typeof end.job.reservation === 'string',
    likelyFalseAlarm: how === 'succeeded' && timeMs <= Math.max(soonMs, soonShare * runTimeMs),
  };
}

function noteFalseAlarm({ falseAlarms }: ObservedTally, isLikely: boolean, mark: Judgement | undefined): void {
  falseAlarms.of += 1;
  if (mark === 'false-alarm' || (isLikely && mark !== 'rightly')) falseAlarms.count += 1;
}

function noteWould(tally: ObservedTally, known: RuleStory, story: Story, { mark, costs }: Beside): void {
  const after = afterOf(known, story, costs);
  tally.wouldCancel += 1;
  if (after === undefined) {
    tally.backtest.owners.note(known.last.owner);
    tally.backtest.clients.note(known.last.client);
    if (mark !== undefined) noteFalseAlarm(tally, false, mark);
    return;
  }
  tally.wouldKnown += 1;
  noteCancel(tally.backtest, after, known.last);
  noteFalseAlarm(tally, after.likelyFalseAlarm, mark);
}

function noteSent(tally: ObservedTally, known: RuleStory, { mark }: Beside): void {
  const key = endingKeys[known.ended?.name ?? ''];
  tally.cancels.sent += 1;
  if (key !== undefined) tally.cancels[key] += 1;
  if (key === 'confirmed') noteFalseAlarm(tally, false, mark);
  if (known.acceptedMs !== undefined && known.limitMs !== undefined)
    tally.delaysMs.push(Math.max(0, known.acceptedMs - known.limitMs));
  tally.backtest.owners.note(known.last.owner);
  tally.backtest.clients.note(known.last.client);
}

function noteLatest(tally: ObservedTally, { last: { atMs, id, mode, action } }: RuleStory): void {
  const { latest } = tally;
  if (latest === undefined || atMs > latest.atMs || (atMs === latest.atMs && id > latest.id))
    tally.latest = { atMs, id, mode, action };
}

/** Counts what a rule did to one job. A job whose cancel was sent for real is no evidence of what would have been. */
export function noteStory(tally: ObservedTally, known: RuleStory, story: Story, beside: Beside): void {
  noteLatest(tally, known);
  if (known.limitMs !== undefined) tally.over += 1;
  if (known.recorded) tally.recorded += 1;
  if (known.warned) tally.warned += 1;
  if (known.wouldWarn) tally.wouldWarn += 1;
  if (known.sent) noteSent(tally, known, beside);
  else if (known.would !== undefined) noteWould(tally, known, story, beside);
  else if (known.held !== undefined) noteHeld(tally.backtest, known.held.by);
  if (!known.sent && known.ended === undefined && known.intendedMs !== undefined) tally.cancels.open += 1;
  if (beside.mark === 'false-alarm') tally.marked.falseAlarm += 1;
  if (beside.mark === 'rightly') tally.marked.rightly += 1;
  if (beside.told !== undefined) tally.messages.told += 1;
  if (beside.told === 'undeliverable') tally.messages.undeliverable += 1;
}

/** Mean, and the 95th percentile by the nearest rank. */
export function delayOf(delaysMs: readonly number[]): Delay | undefined {
  const sorted = delaysMs.toSorted((a, b) => a - b);
  const p95Ms = sorted[Math.ceil(sorted.length * 0.95) - 1];
  if (p95Ms === undefined) return undefined;
  return { count: sorted.length, meanMs: Math.round(sorted.reduce((sum, one) => sum + one, 0) / sorted.length), p95Ms };
}

/** What was only observed, as a backtest says it. */
export function observedAnswer(
  tally: ObservedTally,
  rule: { readonly name: string; readonly action: Action },
  about: { readonly looks: { readonly jobs: number; readonly unknown: number } | undefined; readonly openings: number },
): RuleAnswer {
  const { backtest, recorded, warned, wouldCancel, wouldKnown } = tally;
  const counted = { jobs: about.looks?.jobs ?? 0, unjudged: about.looks?.unknown ?? 0, recorded, warned };
  const answer = ruleAnswer({ ...backtest, ...counted, cancels: wouldCancel }, rule, []);
  const unpriced = answer.after.unpriced + wouldCancel - wouldKnown;
  return { ...answer, after: { ...answer.after, unpriced }, breakerOpenings: about.openings };
}
