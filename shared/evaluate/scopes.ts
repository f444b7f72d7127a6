import type { Job } from '../jobs/job.ts';
import { allBlocks, firstFrom, keepOnly, meet, noBlocks, put, remove, type BlockSet } from './block-set.ts';
import type { CompiledRule } from './compile.ts';
import { holdsAny, type BlockMatcher, type KeyTest } from './matchers.ts';

/** One block of one rule's match. */
interface Place {
  readonly rule: CompiledRule;
  /** The exceptions and the keys that no facet answers. */
  readonly unless: readonly BlockMatcher[];
  readonly others: readonly KeyTest[];
}

/** One answer that leaves a block without hope: false to one of its keys, or true to an exception of one key alone. */
interface Bar {
  readonly block: number;
  readonly key: KeyTest;
  readonly at: boolean;
}

/** One thing that many blocks ask of jobs, and for each value that was met the blocks that it leaves possible. */
interface Facet {
  readonly asks: NonNullable<KeyTest['asks']>;
  readonly bars: readonly Bar[];
  readonly asking: BlockSet;
  readonly known: Map<unknown, BlockSet>;
}

/** The matches of all rules, arranged so that a job's values are looked up instead of held against each rule. */
export interface Scopes {
  /** How many blocks the rules have together. */
  readonly count: number;
  readonly blocksOf: (rule: CompiledRule) => readonly number[];
  /** Of the rules with a block in the set, those whose match may hold for the job, in the policy's order. Uses the set up. */
  readonly rulesOf: (set: BlockSet, job: Job) => readonly CompiledRule[];
}

/** Values of one thing that are remembered; beyond these all are forgotten. */
const mostValues = 4096;

/** Ids are as many as jobs: what is known of one is of no use for another. */
const isRemembered = ({ key, asks }: KeyTest) => asks !== undefined && key !== 'jobId';

/** The one key that an exception asks for and that can be remembered; undefined where it asks more. */
function onlyKeyOf({ keys, unless }: BlockMatcher): KeyTest | undefined {
  const [key] = keys;
  return keys.length === 1 && unless.length === 0 && key !== undefined && isRemembered(key) ? key : undefined;
}

function barsOf({ keys, unless }: BlockMatcher, block: number): readonly Bar[] {
  const exceptions = unless.flatMap((one) => onlyKeyOf(one) ?? []);
  return [
    ...keys.filter(isRemembered).map((key) => ({ block, key, at: false })),
    ...exceptions.map((key) => ({ block, key, at: true })),
  ];
}

function facetOf(bars: readonly Bar[], count: number): Facet {
  const asking = noBlocks(count);
  for (const { block } of bars) put(asking, block);
  return { asks: bars[0]?.key.asks ?? (() => undefined), bars, asking, known: new Map() };
}

/** What most blocks ask comes first. */
function facetsOf(blocks: readonly BlockMatcher[]): readonly Facet[] {
  const bars = Map.groupBy(blocks.flatMap(barsOf), ({ key }) => key.key);
  return [...bars.values()].map((some) => facetOf(some, blocks.length)).sort((a, b) => b.bars.length - a.bars.length);
}

/** What a value leaves possible, found with the first job that has it. */
function learn({ asks, bars, known }: Facet, job: Job, count: number): BlockSet {
  const possible = allBlocks(count);
  for (const { block, key, at } of bars) if (key.test(job) === at) remove(possible, block);
  if (known.size >= mostValues) known.clear();
  known.set(asks(job), possible);
  return possible;
}

function mayHoldAt({ others, unless }: Place, job: Job): boolean {
  for (const { test } of others) if (test(job) === false) return false;
  return unless.length === 0 || holdsAny(unless, job) !== true;
}

/** The rules of what is left, each once: the blocks of a rule stand side by side. */
function rulesAt(places: readonly Place[], set: BlockSet, job: Job): readonly CompiledRule[] {
  const found: CompiledRule[] = [];
  for (let block = firstFrom(set, 0); block !== -1; block = firstFrom(set, block + 1)) {
    const place = places[block];
    if (place === undefined) break;
    if (found.at(-1) !== place.rule && mayHoldAt(place, job)) found.push(place.rule);
  }
  return found;
}

const none: readonly CompiledRule[] = [];

/** Arranges the matches of rules. It remembers a bounded number of values of each thing that they ask. */
export function scopesOf(rules: readonly CompiledRule[]): Scopes {
  const places = rules.flatMap((rule) =>
    rule.match.map(({ keys, unless }): Place => ({
      rule,
      unless: unless.filter((one) => onlyKeyOf(one) === undefined),
      others: keys.filter((one) => !isRemembered(one)),
    })),
  );
  const facets = facetsOf(rules.flatMap(({ match }) => match));
  const count = places.length;
  return {
    count,
    blocksOf: (rule) => places.flatMap((place, block) => (place.rule === rule ? [block] : [])),
    rulesOf: (set, job) => {
      for (const facet of facets) {
        if (!meet(set, facet.asking)) continue;
        if (!keepOnly(set, facet.known.get(facet.asks(job)) ?? learn(facet, job, count))) return none;
      }
      return rulesAt(places, set, job);
    },
  };
}
