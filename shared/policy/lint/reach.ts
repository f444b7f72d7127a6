import type { MatchFields } from '../match.ts';
import { enginesOf, jobBlocks, listed, type Check, type JobBlock, type Sense, type Subject } from './subject.ts';
import { membersOf, passesNothing, takes, valuesWithin } from './values.ts';
import { bigqueryJobTypes, readsOnly, statementTypes } from './words.ts';

const isPositive = (value: string) => !value.startsWith('!');

/** Whether a key names something, rather than only taking something out. */
export function names(values: readonly string[] | undefined): boolean {
  return values?.some(isPositive) ?? false;
}

/** The words that the values of a key let through. */
export function lets(values: readonly string[], words: readonly string[], { policy }: Subject): readonly string[] {
  return words.filter((word) => valuesWithin([word], values, { groups: policy.groups }));
}

const writesIn = (words: readonly string[]) => words.filter((word) => !readsOnly.includes(word));

/** The kinds of work a value alone takes in, of those that the whole key lets through. */
function takenBy(value: string, words: readonly string[], { policy }: Subject): readonly string[] {
  const members = membersOf(value, policy.groups);
  return words.filter((word) => members.some((member) => takes(member, word)));
}

function writes(subject: Subject, { block, path, rule }: JobBlock): Sense[] {
  const key = names(block.statementType) ? 'statementType' : 'jobType';
  const values = block[key] ?? [];
  const all = key === 'statementType' ? statementTypes : bigqueryJobTypes.filter((word) => word !== 'query');
  const reached = writesIn(lets(values, all, subject));
  const at = values.findIndex((value) => isPositive(value) && takenBy(value, reached, subject).length > 0);
  if (at < 0) return [];
  const jobs = key === 'statementType' ? 'statements' : 'jobs';
  const says = `${rule?.name} can cancel ${listed(reached)} ${jobs}, which change data.`;
  const cure =
    key === 'statementType'
      ? 'Write statementType: [SELECT], or allow it in a comment: # jobwarden: allow reaches-writes, because …'
      : 'Write jobType: query, or allow it in a comment: # jobwarden: allow reaches-writes, because …';
  return [{ code: 'reaches-writes', path: [...path, key, at], says, try: cure }];
}

function takesOutAllItReaches({ statementType = [], jobType = [] }: MatchFields, subject: Subject): string | undefined {
  if (names(statementType)) return undefined;
  const without = (values: readonly string[], word: string) =>
    values.length > 0 &&
    (lets(values, [word], subject).length === 0 || passesNothing(values, { groups: subject.policy.groups }));
  if (names(jobType)) {
    const other = lets(jobType, bigqueryJobTypes, subject).some((word) => word !== 'query');
    return !other && without(statementType, 'SELECT') ? 'statementType' : undefined;
  }
  if (without(jobType, 'query')) return 'jobType';
  return without(statementType, 'SELECT') ? 'statementType' : undefined;
}

function nothing(subject: Subject, { block, path, rule }: JobBlock): Sense[] {
  const key = takesOutAllItReaches(block, subject);
  if (key === undefined) return [];
  const says = `${rule?.name} names no ${key === 'jobType' ? 'other jobs' : 'other statements'}, so it could cancel SELECT queries only, and takes those out.`;
  const cure = `Name what is meant, such as ${key === 'jobType' ? 'jobType: load' : 'statementType: [CREATE_TABLE_AS_SELECT]'}.`;
  return [{ code: 'reaches-nothing', path: [...path, key], part: 'key', says, try: cure }];
}

/** Cancel rules that reach more than queries that only read, and those that reach nothing. */
export const reach: Check = (subject) =>
  jobBlocks(subject)
    .filter(({ of, isUnless, rule }) => of === 'rule' && !isUnless && rule?.action === 'cancel')
    .filter(({ block }) => enginesOf(subject, block.engine).includes('bigquery'))
    .flatMap((block) => [...writes(subject, block), ...nothing(subject, block)]);
