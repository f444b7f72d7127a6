import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readGiven, readOpening } from '../../functions/cli/arguments.ts';
import { registry } from '../../functions/cli/registry.ts';
import { moduleFolder } from './terraform/read.ts';

const text = readFileSync(`${moduleFolder}/RUNBOOKS.md`, 'utf8');
const outputs = readFileSync(`${moduleFolder}/outputs.tf`, 'utf8').replaceAll(/\$\{[^}]*\}/g, 'x');
const commands = [...`${text}\n${outputs}`.matchAll(/(?<=`|^|")npx jobwarden ([^`"\n]*(?:"[^"\n]*"[^`"\n]*)*)/gm)]
  .map(([, words = '']) => words.trim())
  .filter((words, index, all) => all.indexOf(words) === index);

const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '');

test('the runbooks name commands at all', () => {
  expect(commands.length).toBeGreaterThan(10);
});

test.each(commands)('jobwarden %s can be run: there is such a command, with these options', async (line) => {
  const { command, rest } = readOpening(wordsOf(line));
  const row = registry.find(({ name }) => name === command);
  expect(row, `there is no command ${command}`).toBeDefined();
  const { options } = (await row?.load()) ?? { options: {} };
  expect(readGiven(rest, options)).not.toHaveProperty('problems');
});
