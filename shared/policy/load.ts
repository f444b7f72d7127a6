import type { Problem } from '../jobs/problem.ts';
import { characterFindings, sizeFinding } from './characters.ts';
import { crossFindings, tooManyExpressions } from './cross.ts';
import { findingsOf } from './issues.ts';
import { linesOf, mostProblems, problemAt, type Finding, type Lines } from './lines.ts';
import { scanTokens, type Mark } from './scan.ts';
import { policySchema, type Policy } from './schema.ts';
import { readYaml, type Yaml } from './yaml.ts';

/** `file` is the name that problems carry; `now` is epoch ms, for what may only reach so far ahead. */
export interface LoadOptions {
  readonly file?: string;
  readonly now: number;
}

/** A policy with notes on it, or everything that is wrong. */
export type Loaded =
  | { readonly policy: Policy; readonly notes: readonly Problem[]; readonly problems?: undefined }
  | { readonly problems: readonly Problem[]; readonly policy?: undefined; readonly notes?: undefined };

/** One more than is shown, so that it is known whether there are more. */
const enough = mostProblems + 1;

const notAPolicy: Finding = {
  path: [],
  part: 'value',
  fault: {
    code: 'not-a-policy',
    says: 'The file holds no keys, so it is not a policy.',
    try: 'Begin with version: 1, targets: and rules:.',
  },
};

function ordered(problems: readonly Problem[], { file }: Lines): Problem[] {
  // The YAML reader says some things twice about the same place.
  const unique = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  const sorted = [...unique.values()].sort(
    (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
  if (sorted.length <= mostProblems) return sorted;
  const says = `There are more problems than these ${mostProblems}.`;
  const rest: Problem = {
    code: 'too-many-problems',
    severity: 'error',
    where: 'policy',
    says,
    try: 'Correct these first.',
  };
  return [...sorted.slice(0, mostProblems), file === undefined ? rest : { ...rest, file }];
}

/** Whether a problem of the data is not just the echo of what is wrong with the text in the same place. */
function isNews(before: readonly Problem[]): (problem: Problem) => boolean {
  const lines = new Set(before.filter(({ code }) => code === 'invisible-character').map(({ line }) => line));
  const places = new Set(before.map(({ line, column }) => `${line}:${column}`));
  return ({ code, line, column }) => code === 'missing-key' || (!lines.has(line) && !places.has(`${line}:${column}`));
}

const fromMarks = (lines: Lines, marks: readonly Mark[]) =>
  marks.slice(0, enough).map(({ finding, span }) => problemAt(lines, finding, span));

const located = (lines: Lines, yaml: Yaml, findings: readonly Finding[]) =>
  findings.slice(0, enough).map((finding) => problemAt(lines, finding, yaml.locate(finding.path, finding.part)));

/** The data is judged as a whole, also where the YAML around it has smaller faults. */
function judged(lines: Lines, yaml: Yaml, now: number): { policy?: Policy; problems: Problem[] } {
  if (typeof yaml.data !== 'object' || yaml.data === null || Array.isArray(yaml.data)) {
    return { problems: located(lines, yaml, [notAPolicy]) };
  }
  const many = tooManyExpressions(yaml.data);
  if (many.length > 0) return { problems: located(lines, yaml, many) };
  const parsed = policySchema.safeParse(yaml.data);
  const wrong = parsed.success ? [] : findingsOf(parsed.error.issues, yaml.data);
  const problems = located(lines, yaml, [...wrong, ...crossFindings(yaml.data, now)]);
  return parsed.success ? { policy: parsed.data, problems } : { problems };
}

function looked(text: string, lines: Lines): { problems: Problem[]; stop: boolean } {
  const characters = fromMarks(lines, characterFindings(text));
  const scan = scanTokens(text);
  return { problems: [...characters, ...fromMarks(lines, scan.marks)], stop: scan.stop };
}

/**
 * Reads a policy: YAML 1.2 core of at most 256 KiB and 32 levels, without aliases, tags, merges, duplicate keys or
 * second documents. Either it is right as a whole, or every problem is named at once with its line. Never throws.
 */
export function loadPolicy(text: string, { file, now }: LoadOptions): Loaded {
  const size = sizeFinding(text);
  if (size !== undefined) return { problems: [problemAt(linesOf('', file), size, { start: 0, end: 0 })] };
  const lines = linesOf(text, file);
  const look = looked(text, lines);
  if (look.stop) return { problems: ordered(look.problems, lines) };
  const yaml = readYaml(text);
  const before = [...look.problems, ...fromMarks(lines, yaml.marks)];
  if (yaml.broken) return { problems: ordered(before, lines) };
  const { policy, problems } = judged(lines, yaml, now);
  const all = ordered([...before, ...problems.filter(isNews(before))], lines);
  if (policy === undefined || all.some(({ severity }) => severity === 'error')) return { problems: all };
  return { policy, notes: all };
}
