import { compilePattern, groupName, type Groups } from '../pattern.ts';

/** How the values of one key are compared. */
export interface Comparison {
  readonly groups: Groups;
  readonly lowerCase?: boolean;
}

/** The patterns behind one key: any of `some` may hold (all do where it is empty), and none of `none`. */
interface Sides {
  readonly some: readonly string[];
  readonly none: readonly string[];
}

/** More pairs than this are not compared: what cannot be told quickly counts as not covered. */
const mostPairs = 20_000;

const isNegated = (text: string) => text.startsWith('!');
const bodyOf = (text: string) => text.replace(/^!/, '');

/** The patterns of one value without its "!": the members of a group, or the value itself. */
export function membersOf(value: string, groups: Groups): readonly string[] {
  const body = bodyOf(value);
  const group = groupName(body);
  return group === undefined ? [body] : (groups[group] ?? []);
}

/** A pattern as it is compared; in an expression case may mean something (`\\D`). */
const folded = (text: string, lowerCase: boolean) => (lowerCase && !text.startsWith('/') ? text.toLowerCase() : text);

function sidesOf(values: readonly string[], { groups, lowerCase = false }: Comparison): Sides {
  const members = (wanted: readonly string[]) =>
    wanted.flatMap((value) => membersOf(value, groups)).map((text) => folded(text, lowerCase));
  return { some: members(values.filter((value) => !isNegated(value))), none: members(values.filter(isNegated)) };
}

/** Whether a value stands for itself alone. */
export function isPlain(body: string): boolean {
  return !/^[/@]|[*]/.test(body);
}

/** Whether a pattern without "!" takes in a text; groups are none. */
export function takes(body: string, text: string, lowerCase = false): boolean {
  const pattern = compilePattern(body, {}, lowerCase);
  return 'test' in pattern && pattern.test(text);
}

/** Whether every value that `inner` takes in is taken in by `outer`. False where that cannot be told. */
export function covers(outer: string, inner: string, lowerCase = false): boolean {
  if (folded(outer, lowerCase) === folded(inner, lowerCase) || /^(\*+|\/\.\*\/)$/.test(outer)) return true;
  if (isPlain(outer) || inner.startsWith('/')) return false;
  // A star of the inner glob can only be taken in by a star of the outer one, so the glob is compared like a text.
  return (isPlain(inner) || !outer.startsWith('/')) && takes(outer, inner, lowerCase);
}

/** Whether every field that passes the values `inner` passes `outer` as well. False where that cannot be told. */
export function valuesWithin(inner: readonly string[], outer: readonly string[], how: Comparison): boolean {
  const ins = sidesOf(inner, how);
  const outs = sidesOf(outer, how);
  if (ins.some.length * outs.some.length + ins.none.length * outs.none.length > mostPairs) return false;
  const isCovered = (one: string, by: readonly string[]) => by.some((other) => covers(other, one, how.lowerCase));
  const some = outs.some.length === 0 || (ins.some.length > 0 && ins.some.every((one) => isCovered(one, outs.some)));
  const none = outs.none.every((one) => isCovered(one, ins.none) || isApart(ins.some, one, how.lowerCase));
  return some && none;
}

/** Whether none of these values can be one that the pattern takes in. */
function isApart(values: readonly string[], pattern: string, lowerCase = false): boolean {
  return values.length > 0 && values.every((value) => isPlain(value) && !takes(pattern, value, lowerCase));
}

/** Whether nothing can pass: everything that may hold is taken out again. */
export function passesNothing(values: readonly string[], how: Comparison): boolean {
  const { some, none } = sidesOf(values, how);
  if (some.length === 0) return none.some((one) => covers(one, '*', how.lowerCase));
  return some.every((one) => none.some((other) => covers(other, one, how.lowerCase)));
}

/** Whether everything passes. */
export function passesEverything(values: readonly string[], how: Comparison): boolean {
  const { some, none } = sidesOf(values, how);
  return none.length === 0 && some.some((one) => covers(one, '*', how.lowerCase));
}
