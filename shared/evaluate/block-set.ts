/** Some of the blocks of a policy, one bit each, in the order of the rules. */
export type BlockSet = Int32Array;

/** None of so many blocks. */
export function noBlocks(count: number): BlockSet {
  return new Int32Array(Math.ceil(count / 32));
}

/** All of so many blocks. Bits beyond the last one may be set: whoever reads them passes over those. */
export function allBlocks(count: number): BlockSet {
  return noBlocks(count).fill(-1);
}

export function put(set: BlockSet, block: number): void {
  set[block >>> 5] = (set[block >>> 5] ?? 0) | (1 << (block & 31));
}

export function remove(set: BlockSet, block: number): void {
  set[block >>> 5] = (set[block >>> 5] ?? 0) & ~(1 << (block & 31));
}

/** Whether a block is in both sets. */
export function meet(a: BlockSet, b: BlockSet): boolean {
  for (let index = 0; index < a.length; index += 1) if (((a[index] ?? 0) & (b[index] ?? 0)) !== 0) return true;
  return false;
}

/** Leaves in a set what the other one has as well; whether anything is left. */
export function keepOnly(set: BlockSet, other: BlockSet): boolean {
  let left = 0;
  for (let index = 0; index < set.length; index += 1) {
    const both = (set[index] ?? 0) & (other[index] ?? 0);
    set[index] = both;
    left |= both;
  }
  return left !== 0;
}

/** Adds the blocks of another set. */
export function addAll(set: BlockSet, other: BlockSet): void {
  for (let index = 0; index < set.length; index += 1) set[index] = (set[index] ?? 0) | (other[index] ?? 0);
}

/** Makes a set the same as another one. */
export function copyInto(set: BlockSet, other: BlockSet): void {
  for (let index = 0; index < set.length; index += 1) set[index] = other[index] ?? 0;
}

/** The number of the first block of a set that is not before `from`; -1 where there is none. */
export function firstFrom(set: BlockSet, from: number): number {
  let word = from >>> 5;
  let bits = (set[word] ?? 0) & (-1 << (from & 31));
  while (bits === 0) {
    word += 1;
    if (word >= set.length) return -1;
    bits = set[word] ?? 0;
  }
  return word * 32 + 31 - Math.clz32(bits & -bits);
}
