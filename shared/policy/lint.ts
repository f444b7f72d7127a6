import type { Problem } from '../jobs/problem.ts';
import { linesOf, problemAt, type Finding, type Lines, type Span } from './lines.ts';
import { loadPolicy, type LoadOptions } from './load.ts';
import type { Policy } from './schema.ts';
import { readYaml } from './yaml.ts';
import { allowancesOf, allowFaults, type Allowance, type AllowFault } from './lint/allow.ts';
import { checks } from './lint/checks.ts';
import { lintEntry } from './lint/codes.ts';
import { writtenPath, type Sense, type Subject } from './lint/subject.ts';

/** `events`: the names of all audit events, so that patterns for them can be looked at as well. */
export interface CheckOptions extends LoadOptions {
  readonly events?: readonly string[];
}

/** A policy with everything there is to say about it. It is absent where the text would not take effect. */
export interface Checked {
  readonly policy?: Policy;
  /** Errors where there is no policy; otherwise the loader's notes and the lint's warnings and notes, in the order of lines. */
  readonly problems: readonly Problem[];
  /** How many findings comments in the file have allowed. */
  readonly allowed: number;
}

type Found = Pick<Sense, 'code' | 'says' | 'try'> & Partial<Pick<Sense, 'path'>>;

function problemOf(lines: Lines, { code, says, try: cure, path = [] }: Found, span: Span): Problem {
  // The code is replaced below: the loader's own codes are all that a Finding can carry.
  const fault = { code: 'unknown-value', says, try: cure } as const;
  const finding: Finding = { path, part: 'value', fault, severity: lintEntry(code)?.severity ?? 'warning' };
  return { ...problemAt(lines, finding, span), code };
}

function allowProblem(lines: Lines, { code, allowance, says, try: cure }: AllowFault): Problem {
  const span = { start: allowance.offset, end: allowance.offset + allowance.text.length };
  return problemOf(lines, { code, says, try: cure }, span);
}

const isAllowedBy = (allowance: Allowance, code: string, line: number | undefined) =>
  allowance.speaksFor === line && allowance.codes.includes(code);

function withoutAllowed(found: readonly Problem[], lines: Lines): { problems: Problem[]; allowed: number } {
  const allowances = allowancesOf(lines.text);
  const isAllowed = ({ code, line }: Problem) => allowances.some((one) => isAllowedBy(one, code, line));
  const problems = found.filter((problem) => !isAllowed(problem));
  const isUsed = (allowance: Allowance, code: string) =>
    found.some((problem) => problem.code === code && isAllowedBy(allowance, code, problem.line));
  const faults = allowFaults(allowances, isUsed).map((fault) => allowProblem(lines, fault));
  return { problems: [...problems, ...faults], allowed: found.length - problems.length };
}

/** The day in a time zone, as an ISO date. */
function dayIn(timezone: string, nowMs: number): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  return parts.format(nowMs);
}

/** What a policy that loads probably does not mean, with the place of each finding in its text. */
function lintPolicy(policy: Policy, lines: Lines, { now, events }: CheckOptions) {
  const yaml = readYaml(lines.text);
  const today = dayIn(policy.timezone, now);
  const subject: Subject = { policy, written: yaml.data, today, ...(events === undefined ? {} : { events }) };
  const found = checks
    .flatMap((check) => check(subject))
    .map((sense) => {
      const path = writtenPath(yaml.data, sense.path);
      return problemOf(lines, { ...sense, path }, yaml.locate(path, sense.part ?? 'value'));
    });
  return withoutAllowed(once(found), lines);
}

function once(problems: readonly Problem[]): Problem[] {
  const keys = new Map(problems.map((problem) => [`${problem.code} ${problem.where} ${problem.says}`, problem]));
  return [...keys.values()];
}

const byPlace = (a: Problem, b: Problem) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

/**
 * Loads a policy and says everything there is to say about it: the loader's errors alone where it does not load, else
 * its notes and what the policy probably does not mean. A finding is left out where a comment at the end of its line, or
 * on the lines above it, says `# jobwarden: allow CODE`. Never throws.
 */
export function checkPolicy(text: string, options: CheckOptions): Checked {
  const loaded = loadPolicy(text, options);
  if (loaded.policy === undefined) return { problems: loaded.problems, allowed: 0 };
  const { problems, allowed } = lintPolicy(loaded.policy, linesOf(text, options.file), options);
  return { policy: loaded.policy, problems: [...loaded.notes, ...problems].sort(byPlace), allowed };
}
