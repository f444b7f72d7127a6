import type { z } from 'zod';
import type { Problem } from '../../shared/jobs/problem.ts';
import { didYouMean } from '../../shared/policy/closest.ts';
import { readFault } from '../../shared/policy/fault.ts';
import { findingsOf } from '../../shared/policy/issues.ts';
import type { Path } from '../../shared/policy/lines.ts';
import type { TextFile } from './text-file.ts';

type Issue = z.core.$ZodIssue;

const textOf = (path: readonly PropertyKey[]): Path =>
  path.map((step) => (typeof step === 'number' ? step : String(step)));

function unknownKeys(issue: Extract<Issue, { code: 'unrecognized_keys' }>, file: TextFile, hints: Hints): Problem[] {
  const known = readFault(issue.message)?.says.split(',') ?? [];
  const path = textOf(issue.path);
  return issue.keys.map((key) =>
    file.problem({
      path: [...path, key],
      part: 'key',
      code: 'unknown-key',
      says: `There is no key ${key} here.`,
      try: hints[key] ?? didYouMean(key, known),
    }),
  );
}

/** What to write instead of keys that people are likely to try. */
export type Hints = Readonly<Record<string, string>>;

/** What zod found wrong with the data of a file, in the words and with the codes that problems of policies have. */
export function shapeProblems(issues: readonly Issue[], file: TextFile, hints: Hints = {}): readonly Problem[] {
  return issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? unknownKeys(issue, file, hints)
      : findingsOf([issue], file.data).map(({ path, part, fault }) => file.problem({ path, part, ...fault })),
  );
}
