import { normalize } from 'node:path';
import type { Problem } from '../../shared/jobs/problem.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { usage } from './arguments.ts';
import { check } from './check.ts';
import type { Given, Line, Outside, Report } from './command.ts';
import { diff } from './diff.ts';
import { isMissing } from './outside.ts';
import type { Asked } from './push-asked.ts';
import { isThere, type There } from './push-object.ts';
import { readTests, testFileOf } from './test-read.ts';
import { test } from './test.ts';

const none: Given['values'] = {};

/** Each file is read once: what is checked, tested and compared is what is written. */
export function readingOnce(outside: Outside): Outside {
  const texts = new Map<string, Promise<string>>();
  const read = (file: string): Promise<string> => {
    const text = texts.get(file) ?? outside.read(file);
    texts.set(file, text);
    return text;
  };
  return { ...outside, read };
}

/** What check says of the policy; only errors are findings here, and notes are left to check itself. */
export async function checked({ file }: Asked, outside: Outside): Promise<Report> {
  const report = await check.run({ values: none, files: [file] }, outside);
  const problems = report.problems.filter(({ severity }) => severity !== 'note');
  const isWrong = problems.some(({ severity }) => severity === 'error');
  return { ...report, problems, status: report.status === 'cannot-run' ? 'cannot-run' : isWrong ? 'findings' : 'fine' };
}

async function besideOf({ file }: Asked, outside: Outside): Promise<readonly string[]> {
  if (file === '-') return [];
  const name = testFileOf(file);
  try {
    await outside.read(name);
    return [name];
  } catch (error) {
    // One that is there and cannot be read is for test to complain of.
    return isMissing(error) ? [] : [name];
  }
}

/** A test of another policy says nothing of this one. */
async function strangers({ file }: Asked, names: readonly string[], outside: Outside): Promise<readonly Problem[]> {
  const read = await Promise.all(names.map((name) => readTests(name, outside)));
  return read.flatMap((one) => {
    if (!('value' in one) || normalize(one.value.policy.file) === normalize(file)) return [];
    const says = `${one.value.file} tests ${one.value.policy.file}, not ${file}.`;
    return [
      usage('test-of-another', says, 'Write policy: with the name of the policy into the test, or leave it out.'),
    ];
  });
}

/** What the tests of the policy say: the one beside it, and those that `--tests` names. */
export async function tested(asked: Asked, outside: Outside): Promise<Report> {
  const names = [...new Set([...(await besideOf(asked, outside)), ...asked.tests])];
  if (names.length === 0) {
    const text: Line[] = [[{ text: `There is no test of it (${testFileOf(asked.file)}).`, as: 'quiet' }]];
    return { status: 'fine', problems: [], text, data: { files: [] } };
  }
  const others = await strangers(asked, names, outside);
  if (others.length > 0) return { status: 'cannot-run', problems: others, text: [], data: { files: [] } };
  return test.run({ values: none, files: names }, outside);
}

/** What stands there, in one place with its name. */
export interface Target {
  readonly where: string;
  readonly there: There;
}

const quiet = (status: Report['status'], text: string, data: unknown): Report => ({
  status,
  problems: [],
  text: [text],
  data,
});

/** What the policy changes against what stands at its place: `fine` where that is nothing. Harsher edits are findings. */
export async function compared(
  asked: Asked,
  { where, there }: Target,
  given: Given,
  outside: Outside,
): Promise<Report> {
  const { file } = asked;
  const { text, generation } = there;
  if (generation === 'absent') return quiet('findings', `There is nothing at ${where} yet.`, null);
  if (isThere(there, await outside.read(file)))
    return quiet('fine', `${where} is this policy already, generation ${generation}.`, null);
  const old = loadPolicy(text, { file: where, now: outside.now() });
  if (old.policy === undefined) {
    const count = old.problems.length === 1 ? '1 problem' : `${old.problems.length} problems`;
    const says = `What is at ${where} now, generation ${generation}, is no policy that can be used (${count}), so there is nothing to compare with.`;
    return quiet('findings', says, null);
  }
  const read = async (name: string) => (name === where ? text : outside.read(name));
  const report = await diff.run({ values: given.values, files: [where, file] }, { ...outside, read });
  return { ...report, text: [`Compared with ${where}, generation ${generation}:`, ...report.text] };
}
