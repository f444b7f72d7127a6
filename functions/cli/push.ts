import type { Problem } from '../../shared/jobs/problem.ts';
import { cannotRun, circumstanceHelp, circumstanceOptions } from './asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { pushAsked, type Asked } from './push-asked.ts';
import { isThere, policyObject, type PolicyObject, type There } from './push-object.ts';
import { already, notAsked, overtaken, stopped, written, type Looked } from './push-report.ts';
import { checked, compared, readingOnce, tested } from './push-steps.ts';

const help = `Usage: jobwarden push FILE gs://BUCKET/policy.yaml [--yes] [--generation N] [--tests FILE]... [--jobs FILE]

Brings a policy into force. It is checked; its tests are run, NAME.test.yaml beside it and those that --tests names; and
it is compared with what is there now: every edit in words, harsher ones as warnings, and with --jobs what becomes of
those jobs. Without --yes that is all. With --yes it is then written, if and only if what is there is still what it was
compared with: of two people who push at once, one is told, and nothing is lost. watch takes it up at its next sweep.

An error of check and a test that fails keep it from being written. Warnings and harsher edits do not: look at them first.

Options:
  --yes            write it
  --generation N   only over this generation, which push has shown before; 0: only where nothing is
  --tests FILE     another test of this policy; may be given several times
  --jobs FILE      judge the jobs of this file under both policies, as jobwarden diff does
${circumstanceHelp}

Exit code 0 when the policy is there, written now or before; 1 when it was not written: there are findings, --yes is
missing, or somebody else wrote meanwhile; 2 when something could not be read, reached or understood.

Examples:
  jobwarden push policy.yaml gs://our-policies/policy.yaml --jobs jobs.json
  jobwarden push policy.yaml gs://our-policies/policy.yaml --generation 1774612345678901 --yes`;

interface Pushing {
  readonly asked: Asked;
  readonly object: PolicyObject;
  readonly given: Given;
  /** Reads each file once. */
  readonly still: Outside;
}

const isFine = ({ status }: Report) => status === 'fine';

async function unversioned(object: PolicyObject, before: string): Promise<readonly Problem[]> {
  if (before === 'absent' || (await object.keeps(before)) !== false) return [];
  const bucket = object.where.split('/').slice(0, 3).join('/');
  return [
    {
      code: 'bucket-without-versions',
      severity: 'warning',
      where: object.where,
      says: 'The bucket does not keep earlier versions: after a bad edit, a new instance of watch finds no good policy.',
      try: `Run gcloud storage buckets update ${bucket} --versioning.`,
    },
  ];
}

async function afterLoss({ reports }: Looked, pushing: Pushing): Promise<Report> {
  const { asked, object, given, still } = pushing;
  const { where } = object;
  const there = await object.read();
  const again = await compared(asked, { where, there }, given, still);
  const looked = { reports: [...reports.slice(0, 2), again], there };
  return isThere(there, await still.read(asked.file))
    ? already(looked, there, asked)
    : overtaken(looked, there, { asked, where });
}

async function write(looked: Looked, there: There, pushing: Pushing): Promise<Report> {
  const { asked, object, still } = pushing;
  const answer = await object.write(await still.read(asked.file), there.generation);
  if (answer === 'lost') return afterLoss(looked, pushing);
  const problems = await unversioned(object, there.generation);
  return written(looked, { ...answer, problems }, { asked, where: object.where });
}

async function bring(pushing: Pushing): Promise<Report> {
  const { asked, object, given, still } = pushing;
  const { where } = object;
  const check = await checked(asked, still);
  if (!isFine(check)) return stopped({ reports: [check], there: undefined }, asked);
  const test = await tested(asked, still);
  if (!isFine(test)) return stopped({ reports: [check, test], there: undefined }, asked);
  const there = await object.read();
  const difference = await compared(asked, { where, there }, given, still);
  const looked = { reports: [check, test, difference], there };
  if (difference.status === 'cannot-run') return stopped(looked, asked);
  if (isThere(there, await still.read(asked.file))) return already(looked, there, asked);
  if (asked.generation !== undefined && asked.generation !== there.generation)
    return overtaken(looked, there, { asked, where });
  return asked.yes ? write(looked, there, pushing) : notAsked(looked, there, { asked, where });
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const asked = pushAsked(given);
  if ('problems' in asked) return cannotRun(asked.problems);
  return bring({ asked, object: policyObject(asked.to, outside), given, still: readingOnce(outside) });
}

/** `jobwarden push`: checks, tests and compares a policy, and writes it into its bucket. */
export const push: Command = {
  name: 'push',
  summary: 'check, test and compare a policy, and write it into its bucket',
  help,
  options: {
    yes: { type: 'boolean' },
    generation: { type: 'string' },
    tests: { type: 'string', multiple: true },
    jobs: { type: 'string' },
    ...circumstanceOptions,
  },
  run,
};
