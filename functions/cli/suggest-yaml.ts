import { formatBytes } from '../../shared/jobs/bytes.ts';
import { formatDuration } from '../../shared/jobs/duration.ts';
import type { Suggestion, SuggestedMetric, Suggestions } from '../../shared/backtest/suggest.ts';

/** How much of the finished work a limit may hit, and who hears of what would be done. */
export interface SuggestWords {
  readonly mostShare: number;
  readonly slack: string;
}

const count = new Intl.NumberFormat('en-US');
const percent = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });
const share = (part: number) => `${percent.format(part * 100)} %`;

const says = (metric: SuggestedMetric, value: number) =>
  metric === 'runTime' ? formatDuration(value) : formatBytes(value);

/** An amount in the words of a policy, exactly. */
function written(metric: SuggestedMetric, value: number): string {
  if (metric === 'bytesProcessed') {
    const gib = value / 1024 ** 3;
    return gib >= 1024 ? `${gib / 1024} TiB` : `${gib} GiB`;
  }
  const minutes = value / 60_000;
  return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
}

/** The name of the rule for a suggestion. */
export function ruleNameOf({ kind, metric }: Suggestion): string {
  return `${metric === 'runTime' ? 'long' : 'huge'}-${kind.name}`;
}

/** What a limit was chosen from, in a sentence. */
export function evidenceOf({ kind, metric, finished, finishedOver, othersOver, median, p99 }: Suggestion): string {
  const over = `${count.format(finishedOver)} of ${count.format(finished)} finished ones (${share(finishedOver / finished)})`;
  const typical = `half stayed under ${says(metric, median)}, 99 % under ${says(metric, p99)}`;
  return `Of ${kind.words}, ${over} were over this, and ${count.format(othersOver)} that failed or were stopped; ${typical}.`;
}

function ruleYaml(one: Suggestion): string {
  const { kind, metric, limit } = one;
  const ending =
    kind.action === 'cancel' ? ['    grace: 10m', '    action: cancel', '    mode: observe'] : ['    action: warn'];
  return [
    `  # ${evidenceOf(one)}`,
    `  - name: ${ruleNameOf(one)}`,
    `    match: ${kind.match}`,
    `    limit: { ${metric}: ${written(metric, limit)} }`,
    ...ending,
  ].join('\n');
}

const whyNot = {
  'too few': 'too few finished jobs to tell',
  'no limit fits': 'every limit would hit too much finished work, or come after the built-in stop',
};

function withoutYaml({ without }: Suggestions): readonly string[] {
  return without.map(
    ({ kind, metric, finished, why }) =>
      `  # No limit on ${metric} for ${kind.words}: ${whyNot[why]} (${count.format(finished)} finished).`,
  );
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** What the limits were chosen from, in a sentence. */
export function basisOf({ jobs, projects, period }: Suggestions, { mostShare }: SuggestWords): string {
  const when = period === undefined ? '' : `, ${day(period.fromMs)} to ${day(period.toMs)}`;
  const most = `no limit was passed by more than ${share(mostShare)} of the finished work it is about`;
  return `${count.format(jobs)} jobs of ${count.format(projects.length)} projects${when}; ${most}.`;
}

/** The suggestions as a policy that only observes. */
export function suggestedPolicy(suggestions: Suggestions, words: SuggestWords): string {
  const projects = suggestions.projects.map((project) => `      - ${project}`);
  return `${[
    '# Suggested by jobwarden suggest from the past. It only observes.',
    `# ${basisOf(suggestions, words)}`,
    '',
    'version: 1',
    'mode: observe',
    'timezone: UTC',
    '',
    `operators: { slack: "${words.slack}" }`,
    '',
    'targets:',
    '  - engine: bigquery',
    '    projects:',
    ...projects,
    '',
    'rules:',
    ...suggestions.rules.flatMap((one) => [ruleYaml(one), '']),
    ...withoutYaml(suggestions),
    '',
    'owners:',
    '  labels: [owner, team]',
    `  fallback: { slack: "${words.slack}" }`,
  ].join('\n')}\n`;
}

const likeness: Readonly<Record<string, string>> = {
  people: 'principal: ana@example.com',
  dashboards: 'principal: bi@example.iam.gserviceaccount.com, labels: { looker-context-user_id: "1" }',
  dbt: 'principal: dbt@example.iam.gserviceaccount.com, labels: { dbt_invocation_id: "1" }',
  scheduled: 'principal: etl@example.iam.gserviceaccount.com, labels: { data_source_id: scheduled_query }',
  services: 'principal: etl@example.iam.gserviceaccount.com, labels: {}',
};

function testYaml(one: Suggestion): string {
  const { kind, metric, limit } = one;
  const job = (id: string, value: number) => {
    const amount = metric === 'runTime' ? `runTime: ${value / 1000}s` : `runTime: 1m, bytesProcessed: ${value} B`;
    return `      - { id: ${id}, ${amount}, ${likeness[kind.name] ?? ''} }`;
  };
  const rule = ruleNameOf(one);
  const verdict = kind.action === 'cancel' ? `cancel by ${rule}, held back by grace` : `would warn by ${rule}`;
  return [
    `  - title: ${rule} begins above ${written(metric, limit)}.`,
    '    jobs:',
    job('at', limit),
    job('over', limit + (metric === 'runTime' ? 1000 : 1024)),
    `    expect: { at: nothing, over: "${verdict}" }`,
  ].join('\n');
}

/** Tests for the suggested policy, beside it in the same folder. */
export function suggestedTests({ rules }: Suggestions, policyFile: string): string {
  const head = [
    '# Written by jobwarden suggest. Everything in it is made up.',
    '',
    `policy: ./${policyFile}`,
    '',
    'tests:',
  ];
  return `${[...head, rules.map(testYaml).join('\n\n')].join('\n')}\n`;
}
