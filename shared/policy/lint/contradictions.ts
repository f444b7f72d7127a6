import { blockWithin, comparisonOf, keysOf, type AnyBlock } from './blocks.ts';
import { jobBlocks, noticeBlocks, type Check, type Sense, type Subject } from './subject.ts';
import { passesNothing } from './values.ts';
import type { Path } from '../lines.ts';

/** Fields that a job may be known not to have: for those "!*" asks for just that. */
const mayBeAbsent = new Set(['reservation', 'client', 'statementType', 'priority', 'billing']);

function keySenses(block: AnyBlock, path: Path, { policy }: Subject): Sense[] {
  return Object.entries(keysOf(block)).flatMap(([key, values]): Sense[] => {
    const onlyOut = (values ?? []).every((value) => value.startsWith('!'));
    if (onlyOut && mayBeAbsent.has(key)) return [];
    if (!passesNothing(values ?? [], comparisonOf(key, policy.groups))) return [];
    const says = `Nothing can match ${key}: everything that it names it takes out again.`;
    return [{ code: 'matches-nothing', path: [...path, key], part: 'key', says, try: 'Remove one side.' }];
  });
}

function unlessSenses(block: AnyBlock, path: Path, { policy }: Subject): Sense[] {
  if (!('unless' in block)) return [];
  const at = (block.unless ?? []).findIndex((one) => blockWithin(block, one, policy.groups));
  if (at < 0) return [];
  const says = 'This takes out every job that the block above it matches, so that nothing is left.';
  return [
    { code: 'matches-nothing', path: [...path, 'unless', at], says, try: 'Ask for more in unless, or remove it.' },
  ];
}

/** Blocks that take out again all that they match. */
export const contradictions: Check = (subject) => {
  const blocks = [...jobBlocks(subject), ...noticeBlocks(subject)];
  return blocks.flatMap(({ block, path }) => [
    ...keySenses(block, path, subject),
    ...unlessSenses(block, path, subject),
  ]);
};
