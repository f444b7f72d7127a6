import type { Problem } from '../../shared/jobs/problem.ts';
import { severities } from '../../shared/audit/event.ts';
import { checkPolicy, type Checked } from '../../shared/policy/lint.ts';
import { usage } from './arguments.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { counted, countsOf, type Counts } from './counts.ts';
import { readLookupFiles } from './lookup-files.ts';
import { readText } from './policy-file.ts';

const help = `Usage: jobwarden check [--strict] FILE...

Says whether policies are right, and whether they say what was probably meant. First what keeps a file from taking
effect, every error at once. Then what it probably does not mean: cancel rules that reach writes, rules that always
lose, limits that cannot be kept, exemptions that are over, patterns that match nothing, and more. Each finding has a
code that the reference explains (jobwarden schema --reference).

An error keeps the policy from taking effect. A warning is probably a mistake. A note is good to know. There are
findings (exit code 1) when there is an error or a warning.

A warning that is meant is allowed in a comment at the end of its line, or above it:
  # jobwarden: allow reaches-writes, because these loads can be repeated

Options:
  --strict          notes count as findings too

Examples:
  jobwarden check policy.yaml
  jobwarden check --strict --format github policies/*.yaml
  git show main:policy.yaml | jobwarden check -
`;

/** What is known of one file after it was looked at. */
interface Looked extends Counts {
  readonly file: string;
  readonly status: 'fine' | 'findings' | 'unreadable';
  readonly allowed: number;
  readonly rules?: number;
}

interface FileReport {
  readonly looked: Looked;
  readonly problems: readonly Problem[];
}

const isTest = (file: string) => /\.test\.ya?ml$/.test(file);

function statusOf(problems: readonly Problem[], strict: boolean): 'fine' | 'findings' {
  const isFinding = ({ severity }: Problem) => severity !== 'note' || strict;
  return problems.some(isFinding) ? 'findings' : 'fine';
}

type ToReport = Omit<Checked, 'problems'> & { readonly problems: readonly Problem[] };

function reportOn(file: string, { policy, problems, allowed }: ToReport, strict: boolean): FileReport {
  const rules = policy === undefined ? {} : { rules: policy.rules.length };
  return { problems, looked: { file, status: statusOf(problems, strict), ...countsOf(problems), allowed, ...rules } };
}

async function look(file: string, strict: boolean, outside: Outside): Promise<FileReport> {
  const text = await readText(file, outside);
  if ('problems' in text) {
    const { problems } = text;
    return { problems, looked: { file, status: 'unreadable', ...countsOf(problems), allowed: 0 } };
  }
  const checked = checkPolicy(text.value, { file, now: outside.now(), events: Object.keys(severities) });
  const beside = checked.policy === undefined ? [] : (await readLookupFiles(file, checked.policy, outside)).problems;
  return reportOn(file, { ...checked, problems: [...checked.problems, ...beside] }, strict);
}

function lineOf({ file, status, allowed, rules, ...counts }: Looked): Line {
  const name = file === '-' ? 'Standard input' : file;
  if (status === 'unreadable') return [{ text: `${name}: not read`, as: 'bad' }];
  const found = counted(counts);
  const meant = allowed === 0 ? '' : `, ${allowed} allowed by comments`;
  if (status === 'findings') return [{ text: `${name}: ${found}${meant}`, as: counts.errors > 0 ? 'bad' : 'caution' }];
  const size = rules === 1 ? '1 rule' : `${rules} rules`;
  return [{ text: `${name} is fine`, as: 'good' }, `: ${size}${found === '' ? '' : `, ${found}`}${meant}`];
}

function whole(reports: readonly FileReport[], skipped: readonly string[]): Report {
  const files = reports.map(({ looked }) => looked);
  const has = (status: Looked['status']) => files.some((file) => file.status === status);
  const notes = skipped.map((file): Line => [{ text: `${file}: left out, jobwarden test is for tests`, as: 'quiet' }]);
  return {
    status: has('unreadable') ? 'cannot-run' : has('findings') ? 'findings' : 'fine',
    problems: reports.flatMap(({ problems }) => problems),
    text: [...files.map(lineOf), ...notes],
    data: { files, skipped },
  };
}

const noFile = usage('no-file', 'No policy is named.', 'Write jobwarden check policy.yaml; - is standard input.');

async function run({ files, values }: Given, outside: Outside): Promise<Report> {
  const policies = [...new Set(files)].filter((file) => !isTest(file));
  if (policies.length === 0) return { status: 'cannot-run', problems: [noFile], text: [], data: { files: [] } };
  const reports: FileReport[] = [];
  for (const file of policies) reports.push(await look(file, values['strict'] === true, outside));
  return whole(reports, files.filter(isTest));
}

/** `jobwarden check`: whether policies are right, and say what was probably meant. */
export const check: Command = {
  name: 'check',
  summary: 'say whether policies are right, and what in them was probably not meant',
  help,
  options: { strict: { type: 'boolean' } },
  run,
};
