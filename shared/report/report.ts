import { counter } from '../backtest/counter.ts';
import { wallTime } from '../evaluate/calendar.ts';
import type { Costs } from '../evaluate/measure.ts';
import type { Action, Mode } from '../jobs/verdict.ts';
import type { LedgerDocument } from '../ledger/document.ts';
import type { Receipt } from '../ledger/receipts.ts';
import type { Rule } from '../policy/rule.ts';
import type { Policy } from '../policy/schema.ts';
import type { ExemptionReport, ReportAnswer, RuleReport } from './answer.ts';
import { assumptions } from './assumptions.ts';
import { breakerOf } from './breaker.ts';
import { exemptionsOf } from './exemptions.ts';
import type { Gathered } from './gathering.ts';
import type { MarkRecord } from './marks.ts';
import { startedAgain } from './retries.ts';
import { delayOf, newObserved, noteStory, observedAnswer, type Beside, type ObservedTally } from './rule-tally.ts';
import type { Story } from './story.ts';
import { thresholds } from './thresholds.ts';
import { hasFired, verdictOf } from './verdict.ts';

/** What is known beside the events; undefined where it was not looked at. Times are epoch ms. */
export interface Known {
  readonly sinceMs: number;
  readonly nowMs: number;
  readonly policy: Policy | undefined;
  readonly ledger: LedgerDocument | undefined;
  readonly receipts: readonly Pick<Receipt, 'how' | 'cases'>[] | undefined;
  readonly marks: readonly MarkRecord[] | undefined;
  readonly costs: Costs;
}

/** The stories in an order that does not depend on that of the events: sums of fractions do. */
function sorted({ stories }: Gathered): readonly (readonly [string, Story])[] {
  return [...stories].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** What became of the messages about each job: delivered where one of them was. */
function toldOf(receipts: Known['receipts']): ReadonlyMap<string, Beside['told']> {
  const told = new Map<string, Beside['told']>();
  for (const { how, cases } of receipts ?? []) {
    for (const story of cases) if (how === 'delivered' || !told.has(story)) told.set(story, how);
  }
  return told;
}

function tallied(gathered: Gathered, { receipts, marks, costs }: Known): ReadonlyMap<string, ObservedTally> {
  const tallies = new Map<string, ObservedTally>();
  const told = toldOf(receipts);
  const judged = new Map((marks ?? []).map((one) => [one.case, one.mark.judged]));
  for (const [id, story] of sorted(gathered)) {
    const beside: Beside = { mark: judged.get(id), told: told.get(id), costs };
    for (const [rule, known] of story.rules) {
      const tally = tallies.get(rule) ?? newObserved();
      tallies.set(rule, tally);
      noteStory(tally, known, story, beside);
    }
  }
  return tallies;
}

/** Openings of the breaker in sweeps in which it held back cancels of the rule. */
function openingsOf(rule: string, { breaker, breakerHeld }: Gathered): number {
  const sweeps = breakerHeld.get(rule);
  return [...breaker.values()].filter(({ opened, sweep }) => opened && sweeps?.has(sweep) === true).length;
}

function modeIn(policy: Policy | undefined, rule: Rule | undefined): Mode | undefined {
  if (policy === undefined || rule === undefined) return undefined;
  return policy.mode === 'enforce' && rule.mode === 'enforce' ? 'enforce' : 'observe';
}

interface Common {
  readonly gathered: Gathered;
  readonly known: Known;
  readonly exemptions: readonly ExemptionReport[];
  readonly again: ReadonlyMap<string, number>;
}

function expiringFor(rule: string, exemptions: readonly ExemptionReport[]): RuleReport['expiring'] {
  const isSoon = ({ daysLeft = Infinity }: ExemptionReport) => daysLeft <= thresholds.expiringDays;
  return exemptions
    .filter((one) => one.jobs > 0 && one.rules.includes(rule) && isSoon(one))
    .map(({ reason, expires, jobs }) => ({ reason, expires, jobs }));
}

function ruleReport(name: string, tally: ObservedTally, { gathered, known, exemptions, again }: Common): RuleReport {
  const rule = known.policy?.rules.find((one) => one.name === name);
  const action: Action = tally.latest?.action ?? rule?.action ?? 'record';
  const about = { looks: gathered.looks.get(name), openings: openingsOf(name, gathered) };
  const { over, recorded, warned, wouldWarn, wouldCancel, wouldKnown, cancels, marked, falseAlarms, messages } = tally;
  const facts = {
    rule: name,
    // A rule that cancels warns at its warning line as well: what it is for counts.
    action: rule?.action ?? action,
    mode: tally.latest?.mode ?? modeIn(known.policy, rule),
    inPolicy: known.policy === undefined ? undefined : rule !== undefined,
    over,
    recorded,
    warned,
    wouldWarn,
    wouldCancel,
    wouldKnown,
    cancels,
    marked,
    falseAlarms,
    messages,
    delay: delayOf(tally.delaysMs),
    startedAgain: again.get(name) ?? 0,
    observed: observedAnswer(tally, { name, action: rule?.action ?? action }, about),
    expiring: expiringFor(name, exemptions),
  };
  return { ...facts, verdict: verdictOf(facts) };
}

/** The rules of the policy in its order, then those that only events or sweeps know. */
function namesOf({ looks }: Gathered, policy: Policy | undefined, tallies: ReadonlyMap<string, unknown>): string[] {
  const own = policy?.rules.map(({ name }) => name) ?? [];
  const others = [...new Set([...tallies.keys(), ...looks.keys()])].filter((name) => !own.includes(name));
  return [...own, ...others.sort()];
}

function marksOf({ stories }: Gathered, marks: Known['marks']): ReportAnswer['marks'] {
  if (marks === undefined) return undefined;
  const own = marks.filter((one) => stories.has(one.case));
  const count = (judged: string) => own.filter(({ mark }) => mark.judged === judged).length;
  return { falseAlarm: count('false-alarm'), rightly: count('rightly'), ofOtherJobs: marks.length - own.length };
}

function messagesOf(receipts: Known['receipts']): ReportAnswer['messages'] {
  if (receipts === undefined) return undefined;
  const delivered = receipts.filter(({ how }) => how === 'delivered').length;
  return { delivered, undeliverable: receipts.length - delivered };
}

function casesOf(ledger: Known['ledger']): ReportAnswer['cases'] {
  if (ledger === undefined) return undefined;
  const open = Object.values(ledger.cases).filter(({ state }) => state !== 'closed');
  const count = (wanted: string) => open.filter(({ state }) => state === wanted).length;
  return { open: open.length, unconfirmed: count('unconfirmed'), forbidden: count('forbidden') };
}

function keptOf({ kept }: Gathered): Pick<ReportAnswer['optOut'], 'jobs' | 'owners'> {
  const owners = counter();
  const jobs = new Set<string>();
  for (const [owner, stories] of kept) {
    for (const story of stories) {
      owners.note(owner);
      jobs.add(story);
    }
  }
  return { jobs: jobs.size, owners: owners.counted() };
}

const toldApart = ['policy.changed', 'policy.rejected', 'stop.set', 'target.failed', 'sweep.completed', 'notice'];
const sizes = (sets: Gathered['others']) => Object.fromEntries([...sets].map(([name, ids]) => [name, ids.size]));

function rest(gathered: Gathered) {
  const { firstMs, lastMs, others, unknownTypes, leftOut } = gathered;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    events: firstMs === undefined || lastMs === undefined ? undefined : { first: iso(firstMs), last: iso(lastMs) },
    jobs: gathered.stories.size,
    others: sizes(
      new Map(toldApart.flatMap((name) => (others.has(name) ? [[name, others.get(name) ?? new Set()]] : []))),
    ),
    unknownEvents: sizes(new Map([...unknownTypes].toSorted(([a], [b]) => (a < b ? -1 : 1)))),
    coverage: { sweeps: gathered.looksOfSweeps },
    leftOut,
  };
}

/** What was really observed and done, from the events of a period and what is known beside them. */
export function reportOf(gathered: Gathered, known: Known): ReportAnswer {
  const { policy, sinceMs, nowMs } = known;
  const day = (ms: number) => wallTime(ms, policy?.timezone ?? 'UTC').day;
  const days = { today: day(nowMs), since: day(sinceMs) };
  const exemptions = exemptionsOf(gathered, policy?.exemptions ?? [], days);
  const tallies = tallied(gathered, known);
  const common = { gathered, known, exemptions, again: startedAgain(gathered) };
  const rules = namesOf(gathered, policy, tallies).map((name) =>
    ruleReport(name, tallies.get(name) ?? newObserved(), common),
  );
  return {
    period: { from: new Date(sinceMs).toISOString(), to: new Date(nowMs).toISOString() },
    ...rest(gathered),
    rules,
    neverFired: rules.filter((one) => one.inPolicy === true && !hasFired(one)).map(({ rule }) => rule),
    delay: delayOf([...tallies.values()].flatMap(({ delaysMs }) => delaysMs)),
    breaker: breakerOf(gathered, known),
    exemptions: policy === undefined && exemptions.length === 0 ? undefined : exemptions,
    optOut: { ...keptOf(gathered), offered: policy === undefined ? undefined : policy.optOut !== undefined },
    messages: messagesOf(known.receipts),
    marks: marksOf(gathered, known.marks),
    cases: casesOf(known.ledger),
    assumptions,
  };
}
