import { basename } from 'node:path';
import { suggester, type Suggestions } from '../../shared/backtest/suggest.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { slackName } from '../../shared/policy/people.ts';
import { cannotRun, optionOf } from './asked.ts';
import { usage } from './arguments.ts';
import { historyHelp, historyOptions, readPast, type PastRead } from './backtest-asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { basisOf, evidenceOf, ruleNameOf, suggestedPolicy, suggestedTests, type SuggestWords } from './suggest-yaml.ts';

const help = `Usage: jobwarden suggest (--history FILE... | --project PROJECT --days N) [--out FILE]

Proposes a policy from the past: for each kind of work (people, dashboards, dbt, scheduled queries, other service
accounts) limits on run time and bytes, each the lowest that hits no more than a small share of the work that finished,
with the numbers it was chosen from. People's queries and dashboards would be cancelled, after a warning; pipelines would
only be warned of. The policy observes, passes check, and comes with tests where it is written to a file.

Options:
  --out FILE       write the policy to FILE and its tests beside it; without it the policy is printed
  --most SHARE     how much of the finished work a limit may hit: 0.1% (default), at most 5%
  --slack CHANNEL  where the operators hear of it; default #data-platform
${historyHelp}

Exit code 0 when a limit could be proposed, 1 when there is none to propose, 2 when the history could not be read.

Examples:
  jobwarden suggest --history jobs.ndjson
  jobwarden suggest --project analytics-prod --days 90 --location EU --out policy.yaml`;

function wordsOf(given: Given): SuggestWords | { readonly problems: readonly Problem[] } {
  const slack = optionOf(given, 'slack') ?? '#data-platform';
  const written = optionOf(given, 'most') ?? '0.1%';
  const [, number] = /^(\d+(?:\.\d+)?)\s*%$/.exec(written) ?? [];
  const mostShare = Number(number) / 100;
  const problems: Problem[] = [];
  if (!slackName.safeParse(slack).success)
    problems.push(
      usage('bad-contact', `"${slack}" is not a Slack channel.`, 'Write --slack "#channel", in quotes, or its id.'),
    );
  if (!(mostShare >= 0 && mostShare <= 0.05))
    problems.push(usage('bad-share', `"${written}" is not a share from 0% to 5%.`, 'Write --most 0.1%.'));
  return problems.length > 0 ? { problems } : { slack, mostShare };
}

function testsBeside(file: string): string {
  return `${file.replace(/\.ya?ml$/, '')}.test.yaml`;
}

async function writeBoth(file: string, suggestions: Suggestions, words: SuggestWords, outside: Outside): Promise<void> {
  await outside.write(file, suggestedPolicy(suggestions, words));
  await outside.write(testsBeside(file), suggestedTests(suggestions, basename(file)));
}

function dataOf(suggestions: Suggestions, words: SuggestWords) {
  return {
    basis: basisOf(suggestions, words),
    rules: suggestions.rules.map((one) => ({
      ...one,
      kind: one.kind.name,
      rule: ruleNameOf(one),
      evidence: evidenceOf(one),
    })),
    without: suggestions.without.map((one) => ({ ...one, kind: one.kind.name })),
    policy: suggestedPolicy(suggestions, words),
  };
}

async function proposed(
  given: Given,
  words: SuggestWords,
  read: PastRead & { suggestions: Suggestions },
  outside: Outside,
): Promise<Report> {
  const { suggestions, problems, told } = read;
  const data = dataOf(suggestions, words);
  if (suggestions.rules.length === 0) {
    const says = `Nothing is proposed: ${data.basis} No kind of work has enough finished jobs, or a limit that leaves them alone.`;
    const none: Problem = {
      ...usage('no-suggestion', says, 'Give a longer history, or a larger --most.'),
      severity: 'warning',
    };
    return { status: 'findings', problems: [...problems, none], text: told, data };
  }
  const file = optionOf(given, 'out');
  if (file === undefined)
    return { status: 'fine', problems, text: [...told, ...data.policy.trimEnd().split('\n')], data };
  await writeBoth(file, suggestions, words, outside);
  const next = [
    `${file} and ${testsBeside(file)} are written. The policy only observes: nothing is cancelled by it.`,
    data.basis,
    '',
    'Next:',
    `  jobwarden check ${file}`,
    `  jobwarden test ${testsBeside(file)}`,
  ];
  return { status: 'fine', problems, text: [...told, ...next], data: { ...data, file, tests: testsBeside(file) } };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const words = wordsOf(given);
  if ('problems' in words) return cannotRun(words.problems);
  const collected = suggester();
  const read = await readPast(given, { outside, policy: undefined }, (past) => collected.note(past));
  if ('problems' in read) return cannotRun(read.problems);
  const { value } = read;
  if (given.values['dry-run'] === true) return { status: 'fine', problems: value.problems, text: value.told, data: {} };
  return proposed(given, words, { ...value, suggestions: collected.suggestions(words.mostShare) }, outside);
}

/** `jobwarden suggest`: limits chosen from the past. */
export const suggest: Command = {
  name: 'suggest',
  summary: 'propose rules with limits from the tails of past work',
  help,
  options: { out: { type: 'string' }, most: { type: 'string' }, slack: { type: 'string' }, ...historyOptions },
  run,
};
