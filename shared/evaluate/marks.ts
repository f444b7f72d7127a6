import type { Job } from '../jobs/job.ts';
import { metrics, type Metric } from '../jobs/verdict.ts';
import { addAll, copyInto, noBlocks, put, type BlockSet } from './block-set.ts';
import type { CompiledRule } from './compile.ts';
import { amount, type Costs } from './measure.ts';
import type { Scopes } from './scopes.ts';

/** A number that a rule begins above, and its blocks. */
interface Mark {
  readonly metric: Metric;
  readonly threshold: number;
  readonly blocks: readonly number[];
}

/** The marks of one metric: each threshold once, the lowest first, with the blocks of all rules up to it. */
interface Ladder {
  readonly metric: Metric;
  readonly lowest: number;
  readonly thresholds: readonly number[];
  readonly upTo: readonly BlockSet[];
}

/** The numbers of rules, arranged so that one look tells which rules a job may be over. */
interface Marks {
  /** Whether any number of the job is above the lowest of its metric: the first question, asked of every job. */
  readonly isAboveAny: (job: Job, nowMs: number) => boolean;
  /** Makes the set that of the blocks of all rules of which the job is above a number; whether there are any. */
  readonly collect: (set: BlockSet, job: Job, nowMs: number) => boolean;
}

const msPerHour = 3_600_000;
const never = Number.POSITIVE_INFINITY;

/** For a line that needs all its numbers one of them stands. */
function marksOfRule(rule: CompiledRule, scopes: Scopes): readonly Mark[] {
  const blocks = scopes.blocksOf(rule);
  const numbers = rule.lines.flatMap(({ needsAll, all }) => (needsAll ? all.slice(0, 1) : all));
  return numbers.map(({ metric, threshold }) => ({ metric, threshold, blocks }));
}

function ladderOf(metric: Metric, all: readonly Mark[], count: number): Ladder {
  const marks = all.filter((mark) => mark.metric === metric);
  const thresholds = [...new Set(marks.map(({ threshold }) => threshold))].sort((a, b) => a - b);
  const upTo = thresholds.map((highest) => {
    const set = noBlocks(count);
    for (const { threshold, blocks } of marks) if (threshold <= highest) for (const block of blocks) put(set, block);
    return set;
  });
  return { metric, lowest: thresholds[0] ?? never, thresholds, upTo };
}

/** How many of the ascending thresholds a number is above. */
function passedBy(number: number, thresholds: readonly number[]): number {
  let low = 0;
  let high = thresholds.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (number > (thresholds[middle] ?? never)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A price is looked up only where the highest of all prices would be enough. */
function mayCost({ metric, lowest }: Ladder, job: Job, costs: Costs): boolean {
  const bytes = metric === 'costSoFar' ? job.bytesProcessed : job.bytesEstimated;
  return costs.mostUsd === undefined || costs.mostUsd(bytes ?? 0, job.slotMs ?? 0) > lowest;
}

const isCost = ({ metric }: Ladder) => metric === 'costSoFar' || metric === 'costEstimated';

/** Written out number by number, because it is asked of every job and nearly always the only question. */
function gateOf(ladders: readonly Ladder[], costs: Costs): Marks['isAboveAny'] {
  const lowest = (metric: Metric) => ladders.find((one) => one.metric === metric)?.lowest ?? never;
  const [runTime, queueTime] = [lowest('runTime'), lowest('queueTime')];
  const [bytes, bytesEstimated, slotHours] = [lowest('bytesProcessed'), lowest('bytesEstimated'), lowest('slotHours')];
  const dear = ladders.filter(isCost);
  return (job, nowMs) => {
    if (job.state === 'running') {
      if (nowMs - (job.startedAtMs ?? nowMs) > runTime) return true;
    } else if (job.state === 'pending' && nowMs - (job.createdAtMs ?? nowMs) > queueTime) return true;
    if ((job.bytesProcessed ?? -1) > bytes || (job.bytesEstimated ?? -1) > bytesEstimated) return true;
    if ((job.slotMs ?? -1) / msPerHour > slotHours) return true;
    for (const ladder of dear) {
      if (mayCost(ladder, job, costs) && (amount(ladder.metric, job, nowMs, costs) ?? -1) > ladder.lowest) return true;
    }
    return false;
  };
}

/** Arranges the numbers of rules: limits, and the warning lines before them. */
export function marksOf(rules: readonly CompiledRule[], scopes: Scopes, costs: Costs): Marks {
  const all = rules.flatMap((rule) => marksOfRule(rule, scopes));
  const ladders = metrics.map((metric) => ladderOf(metric, all, scopes.count)).filter(({ upTo }) => upTo.length > 0);
  const collect = (set: BlockSet, job: Job, nowMs: number) => {
    let isEmpty = true;
    for (const ladder of ladders) {
      if (isCost(ladder) && !mayCost(ladder, job, costs)) continue;
      const number = amount(ladder.metric, job, nowMs, costs) ?? -1;
      const passed = number > ladder.lowest ? ladder.upTo[passedBy(number, ladder.thresholds) - 1] : undefined;
      if (passed === undefined) continue;
      if (isEmpty) copyInto(set, passed);
      else addAll(set, passed);
      isEmpty = false;
    }
    return !isEmpty;
  };
  return { isAboveAny: gateOf(ladders, costs), collect };
}
