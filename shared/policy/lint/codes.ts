import { aboutMatching } from './codes-matching.ts';
import { aboutLimits } from './codes-limits.ts';
import { aboutExceptions } from './codes-exceptions.ts';
import { aboutTheRest } from './codes-rest.ts';

/**
 * Every finding that a policy can have although it loads, by the heading under which the reference lists it. None of
 * them is an error: an error is what keeps a policy from taking effect. A warning is probably not what was meant; a note
 * says what a line means, or that something will soon be due.
 */
export const lintCodes = {
  'What a rule matches and reaches': aboutMatching,
  'Limits, grace and modes': aboutLimits,
  'Exemptions, freezes, protection and silences': aboutExceptions,
  'Names, routes and bounds': aboutTheRest,
} as const;

/** Every code that a finding of the lint can have. */
export type LintCode = {
  [Group in keyof typeof lintCodes]: keyof (typeof lintCodes)[Group];
}[keyof typeof lintCodes];

/** What a code means, how loud it is, and how it looks before and after. */
export interface LintEntry {
  readonly severity: 'warning' | 'note';
  readonly means: string;
  readonly wrong?: string;
  readonly right?: string;
}

const entries: ReadonlyMap<string, LintEntry> = new Map(
  Object.values(lintCodes).flatMap((group) => Object.entries(group)),
);

/** The entry of a word that may be a code; undefined when it is none. */
export function lintEntry(word: string): LintEntry | undefined {
  return entries.get(word);
}

/** All codes, in the order of the reference. */
export function lintCodeNames(): readonly string[] {
  return [...entries.keys()];
}
