import type { z } from 'zod';
import type { Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { didYouMean } from '../../shared/policy/closest.ts';
import type { Path } from '../../shared/policy/lines.ts';
import { isNamed, parseJobName } from './live.ts';
import { shapeProblems } from './shape.ts';
import { readExpected, type ExpectedJob } from './test-expect.ts';
import { expected, expectedByJob, type WrittenExpected, type WrittenTest } from './test-file.ts';
import type { TextFile } from './text-file.ts';

/** A job of a test with what is expected of it. */
export interface TestJob {
  readonly job: Job;
  readonly expected: ExpectedJob;
  /** Where in the file that is expected. */
  readonly path: Path;
}

/** The jobs of a test with what is expected of each, and what is wrong with that. */
export interface Expectations {
  readonly jobs: readonly TestJob[];
  readonly problems: readonly Problem[];
}

/** Where expectations stand, and the names of the rules that they may name. */
interface Place {
  readonly text: TextFile;
  readonly path: Path;
  readonly rules: readonly string[];
}

const nothing: ExpectedJob = { verdicts: [] };

function read(
  written: WrittenExpected,
  { text, path, rules }: Place,
): { is: ExpectedJob; problems: readonly Problem[] } {
  const found = readExpected(written, rules);
  if ('verdicts' in found) return { is: found, problems: [] };
  return { is: nothing, problems: found.map((bad) => text.problem({ path, code: 'bad-expectation', ...bad })) };
}

function misshapen({ issues }: z.ZodError, { text, path }: Place): Expectations {
  const placed = issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  return { jobs: [], problems: shapeProblems(placed, text) };
}

function ofOne(job: Job, written: unknown, place: Place): Expectations {
  const parsed = expected.safeParse(written);
  if (!parsed.success) return misshapen(parsed.error, place);
  const { is, problems } = read(parsed.data, place);
  return { jobs: [{ job, expected: is, path: place.path }], problems };
}

const isMeant = (job: Job, id: string) => job.id === id || isNamed(job, parseJobName(id));

function strangers(ids: readonly string[], jobs: readonly Job[], { text, path }: Place): readonly Problem[] {
  const unknown = ids.filter((id) => !jobs.some((job) => isMeant(job, id)));
  const known = jobs.map(({ id }) => id);
  return unknown.map((id) => {
    const says = `No job of this test is called ${id}.`;
    return text.problem({ path: [...path, id], part: 'key', code: 'job-not-found', says, try: didYouMean(id, known) });
  });
}

function ofMany(jobs: readonly Job[], written: unknown, place: Place): Expectations {
  const parsed = expectedByJob.safeParse(written);
  if (!parsed.success) return misshapen(parsed.error, place);
  const named = Object.entries(parsed.data).map(([id, one]) => ({
    id,
    ...read(one, { ...place, path: [...place.path, id] }),
  }));
  const ids = named.map(({ id }) => id);
  return {
    jobs: jobs.map((job): TestJob => {
      const meant = named.find(({ id }) => isMeant(job, id));
      return {
        job,
        expected: meant?.is ?? nothing,
        path: meant === undefined ? place.path : [...place.path, meant.id],
      };
    }),
    problems: [...named.flatMap(({ problems }) => problems), ...strangers(ids, jobs, place)],
  };
}

/** What a test expects of its jobs: one expectation where it has `job`, else one for each id. */
export function expectationsOf(jobs: readonly Job[], test: WrittenTest, place: Place): Expectations {
  const [only] = jobs;
  return test.job !== undefined && only !== undefined
    ? ofOne(only, test.expect, place)
    : ofMany(jobs, test.expect, place);
}
