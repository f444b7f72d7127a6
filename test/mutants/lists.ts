import { difference } from './difference.ts';
import { exceptions } from './exceptions.ts';
import { holding } from './holding.ts';
import { judging } from './judging.ts';
import { language } from './language.ts';
import { linting } from './linting.ts';
import { loading } from './loading.ts';
import { matching } from './matching.ts';
import type { Mutant } from './mutant.ts';
import { patterns } from './patterns.ts';
import { planning } from './planning.ts';
import { timing } from './timing.ts';
import { values } from './values.ts';

/** All mutants, by the name of their list. */
export const lists: Readonly<Record<string, readonly Mutant[]>> = {
  matching,
  judging,
  timing,
  holding,
  planning,
  patterns,
  values,
  language,
  exceptions,
  loading,
  linting,
  difference,
};

/** How often the text that a mutant replaces stands in the source; the mutant is of use only where that is once. */
export function timesIn({ find }: Mutant, source: string): number {
  return source.split(find).length - 1;
}

/** The source with the fault in it. */
export function withFault({ find, replace }: Mutant, source: string): string {
  return source.replace(find, () => replace);
}
