import type { Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { differenceOf } from '../../shared/policy/difference.ts';
import { usage } from './arguments.ts';
import { cannotRun, circumstanceHelp, circumstanceOptions, circumstancesOf, firstProject, optionOf } from './asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { diffData, diffLines, isFlagged, placed, type Compared, type Pair } from './diff-lines.ts';
import { verdictChanges } from './diff-verdicts.ts';
import { readJobs } from './jobs-file.ts';
import { readPolicy, readText, type Read } from './policy-file.ts';

const help = `Usage: jobwarden diff OLD NEW [--jobs FILE]

Says what a new version of a policy changes, for a pull request: every edit in words, harsher ones as warnings on their
lines; and with --jobs, of which jobs something else would become: newly cancelled, no longer, harder, softer, by another
rule, with another owner. It never changes anything.

OLD or NEW may be - for standard input.

Options:
  --jobs FILE      judge the jobs of this file under both policies: the short form, or what bq ls -j -a prints with
                   --format=prettyjson
${circumstanceHelp}

Exit code 0 when nothing became harsher, 1 when an edit may be harsher, or a job would be cancelled or warned of that was
not before, 2 when a file could not be read.

Examples:
  jobwarden diff old.yaml policy.yaml --jobs jobs.yaml
  git show main:policy.yaml | jobwarden diff - policy.yaml --format github`;

async function readPair(given: Given, outside: Outside): Promise<Read<Pair>> {
  const [old, now, ...more] = given.files;
  if (old === undefined || now === undefined || more.length > 0) {
    return { problems: [usage('no-file', 'Two policies are compared.', 'Write jobwarden diff OLD NEW.')] };
  }
  const [before, after] = [await readPolicy(old, outside), await readPolicy(now, outside)];
  const problems = [before, after].flatMap((read) => ('problems' in read ? read.problems : []));
  if ('problems' in before || 'problems' in after) return { problems };
  return { value: { before: before.value, after: after.value } };
}

interface Jobs {
  readonly jobs: readonly Job[] | undefined;
  readonly problems: readonly Problem[];
}

async function jobsOf(given: Given, { after }: Pair, about: { nowMs: number; outside: Outside }): Promise<Read<Jobs>> {
  const file = optionOf(given, 'jobs');
  if (file === undefined) return { value: { jobs: undefined, problems: [] } };
  const text = await readText(file, about.outside);
  if ('problems' in text) return text;
  const { timezone } = after.policy;
  const read = readJobs(text.value, { file, nowMs: about.nowMs, timezone, project: firstProject(after.policy) });
  return read.problems.some(({ severity }) => severity === 'error') ? { problems: read.problems } : { value: read };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const pair = await readPair(given, outside);
  if ('problems' in pair) return cannotRun(pair.problems);
  const { before, after } = pair.value;
  const circumstances = circumstancesOf(given, outside, after.policy.timezone);
  if ('problems' in circumstances) return cannotRun(circumstances.problems);
  const read = await jobsOf(given, pair.value, { nowMs: circumstances.value.nowMs, outside });
  if ('problems' in read) return cannotRun(read.problems);
  const { jobs, problems } = read.value;
  const edits = placed(differenceOf(before.policy, after.policy), pair.value);
  // A policy from standard input has no files beside it: those of the new one stand for both.
  const policies = { before: before.file === '-' ? { ...before, lookups: after.lookups } : before, after };
  const changes = jobs === undefined ? [] : verdictChanges(policies, jobs, circumstances.value);
  const all: Compared = { pair: pair.value, circumstances: circumstances.value, edits, jobs, changes };
  const isHarsher =
    edits.some(isFlagged) || changes.some(({ kind }) => kind === 'newly cancelled' || kind === 'harder');
  return {
    status: isHarsher ? 'findings' : 'fine',
    problems: [...problems, ...edits.filter(isFlagged).map(({ problem }) => problem)],
    text: diffLines(all),
    data: diffData(all),
  };
}

/** `jobwarden diff`: what a new version of a policy changes. */
export const diff: Command = {
  name: 'diff',
  summary: 'say what a new version of a policy changes, and for which jobs',
  help,
  options: { jobs: { type: 'string' }, ...circumstanceOptions },
  run,
};
