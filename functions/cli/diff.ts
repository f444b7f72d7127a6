import { jobName, type Job } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { differenceOf } from '../../shared/policy/difference.ts';
import type { Change } from '../../shared/policy/difference/change.ts';
import { usage } from './arguments.ts';
import {
  cannotRun,
  circumstanceHelp,
  circumstanceOptions,
  circumstancesOf,
  firstProject,
  optionOf,
  type Circumstances,
} from './asked.ts';
import type { Command, Given, Line, Outside, Report, Span } from './command.ts';
import { fateWords, verdictChanges, type Kind, type VerdictChange } from './diff-verdicts.ts';
import { readJobs } from './jobs-file.ts';
import { readPolicy, readText, type PolicyFile, type Read } from './policy-file.ts';
import { isListed } from './sweep-file.ts';
import { table, type Cell } from './table.ts';
import { readTextFile } from './text-file.ts';
import { plain, verdictData } from './verdict-lines.ts';

const help = `Usage: jobwarden diff OLD NEW [--jobs FILE]

Says what a new version of a policy changes, for a pull request: every edit in words, harsher ones as warnings on their
lines; and with --jobs, of which jobs something else would become: newly cancelled, no longer, harder, softer, by another
rule, with another owner. It never changes anything.

OLD or NEW may be - for standard input.

Options:
  --jobs FILE      judge the jobs of this file under both policies: the short form, or what bq ls -j -a prints with
                   --format=prettyjson
${circumstanceHelp}

Exit code 0 when nothing became harsher, 1 when an edit may be harsher, or a job would be cancelled or warned of that was
not before, 2 when a file could not be read.

Examples:
  jobwarden diff old.yaml policy.yaml --jobs jobs.yaml
  git show main:policy.yaml | jobwarden diff - policy.yaml --format github`;

interface Pair {
  readonly before: PolicyFile;
  readonly after: PolicyFile;
}

interface Compared {
  readonly pair: Pair;
  readonly circumstances: Circumstances;
  readonly edits: ReturnType<typeof placed>;
  readonly jobs: readonly Job[] | undefined;
  readonly changes: readonly VerdictChange[];
}

const isFlagged = ({ effect }: Change) => effect === 'harsher' || effect === 'either';

function cureOf({ effect }: Change): string {
  if (effect === 'harsher') return 'More jobs may be cancelled or warned of: see that it is meant.';
  if (effect === 'either') return 'It may be harsher for some jobs and softer for others: see that it is meant.';
  return 'Nothing has to be done.';
}

/** Every edit as a problem, so that it has its line. */
function placed(
  edits: readonly Change[],
  { before, after }: Pair,
): readonly (Change & { readonly problem: Problem })[] {
  const texts = { old: readTextFile(before.text, before.file), new: readTextFile(after.text, after.file) };
  return edits.map((edit) => {
    const code = edit.effect === 'either' ? 'policy-may-be-harsher' : `policy-${edit.effect}`;
    const severity = isFlagged(edit) ? 'warning' : 'note';
    const { path, says } = edit;
    return { ...edit, problem: texts[edit.side].problem({ path, severity, code, says, try: cureOf(edit) }) };
  });
}

function editLines(edits: readonly Change[]): readonly Line[] {
  const rest = edits.filter((edit) => !isFlagged(edit));
  const flagged = edits.length - rest.length;
  const count = `${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}, ${flagged} of them harsher or unclear`;
  if (edits.length === 0) return [[{ text: 'The policies mean the same.', as: 'good' }]];
  return [
    [{ text: `${count}.`, as: flagged > 0 ? 'caution' : 'good' }],
    ...rest.map(({ effect, says }): Line => [
      { text: `  ${effect.padEnd(8)}`, as: effect === 'softer' ? 'good' : 'quiet' },
      ` ${plain(says)}`,
    ]),
  ];
}

const looks: Readonly<Record<Kind, Span['as']>> = {
  'newly cancelled': 'bad',
  harder: 'bad',
  'no longer cancelled': 'good',
  softer: 'good',
  'other rule': 'caution',
  'held back otherwise': 'caution',
  'other owner': 'quiet',
};

function changeRow({ kind, job, before, after, because }: VerdictChange): readonly Cell[] {
  const cells = [jobName(job), job.principal ?? 'unknown', fateWords(before), fateWords(after), because];
  return [{ text: kind, as: looks[kind] }, ...cells.map(plain)];
}

function jobLines({ jobs, changes }: Compared): readonly Line[] {
  if (jobs === undefined) return ['No jobs were judged: --jobs FILE shows what becomes of them.'];
  const listed = jobs.filter(isListed).length;
  const count = `${listed} jobs judged under both: ${changes.length} ${changes.length === 1 ? 'verdict changes' : 'verdicts change'}.`;
  if (changes.length === 0) return [count];
  return [count, '', ...table(['CHANGE', 'JOB', 'PRINCIPAL', 'BEFORE', 'AFTER', 'BECAUSE'], changes.map(changeRow))];
}

function dataOf({ pair, circumstances, edits, jobs, changes }: Compared) {
  return {
    old: pair.before.file,
    new: pair.after.file,
    at: new Date(circumstances.nowMs).toISOString(),
    setting: circumstances.setting,
    edits: edits.map(({ side, effect, says, problem }) => ({
      where: problem.where,
      line: problem.line,
      side,
      effect,
      says,
    })),
    ...(jobs !== undefined && { jobs: jobs.filter(isListed).length }),
    verdicts: changes.map(({ kind, job, before, after, because }) => ({
      kind,
      job: jobName(job),
      principal: job.principal,
      because,
      before: { verdicts: before.verdicts.map(verdictData), owner: before.owner },
      after: { verdicts: after.verdicts.map(verdictData), owner: after.owner },
    })),
  };
}

async function readPair(given: Given, outside: Outside): Promise<Read<Pair>> {
  const [old, now, ...more] = given.files;
  if (old === undefined || now === undefined || more.length > 0) {
    return { problems: [usage('no-file', 'Two policies are compared.', 'Write jobwarden diff OLD NEW.')] };
  }
  const [before, after] = [await readPolicy(old, outside), await readPolicy(now, outside)];
  const problems = [before, after].flatMap((read) => ('problems' in read ? read.problems : []));
  if ('problems' in before || 'problems' in after) return { problems };
  return { value: { before: before.value, after: after.value } };
}

interface Jobs {
  readonly jobs: readonly Job[] | undefined;
  readonly problems: readonly Problem[];
}

async function jobsOf(given: Given, { after }: Pair, about: { nowMs: number; outside: Outside }): Promise<Read<Jobs>> {
  const file = optionOf(given, 'jobs');
  if (file === undefined) return { value: { jobs: undefined, problems: [] } };
  const text = await readText(file, about.outside);
  if ('problems' in text) return text;
  const { timezone } = after.policy;
  const read = readJobs(text.value, { file, nowMs: about.nowMs, timezone, project: firstProject(after.policy) });
  return read.problems.some(({ severity }) => severity === 'error') ? { problems: read.problems } : { value: read };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const pair = await readPair(given, outside);
  if ('problems' in pair) return cannotRun(pair.problems);
  const { before, after } = pair.value;
  const circumstances = circumstancesOf(given, outside, after.policy.timezone);
  if ('problems' in circumstances) return cannotRun(circumstances.problems);
  const read = await jobsOf(given, pair.value, { nowMs: circumstances.value.nowMs, outside });
  if ('problems' in read) return cannotRun(read.problems);
  const { jobs, problems } = read.value;
  const edits = placed(differenceOf(before.policy, after.policy), pair.value);
  const policies = { before: before.policy, after: after.policy };
  const changes = jobs === undefined ? [] : verdictChanges(policies, jobs, circumstances.value);
  const all: Compared = { pair: pair.value, circumstances: circumstances.value, edits, jobs, changes };
  const isHarsher =
    edits.some(isFlagged) || changes.some(({ kind }) => kind === 'newly cancelled' || kind === 'harder');
  return {
    status: isHarsher ? 'findings' : 'fine',
    problems: [...problems, ...edits.filter(isFlagged).map(({ problem }) => problem)],
    text: [...editLines(edits), ...jobLines(all)],
    data: dataOf(all),
  };
}

/** `jobwarden diff`: what a new version of a policy changes. */
export const diff: Command = {
  name: 'diff',
  summary: 'say what a new version of a policy changes, and for which jobs',
  help,
  options: { jobs: { type: 'string' }, ...circumstanceOptions },
  run,
};
