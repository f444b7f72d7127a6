import { EngineError, type CallBudget, type JobSource } from '../../shared/engines/engine.ts';
import { listAll, type Listing, type Sources } from '../../shared/engines/list.ts';
import { namedTargets, type Compiled, type NamedTarget } from '../../shared/evaluate/compile.ts';
import { judge, needsLook } from '../../shared/evaluate/evaluate.ts';
import { isSameJob, jobName, type Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Verdict } from '../../shared/jobs/verdict.ts';
import type { Outside } from './command.ts';
import { callBudget, engineProblem } from './live.ts';

/** What was seen of one target. `complete` false: a job that is not there may run all the same. */
export interface TargetSeen {
  readonly target: string;
  readonly jobs: number;
  readonly redacted: number;
  readonly complete: boolean;
}

/** What a look at all jobs found. `seen` counts whole jobs that are not redacted. */
export interface Found {
  readonly verdicts: readonly Verdict[];
  readonly seen: number;
  readonly targets: readonly TargetSeen[];
  readonly problems: readonly Problem[];
}

const concurrency = 16;
const fetchesAtOnce = 8;
const mostFetches = 200;

const failed = (where: string, says: string, cure: string): Problem => ({
  code: 'target-failed',
  severity: 'error',
  where,
  says,
  try: cure,
});

interface Looked {
  readonly listed: Job[];
  readonly targets: Map<string, TargetSeen>;
  readonly problems: Problem[];
}

function take(looked: Looked, news: Listing): void {
  const { name } = news.target;
  const before = looked.targets.get(name) ?? { target: name, jobs: 0, redacted: 0, complete: false };
  if ('failed' in news) {
    looked.problems.push(engineProblem(news.failed, name));
    return;
  }
  if ('complete' in news) {
    looked.targets.set(name, { ...before, complete: news.complete });
    if (news.unreachable.length === 0) return;
    const says = `Locations could not be reached: ${news.unreachable.join(', ')}.`;
    looked.problems.push(failed(name, says, 'Jobs there were not seen; look again later.'));
    return;
  }
  const { jobs, unreadable } = news.page;
  const redacted = jobs.filter((job) => job.redacted).length;
  looked.targets.set(name, { ...before, jobs: before.jobs + jobs.length, redacted: before.redacted + redacted });
  looked.listed.push(...jobs.filter((job) => !job.redacted));
  looked.problems.push(
    ...unreadable.map((why) => failed(name, `A record cannot be read: ${why}.`, 'It was not judged.')),
  );
}

async function list(
  targets: readonly NamedTarget[],
  sources: Sources,
  outside: Outside,
  budget: CallBudget,
): Promise<Looked> {
  const looked: Looked = { listed: [], targets: new Map(), problems: [] };
  for (const { name } of targets) looked.targets.set(name, { target: name, jobs: 0, redacted: 0, complete: false });
  for await (const news of listAll(targets, sources, { budget, concurrency })) {
    take(looked, news);
    outside.progress(`${looked.listed.length} jobs seen`);
  }
  return looked;
}

interface Closer {
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly Problem[];
}

/** The verdicts on the full record; on the listed one where that cannot be had. A job that has ended has none. */
async function closer(
  compiled: Compiled,
  job: Job,
  source: JobSource | undefined,
  about: { budget: CallBudget; nowMs: number },
): Promise<Closer> {
  const listed = judge(compiled, job, about.nowMs);
  try {
    const fresh = await source?.get(job, about.budget);
    if (fresh === undefined) return { verdicts: [], problems: [] };
    if (isSameJob(job, fresh)) return { verdicts: judge(compiled, fresh, about.nowMs), problems: [] };
    const says = `${jobName(job)} is not judged: its creation time or principal is missing or has changed.`;
    return { verdicts: [], problems: [failed(jobName(job), says, 'Look at the job itself.')] };
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const says = `${jobName(job)} could not be looked at more closely: ${error.message}`;
    return { verdicts: listed, problems: [failed(jobName(job), says, 'It was judged by what the listing says.')] };
  }
}

async function lookCloser(
  compiled: Compiled,
  jobs: readonly Job[],
  sources: Sources,
  about: { budget: CallBudget; nowMs: number },
) {
  const found: Closer[] = [];
  for (let index = 0; index < jobs.length; index += fetchesAtOnce) {
    const some = jobs.slice(index, index + fetchesAtOnce);
    found.push(...(await Promise.all(some.map((job) => closer(compiled, job, sources[job.engine], about)))));
  }
  return found;
}

async function open(
  targets: readonly NamedTarget[],
  outside: Outside,
): Promise<{ sources: Sources; problems: readonly Problem[] }> {
  const sources: { -readonly [Engine in keyof Sources]: Sources[Engine] } = {};
  const problems: Problem[] = [];
  for (const engine of new Set(targets.map((target) => target.engine))) {
    try {
      sources[engine] = await outside.source(engine);
    } catch (error) {
      problems.push(engineProblem(error, engine));
    }
  }
  return { sources, problems };
}

/**
 * Looks at the running and waiting jobs of the policy's targets as a sweep does: lists all of them, judges them, and
 * fetches those that break a rule or that the list alone cannot decide. A target that fails is a problem and sinks no other.
 */
export async function lookAtTargets(compiled: Compiled, nowMs: number, outside: Outside): Promise<Found> {
  const targets = namedTargets(compiled.policy, compiled.deployment.found);
  const budget = callBudget(outside);
  const { sources, problems } = await open(targets, outside);
  const looked = await list(targets, sources, outside, budget);
  const breaking = looked.listed.filter(
    (job) => judge(compiled, job, nowMs).length > 0 || needsLook(compiled, job, nowMs),
  );
  const fetched = breaking.slice(0, mostFetches);
  const rest = breaking.slice(mostFetches);
  outside.progress(`${fetched.length} jobs looked at more closely`);
  const found = await lookCloser(compiled, fetched, sources, { budget, nowMs });
  return {
    verdicts: [...found.flatMap(({ verdicts }) => verdicts), ...rest.flatMap((job) => judge(compiled, job, nowMs))],
    seen: looked.listed.length,
    targets: [...looked.targets.values()],
    problems: [...problems, ...looked.problems, ...found.flatMap((one) => one.problems)],
  };
}
