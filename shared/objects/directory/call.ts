import { checkTime } from '../budget.ts';
import type { CallBudget } from '../objects.ts';
import { ObjectsError } from '../objects.ts';
import type { Standing } from './look.ts';
import { look } from './look.ts';
import type { Numbers } from './numbers.ts';

/** Where a directory store is. `now` is in epoch ms. */
export interface DirectoryOptions {
  readonly path: string;
  readonly now: () => number;
  /** True if left out. False: quicker, and still safe from the end of a process, but not from a power cut. */
  readonly fsync?: boolean;
}

/** What the calls of one store share. */
export interface Store extends DirectoryOptions {
  readonly temporary: () => Promise<string>;
  readonly numbers: Numbers;
}

/** One call about one object. */
export interface About {
  readonly name: string;
  readonly folder: string;
  readonly says: string;
  readonly budget: CallBudget;
}

const mostLooks = 1000;

/** What stands there, again each time that somebody else was faster. */
export async function* looks(about: About, store: Store): AsyncGenerator<Standing> {
  for (let looked = 0; looked < mostLooks; looked += 1) {
    checkTime(about.budget, store.now, about.says);
    yield await look(about.folder);
  }
}

/** The error of a call that others kept from its turn. */
export function tooMany({ says }: About): ObjectsError {
  return new ObjectsError(`${says}: others were faster ${mostLooks} times`, { failure: 'server', retryable: true });
}

/** Whether what stands there is what a condition names. */
export function stands(current: number | undefined, ifGeneration: string | undefined): boolean {
  if (ifGeneration === undefined) return true;
  return ifGeneration === (current === undefined ? 'absent' : String(current));
}
