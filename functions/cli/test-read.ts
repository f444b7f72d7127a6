import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Mode } from '../../shared/jobs/verdict.ts';
import type { Path } from '../../shared/policy/lines.ts';
import { firstProject } from './asked.ts';
import type { Outside } from './command.ts';
import { jobFromShort, readJobs, shortProblems, type JobsOptions, type JobsRead } from './jobs-file.ts';
import { momentForms, parseMoment } from './moments.ts';
import { readPolicy, readText, type PolicyFile, type Read } from './policy-file.ts';
import { shapeProblems } from './shape.ts';
import { jobHints } from './short-job.ts';
import { expectationsOf, type TestJob } from './test-expectations.ts';
import { testFile, type TestFile, type WrittenTest } from './test-file.ts';
import { readTextFile, type TextFile } from './text-file.ts';

/** A test, ready to be run. `problem` makes problems that stand in its file. */
export interface ReadyTest {
  readonly title: string;
  readonly nowMs: number;
  readonly setting: Mode;
  readonly jobs: readonly TestJob[];
  readonly otherJobs: number;
  readonly problem: TextFile['problem'];
}

/** A test file with its policy. */
export interface ReadyFile {
  readonly file: string;
  readonly policy: PolicyFile;
  readonly watchdog: string | undefined;
  readonly tests: readonly ReadyTest[];
  readonly problems: readonly Problem[];
}

interface Around {
  readonly text: TextFile;
  readonly file: string;
  readonly written: TestFile;
  readonly policy: PolicyFile;
  readonly outside: Outside;
}

/** The test file that stands beside a policy; a test file, or one from standard input, stands for itself. */
export function testFileOf(file: string): string {
  return file === '-' || /\.test\.ya?ml$/.test(file) ? file : file.replace(/(\.ya?ml)?$/, '.test.yaml');
}

/** The file that a test file names, beside itself unless its path is whole. */
function fileBeside(file: string, name: string): string {
  return isAbsolute(name) ? name : join(dirname(file), name);
}

function policyFileOf(file: string, { policy }: TestFile): string {
  return fileBeside(file, policy ?? basename(file).replace(/\.test(\.ya?ml)$/, '$1'));
}

/** A test from standard input stands beside no policy. */
function unnamedPolicy(file: string, text: TextFile): Problem {
  const says = 'A test from standard input stands beside no policy, and names none.';
  return { ...text.problem({ path: [], code: 'missing-key', says, try: 'Add policy: policy.yaml.' }), file };
}

interface Moment {
  readonly nowMs: number;
  readonly problems: readonly Problem[];
}

function momentOf({ text, written, policy, outside }: Around, test: WrittenTest, path: Path): Moment {
  const at = test.at ?? written.at;
  if (at === undefined) return { nowMs: outside.now(), problems: [] };
  const nowMs = parseMoment(at, policy.policy.timezone);
  if (nowMs !== undefined) return { nowMs, problems: [] };
  const where = test.at === undefined ? ['at'] : [...path, 'at'];
  const says = `"${at}" is not a time.`;
  return { nowMs: 0, problems: [text.problem({ path: where, code: 'bad-time', says, try: `Write ${momentForms}.` })] };
}

async function recordedJobs(around: Around, test: WrittenTest, options: JobsOptions): Promise<JobsRead> {
  const files = [test.recorded ?? []].flat().map((name) => fileBeside(around.file, name));
  const read = await Promise.all(
    files.map(async (file): Promise<JobsRead> => {
      const text = await readText(file, around.outside);
      return 'problems' in text ? { jobs: [], problems: text.problems } : readJobs(text.value, { ...options, file });
    }),
  );
  return { jobs: read.flatMap(({ jobs }) => jobs), problems: read.flatMap(({ problems }) => problems) };
}

async function jobsOf(around: Around, test: WrittenTest, path: Path, nowMs: number): Promise<JobsRead> {
  const { text, file, written, policy } = around;
  const { timezone } = policy.policy;
  const options = { file, nowMs, timezone, project: firstProject(policy.policy), everyJob: written.everyJob ?? {} };
  const shorts = [
    ...(test.job === undefined ? [] : [{ short: test.job, path: [...path, 'job'] }]),
    ...(test.jobs ?? []).map((short, index) => ({ short, path: [...path, 'jobs', index] })),
  ];
  const recorded = await recordedJobs(around, test, options);
  return {
    jobs: [...shorts.map(({ short }, index) => jobFromShort(short, index, options)), ...recorded.jobs],
    problems: [
      ...shorts.flatMap(({ short, path }) => shortProblems(text, short, { path, timezone })),
      ...recorded.problems,
    ],
  };
}

const noJobs = {
  code: 'no-jobs',
  says: 'The test has no jobs.',
  try: 'Write job: for one, jobs: for several, or recorded: with the name of a file.',
};
const twoWays = { code: 'job-twice', says: 'job stands beside jobs or recorded.', try: 'Put all of them under jobs.' };

function shapeOf({ text }: Around, test: WrittenTest, path: Path): readonly Problem[] {
  const { job, jobs, recorded } = test;
  if (job === undefined && jobs === undefined && recorded === undefined) return [text.problem({ path, ...noJobs })];
  return job !== undefined && (jobs !== undefined || recorded !== undefined)
    ? [text.problem({ path: [...path, 'job'], part: 'key', ...twoWays })]
    : [];
}

async function readTest(
  around: Around,
  test: WrittenTest,
  index: number,
): Promise<{ test: ReadyTest; problems: readonly Problem[] }> {
  const { text, written, policy } = around;
  const path = ['tests', index];
  const moment = momentOf(around, test, path);
  const read = await jobsOf(around, test, path, moment.nowMs);
  const rules = policy.policy.rules.map(({ name }) => name);
  const expectations = expectationsOf(read.jobs, test, { text, path: [...path, 'expect'], rules });
  return {
    test: {
      title: test.title,
      nowMs: moment.nowMs,
      setting: test.setting ?? written.setting,
      jobs: expectations.jobs,
      otherJobs: test.otherJobs ?? 0,
      problem: text.problem,
    },
    problems: [...shapeOf(around, test, path), ...moment.problems, ...read.problems, ...expectations.problems],
  };
}

/** Reads a test file, its policy and the recorded answers that it names; every problem at once. */
export async function readTests(file: string, outside: Outside): Promise<Read<ReadyFile>> {
  const content = await readText(file, outside);
  if ('problems' in content) return content;
  const text = readTextFile(content.value, file);
  const parsed = testFile.safeParse(text.data);
  if (text.data === undefined || !parsed.success) {
    const issues = text.data === undefined || parsed.success ? [] : parsed.error.issues;
    return { problems: [...text.problems, ...shapeProblems(issues, text, jobHints)] };
  }
  if (file === '-' && parsed.data.policy === undefined)
    return { problems: [...text.problems, unnamedPolicy(file, text)] };
  const policy = await readPolicy(policyFileOf(file, parsed.data), outside);
  if ('problems' in policy) return { problems: [...text.problems, ...policy.problems] };
  const around: Around = { text, file, written: parsed.data, policy: policy.value, outside };
  const read = await Promise.all(parsed.data.tests.map((test, index) => readTest(around, test, index)));
  const { everyJob, watchdog } = parsed.data;
  const every = shortProblems(text, everyJob ?? {}, { path: ['everyJob'], timezone: policy.value.policy.timezone });
  const problems = [...text.problems, ...every, ...read.flatMap((one) => one.problems)];
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  return { value: { file, policy: policy.value, watchdog, tests: read.map(({ test }) => test), problems } };
}
