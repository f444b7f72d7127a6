import { namedTargets } from '../../shared/evaluate/compile.ts';
import { planOf } from '../../shared/evaluate/safety.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import {
  cannotRun,
  circumstanceHelp,
  circumstanceOptions,
  circumstancesOf,
  compiledFor,
  firstProject,
  optionOf,
  type Circumstances,
} from './asked.ts';
import { usage } from './arguments.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { findProjects } from './found.ts';
import { readJobs } from './jobs-file.ts';
import { readPolicy, readText, type PolicyFile, type Read } from './policy-file.ts';
import { lookAtFile, type FileFound } from './sweep-file.ts';
import { lookAtTargets } from './sweep-live.ts';
import { countsOf, sweepLines, type Swept } from './sweep-lines.ts';
import { withOwner } from './told.ts';
import { byDoing, doingOf, verdictData } from './verdict-lines.ts';

const help = `Usage: jobwarden sweep --policy FILE [--jobs FILE]

Says what a sweep would do now: every verdict, with what holds it back, breaker and budget included. It cannot cancel
anything and tells nobody. What earlier sweeps did is not known here: each job is judged as if it were seen for the
first time.

Options:
  --policy FILE    the policy
  --jobs FILE      judge the jobs of this file (- is standard input): the short form, or what bq ls -j -a prints with
                   --format=prettyjson; without it the projects of the policy's targets are listed
${circumstanceHelp}

Exit code 0 when nothing would be cancelled, 1 when a job would be or a target could not be seen whole, 2 when the
policy or the jobs could not be read.

Examples:
  jobwarden sweep --policy policy.yaml
  bq ls -j -a -n 1000 --format=prettyjson | jobwarden sweep --policy policy.yaml --jobs -`;

async function lookLive(policy: Policy, circumstances: Circumstances, outside: Outside): Promise<Read<FileFound>> {
  const { found, problems } = await findProjects(policy, outside);
  if (namedTargets(policy, found).length === 0) {
    const none = usage(
      'no-target',
      'No target of the policy names its projects.',
      'Add --jobs FILE, or name projects.',
    );
    return { problems: [...problems, none] };
  }
  const seen = await lookAtTargets(compiledFor(policy, circumstances, found), circumstances.nowMs, outside);
  return { value: { ...seen, problems: [...problems, ...seen.problems], leftOut: [] } };
}

async function look(
  given: Given,
  read: PolicyFile,
  circumstances: Circumstances,
  outside: Outside,
): Promise<Read<FileFound>> {
  const file = optionOf(given, 'jobs');
  if (file === undefined) return lookLive(read.policy, circumstances, outside);
  const compiled = compiledFor(read.policy, circumstances);
  const { nowMs } = circumstances;
  const text = await readText(file, outside);
  if ('problems' in text) return text;
  const { timezone } = read.policy;
  const { jobs, problems } = readJobs(text.value, { file, nowMs, timezone, project: firstProject(read.policy) });
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { value: lookAtFile(compiled, jobs, problems, nowMs) };
}

function dataOf(swept: Swept) {
  const { circumstances, policy, verdicts, breaker, seen, targets, leftOut } = swept;
  return {
    at: new Date(circumstances.nowMs).toISOString(),
    setting: circumstances.setting,
    mode: policy.mode,
    jobsSeen: seen,
    targets,
    leftOut,
    counts: countsOf(verdicts),
    breaker: { open: breaker.open, planned: breaker.planned, ...(breaker.open && { why: breaker.why }) },
    verdicts: [...verdicts]
      .sort(byDoing)
      .map((verdict) => ({ ...verdictData(verdict), principal: verdict.job.principal })),
  };
}

/** Notes on who is told say nothing about a sweep that tells nobody. */

async function run(given: Given, outside: Outside): Promise<Report> {
  const file = optionOf(given, 'policy');
  if (file === undefined) return cannotRun([usage('no-file', 'No policy is named.', 'Add --policy FILE.')]);
  const read = await readPolicy(file, outside);
  if ('problems' in read) return cannotRun(read.problems);
  const circumstances = circumstancesOf(given, outside, read.value.policy.timezone);
  if ('problems' in circumstances) return cannotRun(circumstances.problems);
  const { policy } = read.value;
  const found = await look(given, read.value, circumstances.value, outside);
  if ('problems' in found) return cannotRun(found.problems);
  const { verdicts, seen, targets, problems, leftOut } = found.value;
  const owned = verdicts.map((verdict) => withOwner(verdict, read.value));
  const plan = planOf(compiledFor(policy, circumstances.value), owned, seen, circumstances.value.nowMs);
  const swept = { policy, circumstances: circumstances.value, ...plan, seen, targets, leftOut };
  const cancels = plan.verdicts.some((verdict) => doingOf(verdict) === 'cancel');
  const isWhole = targets.every(({ complete }) => complete) && !problems.some(({ severity }) => severity === 'error');
  const status = cancels || !isWhole ? 'findings' : 'fine';
  return {
    status,
    problems,
    text: sweepLines(swept),
    data: dataOf(swept),
  };
}

/** `jobwarden sweep`: what a sweep would do now. */
export const sweep: Command = {
  name: 'sweep',
  summary: 'say what a sweep would do now; never cancels',
  help,
  options: { policy: { type: 'string' }, jobs: { type: 'string' }, ...circumstanceOptions },
  run,
};
