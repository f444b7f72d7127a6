import { ends, type End } from '../jobs/verdict.ts';
import { observers } from './digest.ts';
import { noticeJob, type Tell } from './notice-job.ts';
import { helpOf, noticeIdOf, type NoticeContext, type NoticePolicy } from './notice-group.ts';
import { maxJobs, noticeJobSchema, type Notice, type NoticeJob } from './notice.ts';
import { oneLine } from './text.ts';

/**
 * What is only observed, as it is collected for the operators: how often each end and each rule since they were told
 * last, and the costliest jobs with the slot time that they are sorted by. JSON-safe; `job` is checked when it is told.
 */
export interface Daily {
  readonly sinceMs: number;
  readonly toldAtMs?: number | undefined;
  readonly ends: Readonly<Record<string, number>>;
  readonly rules: Readonly<Record<string, number>>;
  readonly jobs: readonly { readonly weight: number; readonly job: unknown }[];
}

const dayMs = 86_400_000;
const maxRules = 500;

function counted(before: Readonly<Record<string, number>>, words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map(Object.entries(before));
  for (const word of words) {
    if (counts.has(word) || counts.size < maxRules) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

/** What is collected after these outcomes as well; nothing new leaves it as it is. */
export function collected(
  before: Daily | undefined,
  tells: readonly Tell[],
  about: { readonly policy: NoticePolicy; readonly atMs: number },
): Daily | undefined {
  if (tells.length === 0) return before;
  const { policy, atMs } = about;
  const { receivers } = observers(policy);
  const shown = { policy, receivers, atMs, namesOwners: true, forOperators: true, repeated: false };
  const jobs = tells.map((tell) => ({
    weight: tell.outcome.job.slotMs ?? 0,
    job: { ...noticeJob(tell, shown), decidedAtMs: atMs },
  }));
  return {
    sinceMs: before === undefined || before.jobs.length === 0 ? atMs : before.sinceMs,
    toldAtMs: before?.toldAtMs,
    ends: counted(
      before?.ends ?? {},
      tells.map(({ outcome }) => outcome.did),
    ),
    rules: counted(
      before?.rules ?? {},
      tells.map(({ outcome }) => oneLine(outcome.verdict.rule, 300)),
    ),
    jobs: [...(before?.jobs ?? []), ...jobs].sort((a, b) => b.weight - a.weight).slice(0, maxJobs),
  };
}

/** Whether it is time to tell: at once the first time, so that a trial shows something, then once a day. */
export function isDailyDue(daily: Daily | undefined, nowMs: number): daily is Daily {
  if (daily === undefined || daily.jobs.length === 0) return false;
  return daily.toldAtMs === undefined || nowMs - daily.toldAtMs >= dayMs;
}

/** Nothing collected, and when it was told. */
export function afterTelling(nowMs: number): Daily {
  return { sinceMs: nowMs, toldAtMs: nowMs, ends: {}, rules: {}, jobs: [] };
}

function countsOf({ ends: written }: Daily): Partial<Record<End, number>> {
  return Object.fromEntries(ends.flatMap((end) => ((written[end] ?? 0) > 0 ? [[end, written[end] ?? 0]] : [])));
}

function jobsOf({ jobs }: Daily): readonly NoticeJob[] {
  return jobs.flatMap(({ job }) => noticeJobSchema.safeParse(job).data ?? []);
}

/** The notice of a day to the operators; undefined where nothing of it can be read any more. */
export function dailyNotice(daily: Daily, policy: NoticePolicy, context: NoticeContext): Notice | undefined {
  const jobs = jobsOf(daily);
  if (jobs.length === 0) return undefined;
  const { owner, receivers } = observers(policy);
  const counts = countsOf(daily);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const rules = Object.entries(daily.rules).map(([rule, count]) => ({ rule, count }));
  return {
    id: noticeIdOf([context.sweepId, 'daily', daily.sinceMs, jobs.map((job) => job.event)]),
    phase: 'would-have',
    owner,
    receivers: receivers.slice(0, 10),
    mode: 'observe',
    sweepId: context.sweepId,
    atMs: context.atMs,
    timezone: policy.timezone,
    policy: context.policy,
    jobs,
    moreJobs: Math.max(0, total - jobs.length),
    counts,
    daily: { sinceMs: daily.sinceMs, rules: rules.sort((a, b) => b.count - a.count).slice(0, 10) },
    help: helpOf(policy),
  };
}
