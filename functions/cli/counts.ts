import type { Problem } from '../../shared/jobs/problem.ts';

/** How many problems there are of each severity. */
export interface Counts {
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** Counts problems by their severity. */
export function countsOf(problems: readonly Problem[]): Counts {
  const count = (severity: Problem['severity']) => problems.filter((problem) => problem.severity === severity).length;
  return { errors: count('error'), warnings: count('warning'), notes: count('note') };
}

/** `2 errors, 1 warning`; empty for none. */
export function counted({ errors, warnings, notes }: Counts): string {
  const words: readonly [number, string][] = [
    [errors, 'error'],
    [warnings, 'warning'],
    [notes, 'note'],
  ];
  return words
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`)
    .join(', ');
}
