import type { Problem } from '../../shared/jobs/problem.ts';
import { usage } from './arguments.ts';
import { cannotRun } from './asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { coverageOf, gaps, type Coverage } from './test-coverage.ts';
import { fileLines } from './test-lines.ts';
import { readTests, testFileOf, type ReadyFile } from './test-read.ts';
import { runTest, shortName, type JobResult, type TestResult } from './test-run.ts';
import { verdictWords } from './verdict-lines.ts';

const help = `Usage: jobwarden test [--coverage] FILE...

Runs the tests of policies: jobs, and what is expected to become of them. FILE is a test, NAME.test.yaml, or a policy
whose test stands beside it. Nothing is called and nobody is told.

  policy: ./NAME.yaml               # left out: the policy beside the test
  at: 2026-11-30 14:00              # left out: now. In the time zone of the policy
  everyJob: { principal: ana@example.com }
  tests:
    - title: A query of half an hour is cancelled.
      job: { runTime: 31m }
      expect: cancel by long-queries
    - title: Batch work is only warned of, and protected work is left alone.
      jobs:
        - { id: nightly, priority: batch, runTime: 2h }
        - { id: closing, principal: close@example.com, runTime: 2h }
      expect:
        nightly: { verdict: warn by long-batch, owner: data-platform, told: ["#data-platform"] }
        closing: held back by protection

An expectation is: nothing; cancel by RULE; warn by RULE; record by RULE; would cancel by RULE or would warn by RULE, when
it is only observed; held back by protection (exemption, freeze, opt-out, grace, breaker, budget), or both: cancel by RULE,
held back by grace. Two in a list, where a rule in force and one on trial both have a say. The jobs of a test are the jobs
of one sweep. recorded: jobs.json takes them from a recorded answer of the API instead; of jobs that are not named nothing
is expected. Every key is described in functions/cli/test-file.schema.json.

Options:
  --coverage        name the rules, limits, warning lines and exceptions that no test reaches; each is a finding

Exit code 0 when all is as expected, 1 when it is not, 2 when a file could not be read or is wrong.

Examples:
  jobwarden test policy.yaml
  jobwarden test --coverage policies/*.yaml`;

interface Tested {
  readonly file: ReadyFile;
  readonly results: readonly TestResult[];
  readonly coverage: Coverage | undefined;
  readonly problems: readonly Problem[];
}

function failure({ test, jobs }: TestResult, { job, path, differences }: JobResult): Problem {
  const words = differences.map(({ what, expected, got }) => {
    const name = what === 'verdict' ? '' : `${what} `;
    return `expected ${name}${expected}, got ${got}`;
  });
  const says = `${shortName(job, jobs)}: ${words.join('; ')}.`;
  const cure = `Correct the policy, or what is expected: ${test.title}`;
  return test.problem({ path, code: 'test-failed', says, try: cure });
}

function failures(results: readonly TestResult[]): readonly Problem[] {
  return results.flatMap((result) =>
    result.jobs.filter(({ differences }) => differences.length > 0).map((job) => failure(result, job)),
  );
}

function runFile(file: ReadyFile): Pick<Tested, 'file' | 'results'> {
  return { file, results: file.tests.map((test) => runTest(test, file)) };
}

/** The coverage of a policy is that of all its test files; it stands with the last of them. */
function covered(all: readonly Pick<Tested, 'file' | 'results'>[], wanted: boolean): readonly Tested[] {
  return all.map(({ file, results }, index) => {
    const same = all.filter((other) => other.file.policy.file === file.policy.file);
    const isLast = all.findLastIndex((other) => other.file.policy.file === file.policy.file) === index;
    const coverage =
      wanted && isLast
        ? coverageOf(
            file.policy.policy,
            same.flatMap((other) => other.results),
          )
        : undefined;
    const missed = coverage === undefined ? [] : gaps(coverage, file.policy);
    return { file, results, coverage, problems: [...file.problems, ...failures(results), ...missed] };
  });
}

function dataOf({ file, results, coverage }: Tested) {
  return {
    file: file.file,
    policy: file.policy.file,
    passed: results.filter(({ ok }) => ok).length,
    failed: results.filter(({ ok }) => !ok).length,
    tests: results.map(({ test, ok, jobs }) => ({
      title: test.title,
      ok,
      jobs: jobs.map(({ job, verdicts, differences }) => ({
        job: shortName(job, jobs),
        got: verdicts.map(verdictWords),
        differences,
      })),
    })),
    coverage,
  };
}

async function readAll(files: readonly string[], outside: Outside) {
  const names = [...new Set(files.map(testFileOf))];
  const read = await Promise.all(names.map((name) => readTests(name, outside)));
  return {
    files: read.flatMap((one) => ('value' in one ? [one.value] : [])),
    problems: read.flatMap((one) => ('value' in one ? [] : one.problems)),
  };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  if (given.files.length === 0)
    return cannotRun([usage('no-file', 'No test is named.', 'Write jobwarden test policy.yaml.')]);
  const read = await readAll(given.files, outside);
  const tested = covered(read.files.map(runFile), given.values['coverage'] === true);
  const problems = [...read.problems, ...tested.flatMap((one) => one.problems)];
  const isFinding =
    tested.some(({ results }) => results.some(({ ok }) => !ok)) || problems.some(({ code }) => code === 'not-covered');
  return {
    status: read.problems.length > 0 ? 'cannot-run' : isFinding ? 'findings' : 'fine',
    problems,
    text: tested.flatMap(({ file, results, coverage }) => fileLines(file, results, coverage)),
    data: { files: tested.map(dataOf) },
  };
}

/** `jobwarden test`: runs the tests of policies. */
export const test: Command = {
  name: 'test',
  summary: 'run the tests of policies: jobs, and what is expected to become of them',
  help,
  options: { coverage: { type: 'boolean' } },
  run,
};
