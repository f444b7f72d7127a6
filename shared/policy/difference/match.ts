import type { MatchBlock, MatchFields } from '../match.ts';
import type { Groups } from '../pattern.ts';
import { extentOf, inverse, together, type Extent } from './change.ts';
import { compareValues, coversLabel, coversPattern, type Covers } from './covers.ts';

/** The two policies' groups, and whether the match is one of a rule that cancels: then its reach counts as well. */
export interface MatchContext {
  readonly before: Groups;
  readonly after: Groups;
  readonly cancels: boolean;
}

/** How one key of a block compares. */
export interface KeyDifference {
  readonly key: string;
  readonly extent: Extent;
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
}

type Block = MatchFields & Partial<Pick<MatchBlock, 'unless'>>;

const plainKeys = [
  'engine',
  'project',
  'location',
  'principalKind',
  'priority',
  'client',
  'jobId',
  'instance',
  'namespace',
  'pipeline',
  'cluster',
  'queue',
  'reservation',
  'billing',
] as const;
/** Stands for a job that has no statement, such as a load. */
const noStatement = '\u0000none';

const isNamed = (values: readonly string[] | undefined): values is readonly string[] =>
  values?.some((value) => !value.startsWith('!')) ?? false;

/** What a cancel rule reaches without naming it: SELECT queries, and jobs without statements where jobType names some. */
function statements({ statementType, jobType }: Block, cancels: boolean): readonly string[] | undefined {
  if (!cancels || isNamed(statementType)) return statementType;
  const others = isNamed(jobType) && jobType.some((value) => !value.startsWith('!') && value !== 'query');
  return ['SELECT', ...(others ? [noStatement] : []), ...(statementType ?? [])];
}

/** Only queries have statements: a rule that asks for one, or reaches SELECT alone, asks for queries. */
function jobTypes(block: Block, cancels: boolean): readonly string[] | undefined {
  const asksForOne = isNamed(statements(block, cancels));
  return block.jobType === undefined && cancels && asksForOne ? ['query'] : block.jobType;
}

function continuity({ continuous }: Block, cancels: boolean): readonly string[] | undefined {
  const value = continuous ?? (cancels ? false : undefined);
  return value === undefined ? undefined : [String(value)];
}

/** A service account that is named in full may be the watchdog's own, which no pattern reaches. */
function newlyNamed(before: Block, after: Block, cancels: boolean): Extent {
  const names = (block: Block) =>
    (block.principal ?? []).filter((value) => /^[^!*@/].*gserviceaccount\.com$/i.test(value));
  const known = new Set(names(before).map((name) => name.toLowerCase()));
  return cancels && names(after).some((name) => !known.has(name.toLowerCase())) ? 'wider' : 'same';
}

const lowerCase: Covers = (word, other) => coversPattern(word, other, true);

function labelKeys(before: Block, after: Block): readonly string[] {
  return [...new Set([...Object.keys(before.labels ?? {}), ...Object.keys(after.labels ?? {})])];
}

/** The keys of two blocks that do not mean the same. */
export function compareKeys(before: Block, after: Block, context: MatchContext): readonly KeyDifference[] {
  const { cancels } = context;
  const difference = (
    key: string,
    [old, now]: readonly (readonly string[] | undefined)[],
    covers: Covers = coversPattern,
  ) => {
    const hasSpellings = key === 'reservation';
    const extent = compareValues(
      { values: old, groups: context.before, hasSpellings },
      { values: now, groups: context.after, hasSpellings },
      covers,
    );
    return { key, extent, before: old, after: now };
  };
  const principal = difference('principal', [before.principal, after.principal], lowerCase);
  return [
    ...plainKeys.map((key) => difference(key, [before[key], after[key]])),
    { ...principal, extent: together([principal.extent, newlyNamed(before, after, cancels)]) },
    difference('statementType', [statements(before, cancels), statements(after, cancels)]),
    difference('jobType', [jobTypes(before, cancels), jobTypes(after, cancels)]),
    difference('continuous', [continuity(before, cancels), continuity(after, cancels)]),
    ...labelKeys(before, after).map((label) =>
      difference(`labels.${label}`, [before.labels?.[label], after.labels?.[label]], coversLabel),
    ),
  ].filter(({ extent }) => extent !== 'same');
}

/** How what one block holds for compares with what another did. */
function compareBlocks(before: Block, after: Block, context: MatchContext): Extent {
  const keys = compareKeys(before, after, context).map(({ extent }) => extent);
  return together([...keys, inverse(compareUnless(before, after, context))]);
}

/** How the jobs that two blocks leave out compare. */
export function compareUnless(before: Block, after: Block, context: MatchContext): Extent {
  return compareLists(before.unless ?? [], after.unless ?? [], { ...context, cancels: false });
}

/** How what the blocks of a list hold for together compares. An empty list holds for nothing. */
export function compareLists(before: readonly Block[], after: readonly Block[], context: MatchContext): Extent {
  const isIn = (extent: Extent, inside: 'wider' | 'narrower') => extent === 'same' || extent === inside;
  const isAtLeast = before.every((old) => after.some((now) => isIn(compareBlocks(old, now, context), 'wider')));
  const isAtMost = after.every((now) => before.some((old) => isIn(compareBlocks(old, now, context), 'narrower')));
  return extentOf(isAtLeast, isAtMost);
}

/** How what a match holds for compares. Without blocks it holds for every job. */
export function compareMatches(before: readonly Block[], after: readonly Block[], context: MatchContext): Extent {
  const all = (blocks: readonly Block[]): readonly Block[] => (blocks.length === 0 ? [{}] : blocks);
  return compareLists(all(before), all(after), context);
}
