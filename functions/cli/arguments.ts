import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Problem } from '../../shared/jobs/problem.ts';
import { closest } from '../../shared/policy/closest.ts';
import type { Given } from './command.ts';
import { formats, type Format } from './print.ts';

/** The options that every command has. */
export const common = {
  format: { type: 'string' },
  'no-color': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig;

/** What every command is told in the same way. */
interface Common {
  readonly format: Format;
  readonly noColor: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** The command line as far as it can be read before the command is known. `rest` is all but the name of the command. */
export interface Opening extends Common {
  readonly command: string | undefined;
  readonly rest: readonly string[];
  readonly problems: readonly Problem[];
}

/** A problem with how the program was called. */
export function usage(code: string, says: string, cure: string): Problem {
  return { code, severity: 'error', where: 'command line', says, try: cure };
}

function parse(args: readonly string[], options: ParseArgsOptionsConfig) {
  return parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
}

const isFormat = (word: unknown): word is Format => formats.some((known) => known === word);

/** A format without a value is found with the other options. */
function formatOf(written: unknown): { readonly format: Format; readonly problems: readonly Problem[] } {
  if (isFormat(written)) return { format: written, problems: [] };
  if (typeof written !== 'string') return { format: 'text', problems: [] };
  const meant = closest(written, formats);
  const cure = meant === undefined ? `Write one of ${formats.join(', ')}.` : `Did you mean ${meant}?`;
  return { format: 'text', problems: [usage('unknown-format', `There is no format ${written}.`, cure)] };
}

/** Finds the name of the command, the first word that belongs to no option, and reads the options of every command. */
export function readOpening(args: readonly string[]): Opening {
  const { tokens, values } = parse(args, common);
  const first = tokens.find((token) => token.kind === 'positional');
  const { format, problems } = formatOf(values.format);
  return {
    command: first?.value,
    rest: args.filter((_, index) => index !== first?.index),
    format,
    noColor: values['no-color'] === true,
    help: values.help === true,
    version: values.version === true,
    problems,
  };
}

/** What is wrong with the options of a command line; undefined options are not known to the command. */
function optionProblems(args: readonly string[], options: ParseArgsOptionsConfig): Problem[] {
  const names = Object.keys(options).filter((name) => name !== 'version');
  return parse(args, options).tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    const known = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (known === undefined) {
      const meant = closest(token.name, names);
      const cure =
        meant === undefined
          ? `Known here: ${names.map((name) => `--${name}`).join(', ')}.`
          : `Did you mean --${meant}?`;
      return [usage('unknown-option', `There is no option ${token.rawName} here.`, cure)];
    }
    if (known.type === 'boolean') {
      const says = `${token.rawName} takes no value.`;
      return token.value === undefined ? [] : [usage('unexpected-value', says, `Write ${token.rawName} alone.`)];
    }
    const isMissing = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    const cure = `Write ${token.rawName} VALUE; a value that begins with a dash is written --${token.name}=-….`;
    return isMissing ? [usage('missing-value', `${token.rawName} needs a value.`, cure)] : [];
  });
}

/** Reads the options and files of one command: what was given, or everything that is wrong with it. */
export function readGiven(
  args: readonly string[],
  own: ParseArgsOptionsConfig,
): Given | { readonly problems: readonly Problem[] } {
  const options = { ...own, ...common };
  const problems = optionProblems(args, options);
  if (problems.length > 0) return { problems };
  const { values, positionals } = parse(args, options);
  return { values, files: positionals };
}
