import type { Job } from '../jobs/job.ts';
import { metrics, type Metric } from '../jobs/verdict.ts';
import type { CompiledRule } from './compile.ts';
import { isUnjudged } from './judge-rule.ts';
import { isOver, type Numbers } from './limits.ts';
import { mayHold, type BlockMatcher } from './matchers.ts';
import { amount, type Costs } from './measure.ts';

/** The rules of a policy, arranged so that the few that can have a say on a job are found without asking the others. */
export interface Candidates {
  /**
   * The rules that could change the verdicts on the job, in the policy's order: those that may match it and have a line
   * that has passed, or warn of what cannot be judged; and where there is one, those that may match it and override
   * others.
   */
  of(job: Job, nowMs: number): readonly CompiledRule[];
}

/** A number that a rule begins above. For a line that needs all its numbers one of them stands here. */
interface Mark {
  readonly threshold: number;
  readonly line: Numbers;
  readonly rule: CompiledRule;
}

/** The marks of one metric, the lowest first. */
interface Marks {
  readonly metric: Metric;
  readonly all: readonly Mark[];
}

/** Rules with their marks, the lowest mark of each metric, and those that have a say without a number. */
interface Shelf {
  readonly lowest: Readonly<Record<Metric, number>>;
  readonly marks: readonly Marks[];
  readonly overriding: readonly CompiledRule[];
  /** Those that warn where none of their numbers is known. */
  readonly unjudging: readonly CompiledRule[];
}

interface Moment {
  readonly nowMs: number;
  readonly costs: Costs;
}

const none: readonly CompiledRule[] = [];
/** Projects whose rules are remembered; beyond these the oldest is forgotten. */
const mostShelves = 4096;
const msPerHour = 3_600_000;
const never = Number.POSITIVE_INFINITY;

function marksOf(rule: CompiledRule, metric: Metric): readonly Mark[] {
  return rule.lines.flatMap((line) => {
    const numbers = line.needsAll ? line.all.slice(0, 1) : line.all;
    return numbers.filter((one) => one.metric === metric).map(({ threshold }) => ({ threshold, line, rule }));
  });
}

function shelfOf(rules: readonly CompiledRule[]): Shelf {
  const marks = metrics.map((metric) => ({
    metric,
    all: rules.flatMap((rule) => marksOf(rule, metric)).sort((a, b) => a.threshold - b.threshold),
  }));
  const lowest = (metric: Metric) => marks.find((one) => one.metric === metric)?.all[0]?.threshold ?? never;
  return {
    lowest: {
      runTime: lowest('runTime'),
      queueTime: lowest('queueTime'),
      bytesProcessed: lowest('bytesProcessed'),
      bytesEstimated: lowest('bytesEstimated'),
      slotHours: lowest('slotHours'),
      costSoFar: lowest('costSoFar'),
      costEstimated: lowest('costEstimated'),
    },
    marks: marks.filter(({ all }) => all.length > 0),
    overriding: rules.filter(({ rule }) => rule.overrides.length > 0),
    unjudging: rules.filter(({ rule }) => rule.ifUnknown === 'warn'),
  };
}

/** Whether any number of the job is above the lowest mark of its metric: the first question, asked of every job. */
function isAbove(lowest: Shelf['lowest'], job: Job, moment: Moment): boolean {
  const { nowMs } = moment;
  if (job.state === 'running' ? nowMs - (job.startedAtMs ?? nowMs) > lowest.runTime : false) return true;
  if (job.state === 'pending' ? nowMs - (job.createdAtMs ?? nowMs) > lowest.queueTime : false) return true;
  if ((job.bytesProcessed ?? -1) > lowest.bytesProcessed) return true;
  if ((job.bytesEstimated ?? -1) > lowest.bytesEstimated) return true;
  if ((job.slotMs ?? -1) / msPerHour > lowest.slotHours) return true;
  if (lowest.costSoFar !== never && mayCost('costSoFar', job, lowest, moment)) return true;
  return lowest.costEstimated !== never && mayCost('costEstimated', job, lowest, moment);
}

/** A price is looked up only where the highest of all prices would be enough. */
function mayCost(metric: 'costSoFar' | 'costEstimated', job: Job, lowest: Shelf['lowest'], { nowMs, costs }: Moment) {
  const bytes = metric === 'costSoFar' ? job.bytesProcessed : job.bytesEstimated;
  if (costs.mostUsd !== undefined && costs.mostUsd(bytes ?? 0, job.slotMs ?? 0) <= lowest[metric]) return false;
  return (amount(metric, job, nowMs, costs) ?? -1) > lowest[metric];
}

function isPast(mark: Mark, job: Job, { nowMs, costs }: Moment): boolean {
  return !mark.line.needsAll || isOver(mark.line, job, nowMs, costs);
}

/** The rules of a shelf one of whose lines has passed and which may match; in no order, and none twice. */
function passed({ marks }: Shelf, job: Job, moment: Moment): CompiledRule[] {
  const found: CompiledRule[] = [];
  for (const { metric, all } of marks) {
    const number = amount(metric, job, moment.nowMs, moment.costs) ?? -1;
    for (const mark of all) {
      if (number <= mark.threshold) break;
      if (isPast(mark, job, moment) && mayHold(mark.rule.match, job) && !found.includes(mark.rule))
        found.push(mark.rule);
    }
  }
  return found;
}

function mayBeUnjudged({ rule, lines }: CompiledRule, job: Job, { nowMs, costs }: Moment): boolean {
  if (!isUnjudged(rule, job, nowMs)) return false;
  return lines.every(({ all }) => all.every(({ metric }) => amount(metric, job, nowMs, costs) === undefined));
}

function addTo(found: CompiledRule[], rules: readonly CompiledRule[], job: Job): void {
  for (const rule of rules) if (!found.includes(rule) && mayHold(rule.match, job)) found.push(rule);
}

/** Whether a block may hold for some job of the project. */
function mayHoldIn({ keys }: BlockMatcher, job: Job): boolean {
  return keys.every(({ key, test }) => key !== 'project' || test(job) !== false);
}

/** The shelf of each project, made when its first job comes. */
function shelvesOf(rules: readonly CompiledRule[]): (job: Job) => Shelf {
  const shelves = new Map<string, Shelf>();
  return (job) => {
    const known = shelves.get(job.project);
    if (known !== undefined) return known;
    const shelf = shelfOf(rules.filter(({ match }) => match.some((block) => mayHoldIn(block, job))));
    const oldest = shelves.size < mostShelves ? undefined : shelves.keys().next().value;
    if (oldest !== undefined) shelves.delete(oldest);
    shelves.set(job.project, shelf);
    return shelf;
  };
}

/**
 * Arranges rules by what is cheap to ask: first the lowest numbers of all rules, which nearly no job is above; then the
 * numbers of the rules that can match in the job's project; and matches only of those that the job is above.
 */
export function candidatesOf(rules: readonly CompiledRule[], costs: Costs): Candidates {
  const all = shelfOf(rules);
  const shelfFor = shelvesOf(rules);
  return {
    of: (job, nowMs) => {
      const moment = { nowMs, costs };
      if (all.unjudging.length === 0 && !isAbove(all.lowest, job, moment)) return none;
      const shelf = shelfFor(job);
      const found = isAbove(shelf.lowest, job, moment) ? passed(shelf, job, moment) : [];
      const { unjudging, overriding } = shelf;
      if (unjudging.length > 0)
        addTo(
          found,
          unjudging.filter((rule) => mayBeUnjudged(rule, job, moment)),
          job,
        );
      if (found.length === 0) return none;
      addTo(found, overriding, job);
      return found.length === 1 ? found : found.sort((a, b) => a.order - b.order);
    },
  };
}
