import { readFile } from 'node:fs/promises';
import type { Problem } from '../../shared/jobs/problem.ts';
import { didYouMean } from '../../shared/policy/closest.ts';
import { readGiven, readOpening, usage, type Opening } from './arguments.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { failureReport } from './failure.ts';
import { commonHelp, mainHelp } from './help.ts';
import { print } from './print.ts';
import { registry } from './registry.ts';

/** What a run of the program came to: what it writes, and its exit code. */
export interface Ran {
  readonly code: 0 | 1 | 2;
  readonly out: string;
  readonly err: string;
}

/** Whether the two streams may carry colours. */
export interface Terminal {
  readonly outColors: boolean;
  readonly errColors: boolean;
}

const codes = { fine: 0, findings: 1, 'cannot-run': 2 } as const;
const seeHelp = 'jobwarden --help lists the commands.';

const cannotRun = (problems: readonly Problem[]): Report => ({ status: 'cannot-run', problems, text: [], data: {} });

/** Keeps the texts that are read, so that problems can show the lines they are about. */
function remembering(outside: Outside, sources: Map<string, string>): Outside {
  const read = async (file: string) => {
    const text = await outside.read(file);
    sources.set(file, text);
    return text;
  };
  return { ...outside, read };
}

async function loadAll(): Promise<readonly Command[]> {
  return Promise.all(registry.map(async ({ load }) => load()));
}

async function version(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const found: unknown = typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : '';
  return `jobwarden ${String(found)}\n`;
}

const helpOf = ({ help }: Command) => `${help.trimEnd()}\n\n${commonHelp}\n`;

/** The last problem also says where the options are explained. */
function withHint(problems: readonly Problem[], hint: string): Problem[] {
  return problems.map((one, index) => (index < problems.length - 1 ? one : { ...one, try: `${one.try} ${hint}` }));
}

/** Standard input holds one text: two things that are read from it would be the same one. */
function stdinProblems({ values, files }: Given): Problem[] {
  const named = [...Object.values(values).flat(), ...files].filter((word) => word === '-');
  if (named.length < 2) return [];
  return [usage('stdin-twice', 'Standard input is named twice.', 'Write one of them into a file.')];
}

async function reportOf(command: Command, { rest, problems }: Opening, outside: Outside): Promise<Report> {
  const given = readGiven(rest, command.options);
  const wrong = 'problems' in given ? given.problems : stdinProblems(given);
  if ('problems' in given || wrong.length + problems.length > 0) {
    return cannotRun(withHint([...wrong, ...problems], `jobwarden ${command.name} --help lists the options.`));
  }
  try {
    return await command.run(given, outside);
  } catch (error) {
    return failureReport(error, outside.env);
  }
}

function unknownCommand(name: string): Report {
  const names = registry.map((row) => row.name);
  const says = `There is no command ${name}.`;
  return cannotRun([usage('unknown-command', says, `${didYouMean(name, names)} ${seeHelp}`)]);
}

function printed(report: Report, { format, noColor }: Opening, terminal: Terminal, sources: Map<string, string>): Ran {
  const code = codes[report.status];
  // Others read JSON and annotations from standard output, also when nothing could be done.
  const isError = code === 2 && format === 'text';
  const colors = !noColor && (isError ? terminal.errColors : terminal.outColors);
  const text = print(report, { format, colors, sources });
  return isError ? { code, out: '', err: text } : { code, out: text, err: '' };
}

const fine = (out: string): Ran => ({ code: 0, out, err: '' });

/** Does what a command line asks for. Never throws. */
export async function run(args: readonly string[], outside: Outside, terminal: Terminal): Promise<Ran> {
  const opening = readOpening(args);
  const sources = new Map<string, string>();
  const say = (report: Report) => printed(report, opening, terminal, sources);
  const isHelp = opening.command === 'help';
  const name = isHelp ? readOpening(opening.rest).command : opening.command;
  if (opening.version && name === undefined) return fine(await version());
  if (name === undefined) {
    const help = mainHelp(await loadAll());
    return opening.help || isHelp ? fine(help) : { code: 2, out: '', err: help };
  }
  const row = registry.find((one) => one.name === name);
  if (row === undefined) return say(unknownCommand(name));
  const command = await row.load();
  if (opening.help || isHelp) return fine(helpOf(command));
  return say(await reportOf(command, opening, remembering(outside, sources)));
}
