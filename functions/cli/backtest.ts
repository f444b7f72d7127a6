import { backtest as begin, type Backtest } from '../../shared/backtest/backtest.ts';
import { compactSample } from '../../shared/backtest/compact.ts';
import { onlyAt, type WhatIf } from '../../shared/backtest/curve.ts';
import type { FurtherAsked } from '../../shared/backtest/further.ts';
import type { WhatIfAsk } from '../../shared/backtest/what-if.ts';
import { compareAnswers } from '../../shared/backtest/compare.ts';
import type { PastJob } from '../../shared/history/past-job.ts';
import type { HistoryCounts } from '../../shared/history/read.ts';
import { cannotRun, optionOf } from './asked.ts';
import { usage } from './arguments.ts';
import { readPast } from './backtest-asked.ts';
import { testedLines, testedMarkdown, type Tested } from './backtest-lines.ts';
import { pageAsks } from './page/asks.ts';
import { whatIfAsked, whatIfLines } from './backtest-what-if.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { historyHelp, historyOptions } from './backtest-asked.ts';
import { readPolicy, type PolicyFile } from './policy-file.ts';

const help = `Usage: jobwarden backtest --policy FILE (--history FILE... | --project PROJECT --days N) [--against OLD]
       [--what-if RULE=LIMIT...] [--html FILE]

Says what a policy would have done to the jobs of the past, if all of it had been in force: per rule the jobs it would
have cancelled, how many of those finished by themselves soon after, what they went on to use, who would have been hit,
how often the breaker would have opened, and of how many jobs the rule could not tell. Each job's life is replayed minute
by minute through the code that judges jobs in a sweep, with the breaker, budgets, freezes, exemptions and graces of the
policy. It says what it takes for granted. Nothing is cancelled, and nobody is told.

Options:
  --policy FILE    the policy
  --against OLD    another policy, as that of the main branch: what would be different
  --what-if RULE=LIMIT
                   what the rule alone would have caught with another limit, as in long-queries=45m; several may be asked.
                   Of a rule with several numbers, RULE=bytesProcessed:2 TiB says which of them is moved
  --html FILE      write a page to look at and to move the limits in: pictures of every rule, in one file that fetches
                   nothing. It names owners; whoever has the file can read them
${historyHelp}

--format markdown prints a comment for a review; --format json has every number, verdicts one by one, and a sample of
the jobs of each rule.

Exit code 0 when it could be said, 2 when the policy or the history could not be read.

Examples:
  jobwarden backtest --policy policy.yaml --history jobs.ndjson
  jobwarden backtest --policy policy.yaml --against main.yaml --history jobs.ndjson --format markdown
  jobwarden backtest --policy policy.yaml --history jobs.ndjson --html backtest.html
  jobwarden backtest --policy policy.yaml --history jobs.ndjson --what-if long-queries=45m
  jobwarden backtest --policy policy.yaml --project analytics-prod --days 30 --location EU`;

function begun({ policy, lookups }: PolicyFile, outside: Outside, asked?: FurtherAsked): Backtest {
  const ownPrincipal = outside.env['JOBWARDEN_PRINCIPAL']?.toLowerCase() || undefined;
  return begin({ policy, lookups, ownPrincipal }, asked);
}

interface Ready {
  readonly now: { readonly file: PolicyFile; readonly test: Backtest };
  readonly before: { readonly file: PolicyFile; readonly test: Backtest } | undefined;
  readonly whatIf: readonly WhatIfAsk[];
  /** Where the page is written. */
  readonly html: string | undefined;
}

function testedOf({ now, before, whatIf }: Ready, counts: HistoryCounts): Tested {
  const answer = now.test.answer();
  const lines = whatIfLines(whatIfOf(now.test, whatIf), now.file.policy);
  const tested = { policy: now.file.file, answer, counts, whatIf: lines };
  if (before === undefined) return tested;
  const difference = compareAnswers(
    { answer: before.test.answer(), cancelled: before.test.cancelled() },
    { answer, cancelled: now.test.cancelled() },
  );
  return { ...tested, against: { policy: before.file.file, difference } };
}

/** What was asked for by name, of all that the page shows. */
function whatIfOf(test: Backtest, asks: readonly WhatIfAsk[]): readonly WhatIf[] {
  const all = test.further().whatIf;
  return asks.flatMap(({ rule, metric, limits }) =>
    all.filter((one) => one.rule === rule && one.metric === metric).map((one) => onlyAt(one, limits)),
  );
}

async function writePage(file: string, ready: Ready, tested: Tested, outside: Outside): Promise<Problem | undefined> {
  const { backtestPage } = await import('./page/page.ts');
  const { file: policyFile, test } = ready.now;
  const page = backtestPage({
    policyFile: policyFile.file,
    policy: policyFile.policy,
    tested,
    further: test.further(),
  });
  try {
    await outside.replace(file, page);
    return undefined;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { ...usage('file-unwritable', says, 'Name another file, or make the place writable.'), where: file };
  }
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
  const { whatIf: lines, ...result } = testedOf(ready, counts);
  const { html } = ready;
  const failed = html === undefined ? undefined : await writePage(html, ready, result, outside);
  if (failed !== undefined) return cannotRun([...problems, failed]);
  const whatIf = whatIfOf(ready.now.test, ready.whatIf);
  const samples = ready.now.test.samples().map(compactSample);
  const page = html === undefined ? [] : ['', `The page is ${html}. Open it in a browser.`];
  return {
    status: 'fine',
    problems,
    text: [...told, ...testedLines({ ...result, whatIf: lines ?? [] }), ...page],
    data: { ...result, ...(whatIf.length > 0 && { whatIf }), samples },
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
  const asked = whatIfAsked(given, now.value.policy);
  if ('problems' in asked) return cannotRun(asked.problems);
  const html = optionOf(given, 'html');
  if (html === '-') return cannotRun([usage('no-file', 'The page is a file.', 'Write --html backtest.html.')]);
  const further = html === undefined ? { whatIf: asked.value } : pageAsks(now.value.policy, asked.value);
  const ready: Ready = {
    now: { file: now.value, test: begun(now.value, outside, further) },
    before: before && { file: before.value, test: begun(before.value, outside) },
    whatIf: asked.value,
    html,
  };
  return tested(ready, given, outside);
}

const ownOptions = { 'what-if': { type: 'string', multiple: true }, html: { type: 'string' } } as const;

/** `jobwarden backtest`: what a policy would have done to the jobs of the past. */
export const backtest: Command = {
  name: 'backtest',
  summary: 'say what a policy would have caught in the past, and what was a false alarm',
  help,
  options: { policy: { type: 'string' }, against: { type: 'string' }, ...ownOptions, ...historyOptions },
  run,
};
