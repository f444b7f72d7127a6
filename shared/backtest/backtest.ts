import type { Compiled, CompiledRule } from '../evaluate/compile.ts';
import { holdAgainst } from '../evaluate/limits.ts';
import { holdsBlock, mayHold } from '../evaluate/matchers.ts';
import { reaches } from '../evaluate/reach.ts';
import { every, some, type Truth } from '../evaluate/truth.ts';
import { jobAt, type PastJob } from '../history/past-job.ts';
import { clientOf } from '../jobs/client.ts';
import { jobName, type Job } from '../jobs/job.ts';
import { metrics } from '../jobs/verdict.ts';
import { ownerOf } from '../owners/owner.ts';
import type { Rule } from '../policy/rule.ts';
import { afterOf, type After } from './after.ts';
import { assumptions, type Answer, type RuleSample, type VerdictAnswer } from './answer.ts';
import { inForce, lifeKey, type BacktestOptions, type InForce } from './in-force.ts';
import { replay, type Fall } from './life.ts';
import { planPeriod, type Hit, type Planned, type PlanOfPeriod } from './plan.ts';
import { lookFurther, type Further, type FurtherAsked, type LookingFurther } from './further.ts';
import { sampleOf, type Sample } from './samples.ts';
import { seenCounter } from './seen.ts';
import { timeline, type Timeline } from './timeline.ts';
import { newTally, noteCancel, noteHeld, ruleAnswer, type RuleTally } from './tally.ts';

/** A backtest that jobs are given to, in any order. It keeps counts, small samples, and the hits up to a bound. */
export interface Backtest {
  note(past: PastJob): void;
  /** Once, when all jobs were noted. */
  answer(): Answer;
  /** Which lives the answer would have cut short. */
  cancelled(): ReadonlySet<string>;
  /** The jobs of each rule in small. */
  samples(): readonly RuleSample[];
  /** What was asked for beyond the answer. */
  further(): Further;
}

interface Books {
  readonly force: InForce;
  readonly tallies: ReadonlyMap<string, RuleTally>;
  readonly samples: ReadonlyMap<string, Sample>;
  readonly seen: ReturnType<typeof seenCounter>;
  readonly timeline: Timeline;
  readonly further: LookingFurther;
  readonly hits: Hit[];
  /** Cancels have their own room in the list. */
  readonly verdicts: { readonly cancels: VerdictAnswer[]; readonly others: VerdictAnswer[] };
  readonly projects: Set<string>;
  readonly cancelled: Set<string>;
  counts: Omit<Answer['jobs'], 'projects'>;
  leftOut: { verdicts: number; hits: number };
  period: { fromMs: number; toMs: number };
}

/** Hits that are planned sweep by sweep; beyond these they are only counted, and that is said. */
const mostHits = 50_000;
const mostVerdicts = 1000;

const nobodyKnown = 'none known';

function aboutOf({ compiled, lookups }: InForce, past: PastJob) {
  const { name } = clientOf(past.final);
  return { owner: ownerOf(past.final, compiled.policy, lookups).name, client: name ?? nobodyKnown };
}

/** Whether a rule is about a job: it matches, and where it cancels it reaches. Its hours are no part of that. */
function aboutOfRule({ rule, match }: CompiledRule, job: Job, { deployment }: Compiled): Truth {
  const reached = (block: (typeof match)[number]['block']) =>
    rule.action !== 'cancel' || reaches(block, job, deployment.ownPrincipal);
  return some(match.map((matcher) => every([reached(matcher.block), holdsBlock(matcher, job)])));
}

/** What the rules are about, by a job's last moment: then every number is as high as it ever was. */
function noteCoverage({ force, tallies, samples, further }: Books, past: PastJob): void {
  const atMs = past.endedAtMs - 1;
  const job = jobAt(past, atMs);
  if (job === undefined) return;
  for (const rule of force.compiled.rules) {
    const tally = tallies.get(rule.rule.name);
    if (tally === undefined || !mayHold(rule.match, job)) continue;
    const about = aboutOfRule(rule, job, force.compiled);
    if (about === false) continue;
    tally.jobs += 1;
    const { over } = holdAgainst(rule.rule.limit, job, atMs, force.compiled.deployment.costs);
    if (about === undefined || over === undefined) tally.unjudged += 1;
    samples.get(rule.rule.name)?.note(past);
    if (about === true) further.note(rule.rule, past);
  }
}

const doing = { record: 'record', warn: 'warn', cancel: 'held back' } as const;

type Fallen = Pick<VerdictAnswer, 'rule' | 'did' | 'because' | 'heldBack'> & { readonly atMs: number };

function list({ force, verdicts, leftOut }: Books, past: PastJob, { atMs, ...fallen }: Fallen): void {
  const room = fallen.did === 'cancel' ? verdicts.cancels : verdicts.others;
  if (room.length >= mostVerdicts) {
    leftOut.verdicts += 1;
    return;
  }
  const { isReserved: _, ...after } = afterOf(past, atMs, force.compiled.deployment.costs);
  const who = { job: jobName(past.final), principal: past.final.principal, ...aboutOf(force, past) };
  room.push({ ...who, ...fallen, at: new Date(atMs).toISOString(), after });
}

/** A warning, a record, or a cancel that was held back as long as the job was there. */
function noteFall(books: Books, past: PastJob, { rule, action, atMs, because, heldBack }: Fall): void {
  const tally = books.tallies.get(rule);
  if (tally === undefined) return;
  if (action === 'record') tally.recorded += 1;
  if (action === 'warn') tally.warned += 1;
  if (action === 'cancel') noteHeld(tally, heldBack?.by ?? 'time');
  books.timeline.note(action === 'cancel' ? 'heldBack' : 'told', atMs);
  list(books, past, { rule, did: doing[action], atMs, because, ...(heldBack && { heldBack }) });
}

function noteLife(books: Books, past: PastJob): void {
  const { falls, ...life } = replay(books.force, past);
  const { open, plannable } = life;
  for (const fall of falls) {
    if (fall.action !== 'cancel' || fall.rule !== open?.rule) noteFall(books, past, fall);
  }
  const fromMs = Math.min(open?.atMs ?? Number.POSITIVE_INFINITY, ...plannable);
  if (fromMs !== Number.POSITIVE_INFINITY && books.hits.length < mostHits) {
    // A copy, so that nothing keeps the text alive that the job was read from.
    books.hits.push({ past: structuredClone(past), fromMs, ...life });
    return;
  }
  books.force.told.delete(lifeKey(past.final));
  if (open !== undefined) books.leftOut.hits += 1;
}

function noteJob(books: Books, past: PastJob): void {
  const { final, createdAtMs, endedAtMs } = past;
  const { counts, period } = books;
  if (!books.force.isListed(final)) {
    books.counts = { ...counts, notListed: counts.notListed + 1 };
    return;
  }
  period.fromMs = Math.min(period.fromMs, createdAtMs);
  period.toMs = Math.max(period.toMs, endedAtMs);
  if (typeof final.parentId === 'string') books.counts = { ...counts, partsOfScripts: counts.partsOfScripts + 1 };
  else if (final.redacted) books.counts = { ...counts, redacted: counts.redacted + 1 };
  else {
    books.counts = { ...counts, judged: counts.judged + 1 };
    books.projects.add(final.project);
    books.seen.note(createdAtMs, endedAtMs);
    noteCoverage(books, past);
    noteLife(books, past);
  }
}

function notePlanned(books: Books, { past, later, openAtMs, rule, because, cancelAtMs, heldBack }: Planned): void {
  for (const fall of later) noteFall(books, past, fall);
  const tally = books.tallies.get(rule);
  if (tally === undefined) return;
  if (cancelAtMs === undefined) {
    noteHeld(tally, heldBack?.by ?? 'time');
    books.timeline.note('heldBack', openAtMs);
    list(books, past, { rule, did: 'held back', atMs: openAtMs, because, ...(heldBack && { heldBack }) });
    return;
  }
  const after: After = afterOf(past, cancelAtMs, books.force.compiled.deployment.costs);
  books.cancelled.add(lifeKey(past.final));
  noteCancel(tally, after, aboutOf(books.force, past));
  books.timeline.note('cancels', cancelAtMs);
  if (after.likelyFalseAlarm) books.timeline.note('likelyFalseAlarms', cancelAtMs);
  list(books, past, { rule, did: 'cancel', atMs: cancelAtMs, because });
}

function answerOf(books: Books, { planned, openings }: PlanOfPeriod): Answer {
  const { force, period, leftOut } = books;
  for (const one of planned) notePlanned(books, one);
  for (const { atMs } of openings) books.timeline.note('breakerOpenings', atMs);
  const { rules } = force.compiled.policy;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    period: period.toMs < period.fromMs ? undefined : { from: iso(period.fromMs), to: iso(period.toMs) },
    jobs: { ...books.counts, projects: books.projects.size },
    rules: rules.map((rule) => ruleAnswer(books.tallies.get(rule.name) ?? newTally(), rule, openings)),
    breaker: {
      openings: openings.length,
      openMs: openings.reduce((sum, { atMs, untilMs }) => sum + untilMs - atMs, 0),
      first: openings.slice(0, 20),
    },
    verdicts: [...books.verdicts.cancels, ...books.verdicts.others].sort((a, b) =>
      a.at === b.at ? 0 : a.at < b.at ? -1 : 1,
    ),
    verdictsLeftOut: leftOut.verdicts,
    hitsLeftOut: leftOut.hits,
    assumptions,
    hours: books.timeline.hours(),
  };
}

const metricOf = ({ limit }: Rule) => metrics.find((one) => limit.of[one] !== undefined) ?? 'runTime';

function emptyBooks(force: InForce, asked: FurtherAsked): Books {
  const { rules } = force.compiled.policy;
  const { costs } = force.compiled.deployment;
  const about = (past: PastJob) => aboutOf(force, past);
  const describe = (past: PastJob) => ({ ...about(past), usd: costs.soFarUsd(past.final, past.endedAtMs) });
  return {
    force,
    tallies: new Map(rules.map(({ name }) => [name, newTally()])),
    samples: new Map(rules.map((rule) => [rule.name, sampleOf(metricOf(rule), describe)])),
    seen: seenCounter(),
    timeline: timeline(),
    further: lookFurther(force, about, asked),
    hits: [],
    verdicts: { cancels: [], others: [] },
    projects: new Set(),
    cancelled: new Set(),
    counts: { judged: 0, redacted: 0, partsOfScripts: 0, notListed: 0 },
    leftOut: { verdicts: 0, hits: 0 },
    period: { fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY },
  };
}

/** Begins a backtest of a policy, and looks at what is asked for beyond its answer. */
export function backtest(options: BacktestOptions, asked: FurtherAsked = {}): Backtest {
  const force = inForce(options);
  const books = emptyBooks(force, asked);
  return {
    note: (past) => noteJob(books, past),
    answer: () =>
      answerOf(
        books,
        planPeriod(force, books.hits, (atMs) => books.seen.at(atMs)),
      ),
    cancelled: () => books.cancelled,
    further: () => books.further.further(),
    samples: () =>
      force.compiled.policy.rules.map((rule) => ({
        rule: rule.name,
        action: rule.action,
        metric: metricOf(rule),
        limit: rule.limit,
        jobs: books.samples.get(rule.name)?.jobs() ?? [],
      })),
  };
}
