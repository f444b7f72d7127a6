import { registry, tasks } from './registry.ts';

const head = `jobwarden finds jobs that run away and stops them by a policy. This is its command line: it writes, checks and tries
policies, and shows what they would do. It can look at jobs, and has no way to cancel one.

Usage: jobwarden COMMAND [options] [FILES]
`;

/** What holds for every command. */
export const commonHelp = `Options of every command:
  --format FORMAT   text (default), json, markdown, or github: annotations on the lines of a pull request
  --no-color        no colours; so does the environment variable NO_COLOR
  -h, --help        what a command does, its options, and an example`;

const foot = `${commonHelp}

A file called - is standard input. Exit codes: 0 all is fine, 1 there are findings, 2 the command could not run.

Examples:
  jobwarden init --project analytics-prod policy.yaml    begin with a policy that only observes
  jobwarden check policy.yaml                            is it right, and does it say what was meant?
  jobwarden sweep --policy policy.yaml                   what would it do to the jobs that run now?
  jobwarden test policy.test.yaml                        does it do what its tests expect?
  jobwarden check --strict --format github policies/*.yaml
  jobwarden explain --help                               more about one command
`;

/** One row of the list of commands. */
export interface Listed {
  readonly name: string;
  readonly summary: string;
}

/** What `jobwarden --help` prints: what this is, the commands by task, the common options, examples. */
export function mainHelp(commands: readonly Listed[]): string {
  const width = Math.max(...registry.map(({ name }) => name.length)) + 2;
  const lists = tasks.map((task) => {
    const names = new Set(registry.filter((row) => row.task === task).map(({ name }) => name));
    const rows = commands.filter(({ name }) => names.has(name));
    return [`${task}:`, ...rows.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`), ''].join('\n');
  });
  return [head, ...lists, foot].join('\n');
}
