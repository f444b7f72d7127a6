import { slackName } from '../../shared/policy/people.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { usage } from './arguments.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { exampleProject, starterPolicy } from './starter.ts';

const help = `Usage: jobwarden init [--project ID]... [--slack CHANNEL] [--force] [FILE]

Writes a policy to begin with (default policy.yaml; - prints it). It only observes, and comments say what each part
is for. A file that is there already is left alone.

Options:
  --project ID      a Google Cloud project to look at; may be given several times
  --slack CHANNEL   where those who run Jobwarden are told; default "#data-cost"
  --force           replace the file if there is one

Examples:
  jobwarden init --project analytics-prod --project analytics-dev policy.yaml
  jobwarden init - | less
`;

const defaultFile = 'policy.yaml';
const defaultSlack = '#data-cost';

const cannotRun = (...problems: readonly Problem[]): Report => ({
  status: 'cannot-run',
  problems,
  text: [],
  data: { written: false },
});

function textsOf(value: Given['values'][string]): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}

function usageProblems(projects: readonly string[], slack: string, files: readonly string[]): Problem[] {
  const wrong = projects.filter((project) => !/^[a-z][a-z0-9.:-]{3,}[a-z0-9]$/.test(project));
  const bad = wrong.map((project) =>
    usage('bad-project', `"${project}" is not the id of a project.`, 'Write it as gcloud projects list shows it.'),
  );
  const channel = slackName.safeParse(slack).success
    ? []
    : [usage('bad-contact', `"${slack}" is not a Slack channel.`, 'Write --slack "#channel", in quotes, or its id.')];
  const many =
    files.length > 1
      ? [usage('unexpected-file', 'init writes one file.', 'Name one file, or none for policy.yaml.')]
      : [];
  return [...bad, ...channel, ...many];
}

async function isThere(file: string, outside: Outside): Promise<boolean> {
  try {
    await outside.read(file);
    return true;
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause : undefined;
    const code: unknown = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'code') : undefined;
    return code !== 'ENOENT';
  }
}

function written(file: string, projects: readonly string[]): Report {
  const next: Line[] = [
    [{ text: `${file} is written.`, as: 'good' }, ' It only observes: nothing is cancelled by it.'],
    '',
    'Next:',
    ...(projects.length === 0 ? [`  put your projects in the place of ${exampleProject}`] : []),
    `  jobwarden check ${file}`,
    `  jobwarden sweep --policy ${file}`,
  ];
  return { status: 'fine', problems: [], text: next, data: { written: true, file } };
}

async function write(file: string, text: string, outside: Outside): Promise<Problem | undefined> {
  try {
    await outside.write(file, text);
    return undefined;
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { ...usage('file-unwritable', says, 'Name another file, or make the place writable.'), where: file };
  }
}

async function run({ values, files }: Given, outside: Outside): Promise<Report> {
  const projects = textsOf(values['project']);
  const [slack = defaultSlack] = textsOf(values['slack']);
  const [file = defaultFile] = files;
  const wrong = usageProblems(projects, slack, files);
  if (wrong.length > 0) return cannotRun(...wrong);
  const text = starterPolicy(projects.length === 0 ? [exampleProject] : projects, slack);
  if (file === '-') {
    return { status: 'fine', problems: [], text: text.trimEnd().split('\n'), data: { written: false, policy: text } };
  }
  if (values['force'] !== true && (await isThere(file, outside))) {
    const cure = 'Name another file, or replace it with --force.';
    return cannotRun({ ...usage('file-exists', `${file} is there already.`, cure), where: file });
  }
  const failed = await write(file, text, outside);
  return failed === undefined ? written(file, projects) : cannotRun(failed);
}

/** `jobwarden init`: a commented policy to begin with. */
export const init: Command = {
  name: 'init',
  summary: 'write a commented policy to begin with, that only observes',
  help,
  options: {
    project: { type: 'string', multiple: true },
    slack: { type: 'string' },
    force: { type: 'boolean' },
  },
  run,
};
