import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { explain as explainJob } from '../../shared/evaluate/explain.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import {
  cannotRun,
  circumstanceHelp,
  circumstanceOptions,
  circumstancesOf,
  compiledFor,
  firstProject,
  optionOf,
  type Circumstances,
} from './asked.ts';
import { usage } from './arguments.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { explainLines, sweepWords, type Explained } from './explain-lines.ts';
import { readJobs } from './jobs-file.ts';
import { fetchJob, isNamed, parseJobName } from './live.ts';
import { matrixReport } from './matrix.ts';
import { readPolicy, readText, type PolicyFile, type Read } from './policy-file.ts';
import { toldOf, withOwner } from './told.ts';
import { explainEvent } from './story.ts';
import { jobData, verdictData } from './verdict-lines.ts';

const help = `Usage: jobwarden explain JOB --policy FILE [--jobs FILE | --project P [--location L]]
       jobwarden explain --event ID --policy PLACE [--events FILE] [--table TABLE] [--state PLACE]
       jobwarden explain --matrix --policy FILE

Says what a policy makes of one job, and why: the verdict, what holds it back, who would be told, when that changes;
then every rule with each key of its match (yes, no or unknown), its hours and its limits. It never changes anything.

--event tells the story of a job that is gone from its audit events: every step, the reason, who was told, and the policy of
that moment, where the bucket has kept it. ID is that of an event, as notices and log lines have it, or of its case.

JOB is an id, or PROJECT:LOCATION.ID as bq writes it.

Options:
  --policy FILE    the policy
  --jobs FILE      take the job from this file (- is standard input): the short form, or what bq ls -j -a or bq show -j
                   print with --format=prettyjson
  --project P      fetch the job from this BigQuery project
  --location L     where it runs; without it the running jobs are listed to find it
  --event ID       the story of an event's job; the policy may be an object here (default JOBWARDEN_POLICY)
  --events FILE    exported events, one JSON object a line
  --table TABLE    PROJECT.DATASET.all_events, the view of infra/gcp; it is queried
  --state PLACE    where watch keeps its state; without any of the three: JOBWARDEN_STATE, else .jobwarden/state
  --matrix         no job: which limits hold for each kind of principal, client and project of the targets
${circumstanceHelp}

Exit code 0 when the job was explained, 2 when the policy or the job could not be read.

Examples:
  jobwarden explain bquxjob_1a2b_3c4d --policy policy.yaml --project analytics-prod
  bq show -j --format=prettyjson analytics-prod:EU.bquxjob_1a2b_3c4d | jobwarden explain bquxjob_1a2b_3c4d --policy policy.yaml --jobs -`;

/** Finds the one job that is meant among those of a file. */
function chosen(jobs: readonly Job[], wanted: string, file: string): Read<Job> {
  const found = jobs.filter((job) => isNamed(job, parseJobName(wanted)) || job.id === wanted);
  const [first] = found;
  if (first !== undefined && found.length === 1) return { value: first };
  const names = (first === undefined ? jobs : found).slice(0, 5).map(jobName);
  const says =
    first === undefined ? `There is no job ${wanted} in ${file}.` : `${found.length} jobs are called ${wanted}.`;
  const cure = names.length === 0 ? 'The file has no jobs.' : `Name one of: ${names.join(', ')}.`;
  return { problems: [{ code: 'job-not-found', severity: 'error', where: 'JOB', says, try: cure }] };
}

interface Found {
  readonly job: Job;
  readonly problems: readonly Problem[];
}

async function fromFile(
  file: string,
  wanted: string,
  read: PolicyFile,
  about: { nowMs: number; outside: Outside },
): Promise<Read<Found>> {
  const text = await readText(file, about.outside);
  if ('problems' in text) return text;
  const { policy } = read;
  const { jobs, problems } = readJobs(text.value, {
    file,
    nowMs: about.nowMs,
    timezone: policy.timezone,
    project: firstProject(policy),
  });
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  const job = chosen(jobs, wanted, file);
  return 'problems' in job ? job : { value: { job: job.value, problems } };
}

async function findJob(
  given: Given,
  read: PolicyFile,
  about: { nowMs: number; outside: Outside },
): Promise<Read<Found>> {
  const [wanted, ...more] = given.files;
  if (wanted === undefined || more.length > 0) {
    return {
      problems: [usage('no-job', 'Exactly one job is explained.', 'Write jobwarden explain JOB --policy FILE.')],
    };
  }
  const file = optionOf(given, 'jobs');
  const name = parseJobName(wanted);
  const project = optionOf(given, 'project') ?? name.project;
  if (file !== undefined) return fromFile(file, wanted, read, about);
  if (project === undefined) {
    const cure = 'Add --jobs FILE for recorded or written jobs, or --project P for a running one.';
    return { problems: [usage('no-job', 'It is not said where the job is.', cure)] };
  }
  const location = optionOf(given, 'location') ?? name.location;
  const job = await fetchJob({ ...name, project, location }, project, about.outside);
  return 'problems' in job ? job : { value: { job: job.value, problems: [] } };
}

function explained(job: Job, file: PolicyFile, circumstances: Circumstances): Explained {
  const { policy, lookups } = file;
  const { nowMs } = circumstances;
  const found = explainJob(compiledFor(policy, circumstances), job, nowMs);
  const verdicts = found.verdicts.map((one) => ({ ...one, verdict: withOwner(one.verdict, file) }));
  return {
    job,
    policy,
    circumstances,
    explanation: { ...found, verdicts },
    owner: ownerOf(job, policy, lookups),
    told: verdicts.map(({ verdict }) => toldOf(verdict, policy, nowMs)),
  };
}

function dataOf({ job, circumstances, explanation, owner, told, policy }: Explained) {
  const { judged, why, rules, verdicts, changes } = explanation;
  return {
    job: jobData(job),
    at: new Date(circumstances.nowMs).toISOString(),
    setting: circumstances.setting,
    judged,
    ...(why !== '' && { why }),
    owner,
    verdicts: verdicts.map(({ verdict, holds }, index) => ({ ...verdictData(verdict), holds, told: told[index] })),
    changes: changes.map(({ atMs, because, verdicts }) => ({
      at: new Date(atMs).toISOString(),
      because,
      verdicts: verdicts.map(verdictData),
    })),
    ofTheSweep: sweepWords(policy),
    rules,
  };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const event = optionOf(given, 'event');
  if (event !== undefined) return explainEvent(given, event, outside);
  const file = optionOf(given, 'policy');
  if (file === undefined) return cannotRun([usage('no-file', 'No policy is named.', 'Add --policy FILE.')]);
  const read = await readPolicy(file, outside);
  if ('problems' in read) return cannotRun(read.problems);
  const circumstances = circumstancesOf(given, outside, read.value.policy.timezone);
  if ('problems' in circumstances) return cannotRun(circumstances.problems);
  if (given.values['matrix'] === true) return matrixReport(read.value, circumstances.value);
  const found = await findJob(given, read.value, { nowMs: circumstances.value.nowMs, outside });
  if ('problems' in found) return cannotRun(found.problems);
  const all = explained(found.value.job, read.value, circumstances.value);
  return { status: 'fine', problems: found.value.problems, text: explainLines(all), data: dataOf(all) };
}

/** `jobwarden explain`: what a policy makes of one job, rule by rule. */
export const explain: Command = {
  name: 'explain',
  summary: 'say what a policy makes of one job, rule by rule, and why',
  help,
  options: {
    policy: { type: 'string' },
    jobs: { type: 'string' },
    project: { type: 'string' },
    location: { type: 'string' },
    matrix: { type: 'boolean' },
    event: { type: 'string' },
    events: { type: 'string' },
    table: { type: 'string' },
    state: { type: 'string' },
    ...circumstanceOptions,
  },
  run,
};
