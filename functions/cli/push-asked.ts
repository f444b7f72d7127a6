import type { Problem } from '../../shared/jobs/problem.ts';
import { readAddress, type Address } from '../../shared/objects/address.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Given } from './command.ts';

/** What is to be pushed, and how. `generation`: what has to stand there, `absent` for nothing; undefined: whatever does. */
export interface Asked {
  readonly file: string;
  readonly to: Address;
  readonly tests: readonly string[];
  readonly yes: boolean;
  readonly generation: string | undefined;
}

const isAddress = (read: Address | readonly Problem[]): read is Address => 'bucket' in read;

function wordProblems([file, to, ...more]: readonly string[]): Problem[] {
  if (file === undefined || to === undefined || more.length > 0) {
    return [
      usage('no-file', 'A policy is pushed to one place.', 'Write jobwarden push policy.yaml gs://BUCKET/policy.yaml.'),
    ];
  }
  if (!/\.test\.ya?ml$/.test(file)) return [];
  return [
    usage('unexpected-file', `${file} is a test, not a policy.`, 'Name the policy; its test is found beside it.'),
  ];
}

function generationOf(given: Given): { readonly value: string | undefined } | Problem {
  const written = optionOf(given, 'generation');
  if (written === undefined) return { value: undefined };
  if (/^0+$/.test(written)) return { value: 'absent' };
  if (/^[1-9]\d{0,17}$/.test(written)) return { value: written };
  const cure = 'Write the number that push has shown; 0 where nothing may be there.';
  return usage('bad-generation', `"${written}" is no generation.`, cure);
}

/** Reads the command line of push, or says everything that is wrong with it. */
export function pushAsked(given: Given): Asked | { readonly problems: readonly Problem[] } {
  const { files, values } = given;
  const words = wordProblems(files);
  const [file = '', written = ''] = files;
  const to = words.length > 0 ? [] : readAddress(written, 'command line');
  const generation = generationOf(given);
  const problems = [...words, ...(isAddress(to) ? [] : to), ...('code' in generation ? [generation] : [])];
  if (!isAddress(to) || 'code' in generation || problems.length > 0) return { problems };
  const tests = [values['tests'] ?? []].flat().filter((one) => typeof one === 'string');
  return { file, to, tests, yes: values['yes'] === true, generation: generation.value };
}
