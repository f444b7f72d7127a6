import { backtest as begin, type Backtest } from '../../shared/backtest/backtest.ts';
import { compactSample } from '../../shared/backtest/compact.ts';
import { compareAnswers } from '../../shared/backtest/compare.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import type { HistoryCounts } from '../../shared/history/read.ts';
import { cannotRun, optionOf } from './asked.ts';
import { usage } from './arguments.ts';
import { readPast } from './backtest-asked.ts';
import { testedLines, testedMarkdown, type Tested } from './backtest-lines.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { historyHelp, historyOptions } from './backtest-asked.ts';
import { readPolicy, type PolicyFile } from './policy-file.ts';

const help = `Usage: jobwarden backtest --policy FILE (--history FILE... | --project PROJECT --days N) [--against OLD]

Says what a policy would have done to the jobs of the past, if all of it had been in force: per rule the jobs it would
have cancelled, how many of those finished by themselves soon after, what they went on to use, who would have been hit,
how often the breaker would have opened, and of how many jobs the rule could not tell. Each job's life is replayed minute
by minute through the code that judges jobs in a sweep, with the breaker, budgets, freezes, exemptions and graces of the
policy. It says what it takes for granted. Nothing is cancelled, and nobody is told.

Options:
  --policy FILE    the policy
  --against OLD    another policy, as that of the main branch: what would be different
${historyHelp}

--format markdown prints a comment for a review; --format json has every number, verdicts one by one, and a sample of
the jobs of each rule.

Exit code 0 when it could be said, 2 when the policy or the history could not be read.

Examples:
  jobwarden backtest --policy policy.yaml --history jobs.ndjson
  jobwarden backtest --policy policy.yaml --against main.yaml --history jobs.ndjson --format markdown
  jobwarden backtest --policy policy.yaml --project analytics-prod --days 30 --location EU`;

function begun({ policy, lookups }: PolicyFile, outside: Outside): Backtest {
  return begin({ policy, lookups, ownPrincipal: outside.env['JOBWARDEN_PRINCIPAL']?.toLowerCase() || undefined });
}

interface Ready {
  readonly now: { readonly file: PolicyFile; readonly test: Backtest };
  readonly before: { readonly file: PolicyFile; readonly test: Backtest } | undefined;
}

function testedOf({ now, before }: Ready, counts: HistoryCounts): Tested {
  const answer = now.test.answer();
  const tested = { policy: now.file.file, answer, counts };
  if (before === undefined) return tested;
  const difference = compareAnswers(
    { answer: before.test.answer(), cancelled: before.test.cancelled() },
    { answer, cancelled: now.test.cancelled() },
  );
  return { ...tested, against: { policy: before.file.file, difference } };
}

const noJobs = usage('no-jobs', 'The history holds no job that is over.', 'Give one with more rows, or more --days.');

async function tested(ready: Ready, given: Given, outside: Outside): Promise<Report> {
  const tests = [ready.now.test, ...(ready.before === undefined ? [] : [ready.before.test])];
  const onJob = (past: PastJob) => {
    for (const test of tests) test.note(past);
  };
  const { policy } = ready.now.file;
  const read = await readPast(given, { outside, policy }, onJob);
  if ('problems' in read) return cannotRun(read.problems);
  const { counts, problems, told } = read.value;
  if (given.values['dry-run'] === true) return { status: 'fine', problems, text: told, data: { told } };
  if (counts.jobs === 0) return cannotRun([...problems, noJobs]);
  const result = testedOf(ready, counts);
  return {
    status: 'fine',
    problems,
    text: [...told, ...testedLines(result)],
    data: { ...result, samples: ready.now.test.samples().map(compactSample) },
    markdown: testedMarkdown(result),
  };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const file = optionOf(given, 'policy');
  if (file === undefined) return cannotRun([usage('no-file', 'No policy is named.', 'Add --policy FILE.')]);
  const now = await readPolicy(file, outside);
  if ('problems' in now) return cannotRun(now.problems);
  const old = optionOf(given, 'against');
  const before = old === undefined ? undefined : await readPolicy(old, outside);
  if (before !== undefined && 'problems' in before) return cannotRun(before.problems);
  const ready: Ready = {
    now: { file: now.value, test: begun(now.value, outside) },
    before: before && { file: before.value, test: begun(before.value, outside) },
  };
  return tested(ready, given, outside);
}

/** `jobwarden backtest`: what a policy would have done to the jobs of the past. */
export const backtest: Command = {
  name: 'backtest',
  summary: 'say what a policy would have caught in the past, and what was a false alarm',
  help,
  options: { policy: { type: 'string' }, against: { type: 'string' }, ...historyOptions },
  run,
};
