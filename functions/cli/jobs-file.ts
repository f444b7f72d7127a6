import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Path } from '../../shared/policy/lines.ts';
import { momentForms, parseMoment } from './moments.ts';
import { readRecord, recordedIn, type Recorded } from './recorded-jobs.ts';
import { shapeProblems } from './shape.ts';
import { jobHints, jobOf, merged, shortJob, type ShortJob } from './short-job.ts';
import { readTextFile, type TextFile } from './text-file.ts';

/** What reading jobs depends on. `project` is that of jobs in the short form that name none. */
export interface JobsOptions {
  readonly file: string;
  readonly nowMs: number;
  readonly timezone: string;
  readonly project: string;
  /** What every job in the short form has unless it says otherwise. */
  readonly everyJob?: ShortJob;
}

/** The jobs of a file, with everything that is wrong with it; only where a problem is an error is a job missing. */
export interface JobsRead {
  readonly jobs: readonly Job[];
  readonly problems: readonly Problem[];
}

const bothTimes = (path: Path, key: string, other: string) => ({
  path: [...path, key],
  code: 'job-time-twice',
  says: `${key} and ${other} say the same in two ways.`,
  try: 'Keep one of them.',
});

/** What is wrong with a job in the short form whose every key by itself is right. */
export function shortProblems(
  file: TextFile,
  short: ShortJob,
  at: { path: Path; timezone: string },
): readonly Problem[] {
  const { runTime, started, queueTime, created } = short;
  const { path, timezone } = at;
  const moments = (['created', 'started', 'ended'] as const).flatMap((key) => {
    const written = short[key];
    if (written === undefined || parseMoment(written, timezone) !== undefined) return [];
    const says = `"${written}" is not a time.`;
    return [file.problem({ path: [...path, key], code: 'bad-time', says, try: `Write ${momentForms}.` })];
  });
  return [
    ...(runTime !== undefined && started !== undefined ? [file.problem(bothTimes(path, 'runTime', 'started'))] : []),
    ...(queueTime !== undefined && created !== undefined
      ? [file.problem(bothTimes(path, 'queueTime', 'created'))]
      : []),
    ...moments,
  ];
}

/** The job that one entry of a list in the short form means; `index` gives it an id where it has none. */
export function jobFromShort(short: ShortJob, index: number, options: JobsOptions): Job {
  const { project, nowMs, timezone, everyJob = {} } = options;
  const moment = (text: string | undefined) => (text === undefined ? undefined : parseMoment(text, timezone));
  return jobOf(merged(everyJob, short), { id: `job-${index + 1}`, project, nowMs, moment });
}

function readShorts(file: TextFile, list: readonly unknown[], at: Path, options: JobsOptions): JobsRead {
  const jobs: Job[] = [];
  const problems: Problem[] = [];
  for (const [index, data] of list.entries()) {
    const path = [...at, index];
    const parsed = shortJob.safeParse(data);
    if (parsed.success) {
      problems.push(...shortProblems(file, parsed.data, { path, timezone: options.timezone }));
      jobs.push(jobFromShort(parsed.data, index, options));
      continue;
    }
    const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
    problems.push(...shapeProblems(issues, file, jobHints));
  }
  return { jobs, problems };
}

function fromRecorded(file: TextFile, { records, unreachable }: Recorded, at: Path): JobsRead {
  const jobs: Job[] = [];
  const problems: Problem[] = [];
  for (const { record, path } of records) {
    const reading = readRecord(record);
    const where = [...at, ...path];
    if ('job' in reading) {
      jobs.push(reading.job);
      problems.push(...doubtsOf(file, reading.job, where));
      continue;
    }
    const says = `This is no job that can be read: ${reading.unreadable}.`;
    problems.push(
      file.problem({ path: where, code: 'job-unreadable', says, try: 'Record the answer again, or leave it out.' }),
    );
  }
  const skipped = unreachable.map((place) =>
    file.problem({
      path: [...at, 'unreachable'],
      severity: 'warning',
      code: 'listing-incomplete',
      says: `The listing left ${place} out, because it could not be reached.`,
      try: 'Record it again; jobs there are not seen.',
    }),
  );
  return { jobs, problems: [...problems, ...skipped] };
}

function doubtsOf(file: TextFile, { doubts = [] }: Job, path: Path): Problem[] {
  return doubts.map((doubt) =>
    file.problem({
      path,
      severity: 'warning',
      code: 'job-in-doubt',
      says: `Something in this job cannot be read: ${doubt}.`,
      try: 'It counts as unknown, and unknown never leads to a cancel.',
    }),
  );
}

const nothing = {
  path: [],
  code: 'no-jobs',
  says: 'There are no jobs in this file.',
  try: 'Write a list under jobs:, or save what bq ls -j -a --format=prettyjson prints.',
};

function shortList(data: unknown): { readonly list: readonly unknown[]; readonly at: Path } | undefined {
  if (Array.isArray(data)) return { list: data, at: [] };
  if (typeof data !== 'object' || data === null) return undefined;
  const jobs: unknown = Reflect.get(data, 'jobs');
  return Array.isArray(jobs) ? { list: jobs, at: ['jobs'] } : undefined;
}

function fromFile(file: TextFile, options: JobsOptions): JobsRead {
  const recorded = recordedIn(file.data);
  if (recorded !== undefined) return fromRecorded(file, recorded, []);
  const short = shortList(file.data);
  if (short !== undefined) return readShorts(file, short.list, short.at, options);
  return { jobs: [], problems: [file.problem(nothing)] };
}

/** One JSON document a line; undefined when a line is none, or when there is but one document. */
function jsonLines(text: string): readonly { readonly data: unknown; readonly line: number }[] | undefined {
  const lines = text.split('\n').map((written, index) => ({ written: written.trim(), line: index + 1 }));
  const filled = lines.filter(({ written }) => written !== '');
  if (filled.length < 2 || !filled.every(({ written }) => written.startsWith('{'))) return undefined;
  try {
    return filled.map(({ written, line }) => ({ data: JSON.parse(written), line }));
  } catch {
    return undefined;
  }
}

function fromLines(lines: NonNullable<ReturnType<typeof jsonLines>>, options: JobsOptions): JobsRead {
  const { file } = options;
  const read = lines.map(({ data, line }, index): JobsRead => {
    const problem: TextFile['problem'] = ({ code, severity = 'error', says, try: cure }) => ({
      code,
      severity,
      where: `line ${line}`,
      file,
      line,
      says,
      try: cure,
    });
    const text: TextFile = { data, problems: [], problem };
    const recorded = recordedIn(data);
    if (recorded !== undefined) return fromRecorded(text, recorded, []);
    const one = readShorts(text, [data], [], options);
    return { ...one, jobs: one.jobs.map((job) => (job.id === 'job-1' ? { ...job, id: `job-${index + 1}` } : job)) };
  });
  return { jobs: read.flatMap(({ jobs }) => jobs), problems: read.flatMap(({ problems }) => problems) };
}

function twice(jobs: readonly Job[], file: string): Problem[] {
  const seen = new Set<string>();
  return jobs.flatMap((job) => {
    const name = jobName(job);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const says = `The job ${name} is there twice.`;
    return [
      {
        code: 'job-twice',
        severity: 'error',
        where: name,
        file,
        says,
        try: 'Keep one of them, or give them ids of their own.',
      },
    ];
  });
}

/**
 * Reads jobs for the commands: in the short form (YAML or JSON: a list, or a list under `jobs`), or recorded answers of
 * the BigQuery API (a page, a resource, a list of resources, one JSON document a line). Never throws; every problem at
 * once, with its line where the file is not huge.
 */
export function readJobs(text: string, options: JobsOptions): JobsRead {
  const lines = jsonLines(text);
  const file = lines === undefined ? readTextFile(text, options.file) : undefined;
  if (file !== undefined && file.problems.some(({ severity }) => severity === 'error') && file.data === undefined) {
    return { jobs: [], problems: file.problems };
  }
  const read = file === undefined ? fromLines(lines ?? [], options) : fromFile(file, options);
  return {
    jobs: read.jobs,
    problems: [...(file?.problems ?? []), ...read.problems, ...twice(read.jobs, options.file)],
  };
}
