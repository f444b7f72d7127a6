import type { ReportAnswer, RuleReport } from '../../shared/report/answer.ts';
import { isWorthSaying } from '../../shared/report/verdict.ts';
import { formatDuration } from '../../shared/jobs/duration.ts';
import { countWords, namesWords, ruleCells, ruleHeadings } from './backtest-words.ts';

/** The headings of a backtest, in its order, with those between them that only a report has. */
const columns: readonly (readonly [heading: string, cell: (one: RuleReport) => string])[] = [
  ['RULE', ({ rule }) => rule],
  ['OVER LIMIT', ({ over }) => countWords(over)],
  ['CANCELS', ({ action, cancels }) => (action === 'cancel' ? countWords(cancels.sent) : '')],
  ['WOULD CANCEL', (one) => ofBacktest(one, 'CANCELS')],
  ['LIKELY FALSE', (one) => ofBacktest(one, 'LIKELY FALSE')],
  ['MARKED FALSE', ({ marked }) => (marked.falseAlarm === 0 ? '' : countWords(marked.falseAlarm))],
  ['HELD BACK', (one) => ofBacktest(one, 'HELD BACK')],
  ['WARNED', (one) => ofBacktest(one, 'WARNED')],
  ['WOULD WARN', ({ wouldWarn }) => (wouldWarn === 0 ? '' : countWords(wouldWarn))],
  ['TIME AFTER', (one) => ofBacktest(one, 'TIME AFTER')],
  ['SLOT HOURS AFTER', (one) => ofBacktest(one, 'SLOT HOURS AFTER')],
  ['MONEY AFTER', (one) => ofBacktest(one, 'MONEY AFTER')],
  ['OWNERS', ({ observed }) => (observed.owners.different === 0 ? '' : countWords(observed.owners.different))],
  ['NOT JUDGED', (one) => ofBacktest(one, 'NOT JUDGED')],
];

/** The cell that a backtest has under the heading, for the jobs that were observed. */
function ofBacktest({ observed }: RuleReport, heading: string): string {
  return ruleCells(observed)[ruleHeadings.indexOf(heading)] ?? '';
}

/** The table of rules; columns in which no rule has anything to say are left out. */
export function ruleTable(rules: readonly RuleReport[]): {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
} {
  const rows = rules.map((one) => columns.map(([, cell]) => cell(one)));
  const used = columns.map((_, column) => rows.some((row) => !['', '0'].includes(row[column] ?? '')));
  const keep = <Item>(items: readonly Item[]) => items.filter((_, column) => used[column]);
  return { headings: keep(columns.map(([heading]) => heading)), rows: rows.map((row) => keep(row)) };
}

const plural = (count: number, word: string) => `${countWords(count)} ${count === 1 ? word : `${word}s`}`;
const sum = (rules: readonly RuleReport[], of: (one: RuleReport) => number) =>
  rules.reduce((total, one) => total + of(one), 0);

const endings: readonly (readonly [keyof RuleReport['cancels'], string])[] = [
  ['confirmed', 'confirmed'],
  ['finishedFirst', 'finished first'],
  ['failedByItself', 'failed by itself'],
  ['gone', 'gone'],
  ['forbidden', 'forbidden'],
  ['unconfirmed', 'unconfirmed'],
  ['error', 'failed'],
  ['open', 'planned and not heard of since'],
];

function cancelWords({ rules, delay }: ReportAnswer): readonly string[] {
  const sent = sum(rules, ({ cancels }) => cancels.sent);
  const open = sum(rules, ({ cancels }) => cancels.open);
  if (sent + open === 0) return ['No cancel was sent.'];
  const parts = endings.flatMap(([key, words]) => {
    const count = sum(rules, ({ cancels }) => cancels[key]);
    return count === 0 ? [] : [`${countWords(count)} ${words}`];
  });
  const done = `${plural(sent, 'cancel')} ${sent === 1 ? 'was' : 'were'} sent: ${parts.join(', ')}.`;
  if (delay === undefined) return [done];
  const { meanMs, p95Ms } = delay;
  const took = `From the limit to the accepted cancel it took ${formatDuration(meanMs)} on average, and ${formatDuration(p95Ms)} or less in 95 of 100 cases.`;
  return [done, took];
}

function observedWords({ rules }: ReportAnswer): readonly string[] {
  const would = sum(rules, ({ wouldCancel }) => wouldCancel);
  const warned = sum(rules, ({ wouldWarn }) => wouldWarn);
  if (would + warned === 0) return [];
  const parts = [
    ...(would === 0 ? [] : [`${plural(would, 'job')} would have been cancelled`]),
    ...(warned === 0 ? [] : [`the owners of ${plural(warned, 'job')} would have been warned`]),
  ];
  return [`Only observed: ${parts.join(', and ')}.`];
}

function breakerWords({ breaker }: ReportAnswer): string {
  const { openings, openMs, byHand, openSince } = breaker;
  const times = openings === 1 ? 'once' : `${countWords(openings)} times`;
  const hand = byHand === 0 ? '' : ` It was closed by hand ${byHand === 1 ? 'once' : `${countWords(byHand)} times`}.`;
  const now = openSince === undefined ? '' : ` It is open since ${openSince.slice(0, 16)}Z.`;
  if (openings === 0) return `The breaker did not open.${hand}${now}`;
  return `The breaker opened ${times}, for ${formatDuration(openMs)} in all.${hand}${now}`;
}

function messageWords({ messages }: ReportAnswer): readonly string[] {
  if (messages === undefined) return [];
  const { delivered, undeliverable } = messages;
  const days = 'Receipts are kept for 14 days';
  if (delivered + undeliverable === 0) return [`No message has a receipt. ${days}.`];
  const lost = undeliverable === 0 ? 'none was undeliverable' : `${countWords(undeliverable)} could not be delivered`;
  return [`${plural(delivered, 'message')} ${delivered === 1 ? 'was' : 'were'} delivered, ${lost}. ${days}.`];
}

function markWords({ marks }: ReportAnswer): readonly string[] {
  if (marks === undefined || marks.falseAlarm + marks.rightly === 0) return [];
  const parts = [
    ...(marks.falseAlarm === 0 ? [] : [`${plural(marks.falseAlarm, 'job')} as a false alarm`]),
    ...(marks.rightly === 0 ? [] : [`${plural(marks.rightly, 'job')} as rightly stopped`]),
  ];
  return [`People marked ${parts.join(', and ')}.`];
}

function againWords({ rules }: ReportAnswer): readonly string[] {
  const again = sum(rules, ({ startedAgain }) => startedAgain);
  if (again === 0) return [];
  return [
    `${plural(again, 'job')} came back after a cancel: the same query of the same principal, over a limit again.`,
  ];
}

function nowWords({ cases }: ReportAnswer): readonly string[] {
  if (cases === undefined) return [];
  const { open, unconfirmed, forbidden } = cases;
  const bad = Object.entries({ unconfirmed, forbidden }).filter(([, count]) => count > 0);
  const said = bad.map(([word, count]) => `, ${countWords(count)} ${word}`).join('');
  return [
    open === 0 ? 'No case is open now.' : `${plural(open, 'case')} ${open === 1 ? 'is' : 'are'} open now${said}.`,
  ];
}

const otherNames: readonly (readonly [string, string])[] = [
  ['policy.changed', 'The policy changed'],
  ['policy.rejected', 'An edit of the policy was rejected'],
  ['stop.set', 'Every cancel was stopped by hand'],
  ['target.failed', 'A target could not be seen whole'],
];

function otherWords({ others }: ReportAnswer): readonly string[] {
  const times = (count: number) => (count === 1 ? 'once' : `${countWords(count)} times`);
  const said = otherNames.flatMap(([name, words]) => {
    const count = others[name] ?? 0;
    return count === 0 ? [] : [`${words} ${times(count)}.`];
  });
  return said.length === 0 ? [] : [said.join(' ')];
}

function leftOutWords({ unknownEvents, leftOut }: ReportAnswer): readonly string[] {
  const unknown = Object.entries(unknownEvents).map(([type, count]) => `${countWords(count)} ${type}`);
  return [
    ...(unknown.length === 0
      ? []
      : [`This version does not know these events, and left them out: ${unknown.join(', ')}.`]),
    ...(leftOut === 0 ? [] : [`${countWords(leftOut)} events were left out: there were too many for one report.`]),
  ];
}

/** From when to when. */
export function periodWords({ period }: ReportAnswer): string {
  return `${period.from.slice(0, 10)} to ${period.to.slice(0, 10)}`;
}

/** What happened, in sentences. */
export function factWords(answer: ReportAnswer): readonly string[] {
  const { jobs } = answer;
  const all =
    jobs === 0 ? 'No rule had anything to say of a job.' : `The rules had something to say of ${plural(jobs, 'job')}.`;
  return [
    all,
    ...cancelWords(answer),
    ...observedWords(answer),
    ...againWords(answer),
    breakerWords(answer),
    ...messageWords(answer),
    ...markWords(answer),
    ...nowWords(answer),
    ...otherWords(answer),
    ...leftOutWords(answer),
  ];
}

/** What is to be said of each rule that was over, with its name. */
export function verdictWords({ rules }: ReportAnswer): readonly { readonly rule: string; readonly says: string }[] {
  const gone = (one: RuleReport) => (one.inPolicy === false ? ' The policy has no such rule any more.' : '');
  return rules.filter(isWorthSaying).map((one) => ({ rule: one.rule, says: one.verdict.says + gone(one) }));
}

/** Who was hit, or would have been, by rule. */
export function hitWords({ rules }: ReportAnswer): readonly { readonly rule: string; readonly says: string }[] {
  return rules
    .filter(({ cancels, wouldCancel }) => cancels.sent + wouldCancel > 0)
    .map(({ rule, observed }) => ({
      rule,
      says: `${namesWords(observed.owners)}; by ${namesWords(observed.clients)}`,
    }));
}

/** What kept jobs from being cancelled, in sentences. */
export function exceptionWords({ exemptions, optOut }: ReportAnswer): readonly string[] {
  const said = (exemptions ?? []).map(({ reason, approvedBy, expires, jobs, rules, daysLeft, inPolicy }) => {
    const who = approvedBy === '' ? '' : `, approved by ${approvedBy}`;
    const left = daysLeft === undefined ? `ended on ${expires}` : `until ${expires}, ${plural(daysLeft, 'day')} left`;
    const kept = jobs === 0 ? 'kept no job' : `kept ${plural(jobs, 'job')} from ${rules.join(', ')}`;
    return `"${reason}"${who} (${left}): ${kept}.${inPolicy ? '' : ' The policy that was read has no such exemption.'}`;
  });
  const kept = `Owners kept ${plural(optOut.jobs, 'job')} by their label: ${namesWords(optOut.owners)}.`;
  const unused = optOut.offered === true ? ['No owner kept a job by the label that the policy offers.'] : [];
  return [...said, ...(optOut.jobs > 0 ? [kept] : unused)];
}

/** What is missing to say more, with what would help. */
export function missingWords(answer: ReportAnswer): readonly string[] {
  const { coverage, cases, neverFired, rules } = answer;
  const isPolicy = rules.some(({ inPolicy }) => inPolicy !== undefined);
  return [
    ...(neverFired.length === 0 ? [] : [`Rules that no job was over: ${neverFired.join(', ')}.`]),
    ...(coverage.sweeps > 0
      ? [`How many jobs the rules could not judge is from ${plural(coverage.sweeps, 'sweep')}.`]
      : [
          'How many jobs the rules could not judge is not known: add the events sweep.completed, or the log lines of that name.',
        ]),
    ...(isPolicy ? [] : ['Which rules and exemptions were never used is not known: add --policy.']),
    ...(cases === undefined ? ['Marks, receipts and open cases were not looked at: add --state.'] : []),
  ];
}
