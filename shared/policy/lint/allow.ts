import { CST, Lexer } from 'yaml';
import { didYouMean } from '../closest.ts';
import { lintCodeNames, lintEntry, type LintCode } from './codes.ts';

/** A comment that allows findings: `# jobwarden: allow reaches-writes, limit-small: the loads can be repeated`. */
export interface Allowance {
  readonly codes: readonly string[];
  readonly offset: number;
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** The line it speaks for: its own, or the first below it that is more than a comment. */
  readonly speaksFor: number;
}

/** What is wrong with an allowance itself. */
export interface AllowFault {
  readonly code: Extract<LintCode, 'allow-unknown' | 'allow-unused'>;
  readonly allowance: Allowance;
  readonly says: string;
  readonly try: string;
}

const empty = new Set<string>([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR]);

/** The comments of a text with their offsets; what stands in quotes is none. */
function commentsOf(text: string): { readonly offset: number; readonly comment: string }[] {
  const found: { offset: number; comment: string }[] = [];
  let offset = 0;
  let isContent = false;
  for (const token of new Lexer().lex(text)) {
    if (!isContent && token.startsWith('#')) found.push({ offset, comment: token });
    isContent = !isContent && token === CST.SCALAR;
    if (!empty.has(token)) offset += token.length;
  }
  return found;
}

function codesOf(words: string): readonly string[] {
  const [, list = ''] = /^allow\s+([a-z-]+(?:\s*,\s*[a-z]+(?:-[a-z]+)+)*)/.exec(words) ?? [];
  return list === '' ? [] : list.split(/\s*,\s*/);
}

/** Every comment that speaks to this program. */
export function allowancesOf(text: string): Allowance[] {
  const lines = text.split('\n');
  return commentsOf(text).flatMap(({ offset, comment }) => {
    const [, words] = /^#\s*jobwarden:\s*(.*)$/.exec(comment.trimEnd()) ?? [];
    if (words === undefined) return [];
    const line = text.slice(0, offset).split('\n').length;
    const isAlone = (at: number) => /^\s*(#.*)?$/.test(lines[at - 1] ?? '-');
    let speaksFor = line;
    while (isAlone(speaksFor)) speaksFor += 1;
    return [{ codes: codesOf(words), offset, text: comment, line, speaksFor }];
  });
}

function unknown(allowance: Allowance): AllowFault[] {
  const known = lintCodeNames();
  if (allowance.codes.length === 0) {
    const says = 'This comment is not understood.';
    return [{ code: 'allow-unknown', allowance, says, try: 'Write # jobwarden: allow CODE, and why after a comma.' }];
  }
  return allowance.codes
    .filter((code) => lintEntry(code) === undefined)
    .map((code) => {
      const says = `There is no finding called ${code} that could be allowed.`;
      return { code: 'allow-unknown', allowance, says, try: didYouMean(code, known) };
    });
}

/** What is wrong with the comments; `used` says whether one has allowed a code. */
export function allowFaults(
  allowances: readonly Allowance[],
  used: (allowance: Allowance, code: string) => boolean,
): AllowFault[] {
  return allowances.flatMap((allowance) => {
    const idle = allowance.codes.filter((code) => lintEntry(code) !== undefined && !used(allowance, code));
    return [
      ...unknown(allowance),
      ...idle.map((code): AllowFault => {
        const says = `There is no ${code} in line ${allowance.speaksFor} to be allowed.`;
        return { code: 'allow-unused', allowance, says, try: 'Remove it from the comment.' };
      }),
    ];
  });
}
