import type { Action } from '../jobs/verdict.ts';
import type { After } from './after.ts';
import type { Range, RuleAnswer } from './answer.ts';
import { counter, type Counter } from './counter.ts';
import type { Opening } from './plan.ts';

type Adding = { -readonly [Key in keyof Range]: number };

/** What jobs did after they would have been cancelled, added up. */
export interface AfterSums {
  likelyFalseAlarms: number;
  unpriced: number;
  readonly timeMs: Adding;
  readonly slotHours: Adding;
  readonly usd: Adding;
}

/** Counts what one rule did, job by job. */
export interface RuleTally extends AfterSums {
  jobs: number;
  unjudged: number;
  recorded: number;
  warned: number;
  cancels: number;
  readonly ended: Record<After['how'], number>;
  readonly heldBack: Map<string, number>;
  readonly owners: Counter;
  readonly clients: Counter;
}

const zero = (): Adding => ({ low: 0, high: 0 });

/** Nothing added up so far. */
export function noSums(): AfterSums {
  return { likelyFalseAlarms: 0, unpriced: 0, timeMs: zero(), slotHours: zero(), usd: zero() };
}

/** Nothing counted so far. */
export function newTally(): RuleTally {
  return {
    jobs: 0,
    unjudged: 0,
    recorded: 0,
    warned: 0,
    cancels: 0,
    ...noSums(),
    ended: { succeeded: 0, failed: 0, stopped: 0 },
    heldBack: new Map(),
    owners: counter(),
    clients: counter(),
  };
}

function add(range: Adding, amount: number, isSure: boolean): void {
  range.high += amount;
  if (isSure) range.low += amount;
}

/** Adds what one job did: for sure where its cancel was no likely false alarm, and at most otherwise. */
export function addAfter(sums: AfterSums, after: After): void {
  const isSure = !after.likelyFalseAlarm;
  if (!isSure) sums.likelyFalseAlarms += 1;
  add(sums.timeMs, after.timeMs, isSure);
  add(sums.slotHours, after.slotHours ?? 0, isSure);
  if (after.usd === undefined) sums.unpriced += 1;
  else add(sums.usd, after.usd, isSure && after.isReserved);
}

/** Counts a job whose cancel would have been sent. */
export function noteCancel(
  tally: RuleTally,
  after: After,
  about: { readonly owner: string; readonly client: string },
): void {
  tally.cancels += 1;
  tally.ended[after.how] += 1;
  addAfter(tally, after);
  tally.owners.note(about.owner);
  tally.clients.note(about.client);
}

/** Counts a job whose cancel was held back to its end. */
export function noteHeld(tally: RuleTally, by: string): void {
  tally.heldBack.set(by, (tally.heldBack.get(by) ?? 0) + 1);
}

/** What was counted, as the answer for the rule. */
export function ruleAnswer(
  tally: RuleTally,
  { name, action }: { readonly name: string; readonly action: Action },
  openings: readonly Opening[],
): RuleAnswer {
  const { jobs, unjudged, recorded, warned, cancels, likelyFalseAlarms, unpriced } = tally;
  return {
    rule: name,
    action,
    jobs,
    unjudged,
    recorded,
    warned,
    cancels,
    likelyFalseAlarms,
    ended: tally.ended,
    heldBack: Object.fromEntries([...tally.heldBack].sort(([a], [b]) => (a < b ? -1 : 1))),
    after: { timeMs: tally.timeMs, slotHours: tally.slotHours, usd: tally.usd, unpriced },
    owners: tally.owners.counted(),
    clients: tally.clients.counted(),
    breakerOpenings: openings.filter(({ rules }) => rules.includes(name)).length,
  };
}
