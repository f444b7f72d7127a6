import { engineNames, type EngineName } from '../../jobs/job.ts';
import type { Path } from '../lines.ts';
import type { MatchFields, NoticeBlock } from '../match.ts';
import { compileValues } from '../pattern.ts';
import type { Rule } from '../rule.ts';
import type { Policy } from '../schema.ts';
import type { LintCode } from './codes.ts';

/** What is looked at: the policy, the data as it was written, and the day it is in the policy's time zone. */
export interface Subject {
  readonly policy: Policy;
  readonly written: unknown;
  /** An ISO date. */
  readonly today: string;
  /** The names of all audit events; where they are not given, patterns for them are not looked at. */
  readonly events?: readonly string[];
}

/** One finding before its line is known. */
export interface Sense {
  readonly code: LintCode;
  readonly path: Path;
  readonly part?: 'key' | 'value';
  readonly says: string;
  readonly try: string;
}

/** One look at a policy. */
export type Check = (subject: Subject) => readonly Sense[];

/** One block of a match about jobs, and where it stands. `unless` blocks are listed for themselves. */
export interface JobBlock {
  readonly block: MatchFields;
  readonly path: Path;
  readonly of: 'rule' | 'exemption' | 'freeze';
  readonly isUnless: boolean;
  readonly rule?: Rule;
}

type WithUnless = MatchFields & { readonly unless?: readonly MatchFields[] };

function withUnless(blocks: readonly WithUnless[], path: Path, about: Pick<JobBlock, 'of' | 'rule'>): JobBlock[] {
  return blocks.flatMap((block, index) => {
    const own = [...path, index];
    const inner = (block.unless ?? []).map((one, at) => ({
      block: one,
      path: [...own, 'unless', at],
      isUnless: true,
      ...about,
    }));
    return [{ block, path: own, isUnless: false, ...about }, ...inner];
  });
}

/** Every block that says which jobs are meant. */
export function jobBlocks({ policy }: Subject): JobBlock[] {
  return [
    ...policy.rules.flatMap((rule, index) => withUnless(rule.match, ['rules', index, 'match'], { of: 'rule', rule })),
    ...policy.freezes.flatMap(({ match }, index) => withUnless(match, ['freezes', index, 'match'], { of: 'freeze' })),
    ...policy.exemptions.flatMap(({ match }, index) =>
      withUnless(match, ['exemptions', index, 'match'], { of: 'exemption' }),
    ),
  ];
}

/** Every block that says which notices are meant. */
export function noticeBlocks({ policy }: Subject): { readonly block: NoticeBlock; readonly path: Path }[] {
  const at = (kind: string, index: number, blocks: readonly NoticeBlock[]) =>
    blocks.map((block, place) => ({ block, path: [kind, index, 'match', place] }));
  return [
    ...policy.routes.flatMap(({ match }, index) => at('routes', index, match)),
    ...policy.silences.flatMap(({ match }, index) => at('silences', index, match)),
  ];
}

/** The engines that a block can be about: those of the targets that its `engine` lets through. */
export function enginesOf({ policy }: Subject, wants: readonly string[] | undefined): readonly EngineName[] {
  const watched = engineNames.filter((engine) => policy.targets.some((target) => target.engine === engine));
  if (wants === undefined) return watched;
  const holds = compileValues(wants, { groups: policy.groups });
  return watched.filter((engine) => holds(engine) === true);
}

/** Whether a block can be about BigQuery only. */
export function isBigQueryOnly(subject: Subject, wants: readonly string[] | undefined): boolean {
  const engines = enginesOf(subject, wants);
  return engines.length === 1 && engines[0] === 'bigquery';
}

/** The path as the file has it: a single block or value has no number where a list may stand. */
export function writtenPath(written: unknown, path: Path): Path {
  let node = written;
  const real: (string | number)[] = [];
  for (const step of path) {
    if (typeof step === 'number' && !Array.isArray(node)) continue;
    real.push(step);
    node = typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined;
  }
  return real;
}

/** What the file has at a path; undefined where there is nothing. */
export function writtenAt(written: unknown, path: Path): unknown {
  return writtenPath(written, path).reduce<unknown>(
    (node, step) => (typeof node === 'object' && node !== null ? Reflect.get(node, step) : undefined),
    written,
  );
}

/** `a`, `a and b`, `a, b and c`; more than `most` are counted. */
export function listed(words: readonly string[], most = 4): string {
  if (words.length > most) return `${words.slice(0, most - 1).join(', ')} and ${words.length - most + 1} more`;
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}
