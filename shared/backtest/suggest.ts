import type { PastJob } from '../history/past-job.ts';
import { kindOf, kinds, type Kind } from './kinds.ts';
import { tailOf, type Candidate, type Tail } from './tails.ts';

/** A number that limits are proposed for. */
export type SuggestedMetric = 'runTime' | 'bytesProcessed';

/** A limit for a kind of work, with what it was chosen from. */
export interface Suggestion extends Candidate {
  readonly kind: Kind;
  readonly metric: SuggestedMetric;
  readonly finished: number;
  readonly median: number;
  readonly p99: number;
}

/** Why a kind of work has no limit of a kind. */
interface NotSuggested {
  readonly kind: Kind;
  readonly metric: SuggestedMetric;
  readonly finished: number;
  readonly why: 'too few' | 'no limit fits';
}

/** What is proposed from a history. */
export interface Suggestions {
  readonly rules: readonly Suggestion[];
  readonly without: readonly NotSuggested[];
  readonly projects: readonly string[];
  readonly jobs: number;
  readonly period: { readonly fromMs: number; readonly toMs: number } | undefined;
}

/** Collects jobs, in any order. */
export interface Suggester {
  note(past: PastJob): void;
  /** Limits that no more than this share of the finished work was over. */
  suggestions(mostShare: number): Suggestions;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const gib = 1024 ** 3;
const tib = 1024 * gib;

/** Limits that people would write. Below the first of each nobody is helped by a limit. */
const candidates: Readonly<Record<SuggestedMetric, readonly number[]>> = {
  runTime: [10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1440].map((minutes) => minutes * minuteMs),
  bytesProcessed: [
    ...[100, 200, 500].map((count) => count * gib),
    ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((count) => count * tib),
  ],
};
const metrics = ['runTime', 'bytesProcessed'] as const;

/** With fewer finished jobs than these there is no tail to speak of. */
const fewestFinished = 100;

function valueOf({ final, endedAtMs }: PastJob, metric: SuggestedMetric): number | undefined {
  if (metric === 'bytesProcessed') return final.bytesProcessed;
  return final.startedAtMs === undefined ? undefined : endedAtMs - final.startedAtMs;
}

/** BigQuery's built-in stop; nothing is gained by a limit beyond it. */
const builtInStopMs = 6 * hourMs;

function proposed(kind: Kind, metric: SuggestedMetric, tail: Tail, mostShare: number): Suggestion | NotSuggested {
  const finished = tail.finished();
  if (finished < fewestFinished) return { kind, metric, finished, why: 'too few' };
  const found = tail.lowest(mostShare);
  const isPointless = metric === 'runTime' && (found?.limit ?? 0) >= builtInStopMs;
  if (found === undefined || isPointless) return { kind, metric, finished, why: 'no limit fits' };
  return { ...found, kind, metric, finished, median: tail.quantile(0.5), p99: tail.quantile(0.99) };
}

/** Begins to collect jobs to propose limits from. Only whole, unredacted jobs count; finished means succeeded. */
export function suggester(): Suggester {
  const tails = new Map(
    kinds.flatMap(({ name }) => metrics.map((metric) => [`${name} ${metric}`, tailOf(candidates[metric])])),
  );
  const projects = new Set<string>();
  let jobs = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = Number.NEGATIVE_INFINITY;
  return {
    note: (past) => {
      const { final, createdAtMs, endedAtMs } = past;
      if (final.redacted || typeof final.parentId === 'string') return;
      jobs += 1;
      projects.add(final.project);
      fromMs = Math.min(fromMs, createdAtMs);
      toMs = Math.max(toMs, endedAtMs);
      const kind = kindOf(final);
      if (kind === undefined) return;
      for (const metric of metrics) {
        const value = valueOf(past, metric);
        if (value !== undefined) tails.get(`${kind.name} ${metric}`)?.note(value, final.end?.how === 'succeeded');
      }
    },
    suggestions: (mostShare) => {
      const all = kinds.flatMap((kind) =>
        metrics.map((metric) => proposed(kind, metric, tails.get(`${kind.name} ${metric}`) ?? tailOf([]), mostShare)),
      );
      return {
        rules: all.filter((one) => 'limit' in one),
        without: all.filter((one) => 'why' in one),
        projects: [...projects].sort(),
        jobs,
        period: jobs === 0 ? undefined : { fromMs, toMs },
      };
    },
  };
}
