import type { Explanation } from '../../shared/evaluate/explain.ts';
import type { Line } from './command.ts';
import { indented, ruleLines } from './explain-rules.ts';
import { momentWords } from './moments.ts';
import type { Coverage } from './test-coverage.ts';
import type { ReadyFile } from './test-read.ts';
import { shortName, type JobResult, type TestResult } from './test-run.ts';
import { plain } from './verdict-lines.ts';

function differenceLines({ differences }: JobResult): readonly Line[] {
  return differences.flatMap(({ what, expected, got }): Line[] => {
    const name = what === 'verdict' ? '' : ` ${what}`;
    return [
      [`      expected${name}  `, { text: plain(expected), as: 'good' }],
      [`      got${name}       `, { text: plain(got), as: 'bad' }],
    ];
  });
}

/** Rules that the expectation or the result names are shown in full; of the others the sentence is enough. */
function whyLines({ rules, judged, why, verdicts }: Explanation, named: ReadonlySet<string>): readonly Line[] {
  if (!judged) return [`      why  It is not judged. ${why}`];
  const holds = verdicts.flatMap((verdict) => verdict.holds.filter((hold) => hold.holds));
  return [
    '      why',
    ...holds.map((hold) => `        held back by ${hold.by}: ${plain(hold.why)}`),
    ...rules.flatMap((rule): Line[] =>
      named.has(rule.rule)
        ? ruleLines(rule)
            .slice(0, -1)
            .map((line) => indented(line, '      '))
        : [`        ${rule.rule}: ${plain(rule.says)}`],
    ),
  ];
}

function jobLines(result: JobResult, { jobs }: TestResult): readonly Line[] {
  const words = result.differences
    .flatMap(({ expected, got }) => [expected, got])
    .join(' ')
    .split(/[ ,;]+/);
  return [
    `    ${plain(shortName(result.job, jobs))}`,
    ...differenceLines(result),
    ...whyLines(result.explanation, new Set(words)),
  ];
}

function failedLines(result: TestResult, { policy }: ReadyFile): readonly Line[] {
  const when = `  (judged at ${momentWords(result.test.nowMs, policy.policy.timezone)}, setting ${result.test.setting})`;
  const wrong = result.jobs.filter(({ differences }) => differences.length > 0);
  return [
    [{ text: '  FAIL', as: 'bad' }, `  ${plain(result.test.title)}`, { text: when, as: 'quiet' }],
    ...wrong.flatMap((job) => jobLines(job, result)),
    '',
  ];
}

function coverageLine({ reached }: Coverage): Line {
  const words = Object.entries(reached).map(([kind, count]) => `${count.reached} of ${count.of} ${plural(kind)}`);
  return `  reached: ${words.join(', ')}`;
}

const plural = (kind: string) => (kind === 'protection' || kind === 'opt-out' ? kind : `${kind}s`);

/** What came of the tests of one file: how many, and each that failed with what was expected, what came, and why. */
export function fileLines(
  file: ReadyFile,
  results: readonly TestResult[],
  coverage: Coverage | undefined,
): readonly Line[] {
  const failed = results.filter(({ ok }) => !ok);
  const count = `${results.length} ${results.length === 1 ? 'test' : 'tests'}`;
  const name = file.file === '-' ? 'Standard input' : file.file;
  const head: Line =
    failed.length === 0
      ? [{ text: `${name}: ${count}, all as expected`, as: 'good' }]
      : [{ text: `${name}: ${count}, ${failed.length} failed`, as: 'bad' }];
  return [
    head,
    ...failed.flatMap((result) => failedLines(result, file)),
    ...(coverage === undefined ? [] : [coverageLine(coverage)]),
  ];
}
