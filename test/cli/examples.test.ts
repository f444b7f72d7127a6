import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readGiven, readOpening } from '../../functions/cli/arguments.ts';
import { registry } from '../../functions/cli/registry.ts';
import { jobwarden, root } from './a-shell.ts';

// Blocks with the answers of commands are replayed elsewhere; here each line that is shown alone must be one that exists.

const textOf = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

/** The words of an example before anything that a shell does with it; double quotes keep blanks together. */
function wordsOf(line: string): string[] {
  const [command = ''] = line.split(/ [|>] | {3,}/);
  return (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

/** What keeps a command line from being understood; empty where nothing does. */
async function faultsOf(words: readonly string[]): Promise<readonly string[]> {
  const { command, rest, help, problems } = readOpening(words);
  const row = registry.find(({ name }) => name === command);
  if (row === undefined) return [`there is no command ${command}`];
  const given = readGiven(rest, (await row.load()).options);
  const wrong = [...problems, ...('problems' in given ? given.problems : [])];
  return help ? [] : wrong.map(({ says }) => says);
}

/** Examples in a text, such as `jobwarden check policy.yaml` in a sentence, or in the table of a page. */
function examplesIn(text: string): readonly string[] {
  const fenceless = text.replaceAll(/^```.*?^```$/gms, '');
  return [...fenceless.matchAll(/`(?:npx )?jobwarden ([a-z][^`]*)`/g)].map(([, line = '']) => line);
}

describe.each(['README.md', 'shared/policy/README.md'])('%s', (file) => {
  const text = textOf(file);

  it.each(examplesIn(text))('shows a command that exists: jobwarden %s', async (line) => {
    expect(await faultsOf(wordsOf(line))).toEqual([]);
  });

  it('shows commands with their answers in blocks that a test replays, and in no others', () => {
    const blocks = [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)];
    const others = blocks.filter(([, kind, body = '']) => kind !== 'console' && /^(\$ )?(npx )?jobwarden /m.test(body));
    expect(others.map(([whole]) => whole)).toEqual([]);
  });
});

describe('the examples of the help', () => {
  it.each(registry)('of $name are understood', async ({ name }) => {
    const { out } = await jobwarden([name, '--help']);
    const [, shown = ''] = /^Examples?:\n((?: {2}.*\n)+)/m.exec(out) ?? [];
    const lines = shown.split('\n').flatMap((line) => /jobwarden (.*)$/.exec(line)?.[1] ?? []);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect([line, await faultsOf(wordsOf(line))]).toEqual([line, []]);
  });

  it('of jobwarden itself are understood', async () => {
    const { out } = await jobwarden(['--help']);
    const lines = [...out.matchAll(/^ {2}jobwarden (.*)$/gm)].map(([, line = '']) => line);
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect([line, await faultsOf(wordsOf(line))]).toEqual([line, []]);
  });
});

it('finds an example that is wrong', async () => {
  expect(await faultsOf(wordsOf('chek policy.yaml'))).toEqual(['there is no command chek']);
  expect(await faultsOf(wordsOf('check --stritc policy.yaml'))).toEqual(['There is no option --stritc here.']);
});
