import { references, sense, values } from './codes-sense.ts';
import { file, shape, yaml } from './codes-text.ts';

/** Every code that a problem with a policy can have, by the heading under which the reference lists it. */
export const codeGroups = {
  'The file': file,
  'Its YAML': yaml,
  'Keys and types': shape,
  'Single values': values,
  'Things that make no sense': sense,
  'Names and notes': references,
} as const;

/** Every code that a problem with a policy can have. */
export type ProblemCode = {
  [Group in keyof typeof codeGroups]: keyof (typeof codeGroups)[Group];
}[keyof typeof codeGroups];

const known: ReadonlySet<string> = new Set(Object.values(codeGroups).flatMap((group) => Object.keys(group)));

/** Whether a word is one of the codes. */
export function isProblemCode(word: string): word is ProblemCode {
  return known.has(word);
}
