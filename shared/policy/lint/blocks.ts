import type { MatchBlock, MatchFields, NoticeBlock } from '../match.ts';
import type { Groups } from '../pattern.ts';
import { passesEverything, valuesWithin, type Comparison } from './values.ts';

type Labels = Readonly<Record<string, readonly string[]>>;
/** The keys of a block that are compared alike, whatever the block is about. */
type Keys = Readonly<Record<string, readonly string[] | undefined>>;
/** A block about jobs or notices. */
export type AnyBlock = (MatchFields & Partial<Pick<MatchBlock, 'unless'>>) | NoticeBlock;

const isWord = (value: string) => value === 'present' || value === 'absent';
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

const isList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string');

/** The plain keys of a block: labels, `unless` and `continuous` are compared on their own. */
export function keysOf(block: AnyBlock): Keys {
  return Object.fromEntries(
    Object.entries(block).flatMap(([key, value]) => (key !== 'unless' && isList(value) ? [[key, value]] : [])),
  );
}

/** How a key compares: principals without case. */
export const comparisonOf = (key: string, groups: Groups): Comparison => ({ groups, lowerCase: key === 'principal' });

function keyWithin(key: string, inner: Keys, outer: readonly string[], groups: Groups): boolean {
  const values = inner[key];
  if (values === undefined) return false;
  // A reservation has two spellings, so that what one pattern leaves alone the other may take out.
  if (key === 'reservation' && outer.some((value) => value.startsWith('!'))) return same(values, outer);
  return valuesWithin(values, outer, comparisonOf(key, groups));
}

function labelWithin(inner: readonly string[] | undefined, outer: readonly string[], groups: Groups): boolean {
  if (inner === undefined) return false;
  if (same(inner, outer)) return true;
  const positive = inner.filter((value) => !value.startsWith('!') && !isWord(value));
  const isPresent = !inner.includes('absent') && (positive.length > 0 || inner.includes('present'));
  if (same(outer, ['present'])) return isPresent;
  return !inner.some(isWord) && !outer.some(isWord) && valuesWithin(inner, outer, { groups });
}

function labelsWithin(inner: Labels | undefined, outer: Labels | undefined, groups: Groups): boolean {
  return Object.entries(outer ?? {}).every(([key, values]) => labelWithin(inner?.[key], values, groups));
}

const unlessOf = (block: AnyBlock) => ('unless' in block ? (block.unless ?? []) : []);
const continuousOf = (block: AnyBlock) => ('continuous' in block ? block.continuous : undefined);

/**
 * Whether everything that `inner` matches is matched by `outer` too, also where fields are unknown: every key of `outer`
 * is asked by `inner` and at least as strictly. False where that cannot be told.
 */
export function blockWithin(inner: AnyBlock, outer: AnyBlock, groups: Groups): boolean {
  const asked = keysOf(inner);
  const flag = continuousOf(outer);
  return (
    (flag === undefined || flag === continuousOf(inner)) &&
    Object.entries(keysOf(outer)).every(([key, values]) => keyWithin(key, asked, values ?? [], groups)) &&
    labelsWithin(inner.labels, outer.labels, groups) &&
    unlessOf(outer).every((one) => unlessOf(inner).some((other) => same(one, other)))
  );
}

/** Whether each block of `inner` lies within some block of `outer`. No blocks at all means everything. */
export function matchWithin(inner: readonly AnyBlock[], outer: readonly AnyBlock[], groups: Groups): boolean {
  if (outer.length === 0) return true;
  const blocks = inner.length === 0 ? [{}] : inner;
  return blocks.every((one) => outer.some((other) => blockWithin(one, other, groups)));
}

/** How much of everything a block takes in: all of it, or all but what it negates. */
export function breadthOf(block: AnyBlock, groups: Groups): 'all' | 'nearly-all' | 'some' {
  if (continuousOf(block) !== undefined) return 'some';
  const lists = [...Object.entries(keysOf(block)), ...Object.entries(block.labels ?? {})];
  const isAll = ([key, values]: [string, readonly string[] | undefined]) =>
    passesEverything(values ?? [], comparisonOf(key, groups)) && !(values ?? []).some(isWord);
  const isNegated = ([, values]: [string, readonly string[] | undefined]) =>
    (values ?? []).every((value) => value.startsWith('!'));
  if (lists.every(isAll)) return unlessOf(block).length === 0 ? 'all' : 'nearly-all';
  return lists.every((list) => isAll(list) || isNegated(list)) ? 'nearly-all' : 'some';
}
