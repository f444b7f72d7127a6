import { compilePattern, groupName, type Groups } from '../pattern.ts';
import { extentOf, type Extent } from './change.ts';

/** Values of one key of one policy. Left out puts no condition, so that it also holds for what is unknown. */
export interface Written {
  readonly values: readonly string[] | undefined;
  readonly groups: Groups;
  /** Whether one thing is written in several ways, so that a pattern may hold for a word that it does not look like. */
  readonly hasSpellings?: boolean;
}

/** Whether a word covers another: everything that the other holds for, it holds for as well. */
export type Covers = (word: string, other: string) => boolean;

const isExpression = (word: string) => word.startsWith('/');

/** Whether one pattern covers another, as far as it can be told: it may say no too often. */
export function coversPattern(wide: string, narrow: string, lowerCase = false): boolean {
  if (wide === narrow || wide === '*') return true;
  // A * of the narrow one stands for itself here: only a * can take it in, so it may stand for anything.
  if (isExpression(narrow) || (isExpression(wide) && narrow.includes('*'))) return false;
  const pattern = compilePattern(wide, {}, lowerCase);
  return 'test' in pattern && pattern.test(narrow);
}

/** As `coversPattern`, for labels, where `present` and `absent` are words of their own. */
export function coversLabel(word: string, other: string): boolean {
  if (word === other) return true;
  if (word === 'absent' || other === 'absent') return false;
  if (word === 'present') return true;
  return other === 'present' ? word === '*' : coversPattern(word, other);
}

function membersOf(word: string, groups: Groups): readonly string[] {
  const group = groupName(word);
  return group === undefined ? [word] : (groups[group] ?? []);
}

function split({ values = [], groups }: Written): { positive: readonly string[]; negative: readonly string[] } {
  const bodies = (negated: boolean) =>
    values
      .filter((value) => value.startsWith('!') === negated)
      .map((value) => (negated ? value.slice(1) : value))
      .flatMap((body) => membersOf(body, groups));
  return { positive: bodies(false), negative: bodies(true) };
}

const allCovered = (inner: readonly string[], outer: readonly string[], covers: Covers) =>
  inner.every((one) => outer.some((other) => covers(other, one)));

const isOneWord = (word: string) => !isExpression(word) && !word.includes('*') && word !== 'present';

/** Whether everything that `inner` holds for, `outer` holds for. */
function contains(outer: Written, inner: Written, covers: Covers): boolean {
  if (outer.values === undefined) return true;
  if (inner.values === undefined) return false;
  const [wide, narrow] = [split(outer), split(inner)];
  const isTaken =
    wide.positive.length === 0 || (narrow.positive.length > 0 && allCovered(narrow.positive, wide.positive, covers));
  const areWords = inner.hasSpellings !== true && narrow.positive.length > 0 && narrow.positive.every(isOneWord);
  const touching = wide.negative.filter((no) => !areWords || narrow.positive.some((word) => covers(no, word)));
  return isTaken && allCovered(touching, narrow.negative, covers);
}

/** How what the new values of a key hold for compares with what the old ones did. */
export function compareValues(before: Written, after: Written, covers: Covers): Extent {
  return extentOf(contains(after, before, covers), contains(before, after, covers));
}
