import { clientOf, type Client } from '../jobs/client.ts';
import { neverTells } from '../jobs/capabilities.ts';
import type { DetailKey, Job } from '../jobs/job.ts';
import { compileLabel } from '../policy/label.ts';
import { compileValues } from '../policy/pattern.ts';
import type { MatchBlock, MatchFields } from '../policy/match.ts';
import type { Policy } from '../policy/schema.ts';
import { reservationSpellings } from './prices.ts';
import { every, not, some, type Truth } from './truth.ts';

type Groups = Policy['groups'];
type Field = string | null | undefined;

/** One key of a match block, ready to be held against jobs. */
export interface KeyTest {
  readonly key: string;
  readonly wants: readonly string[];
  readonly test: (job: Job) => Truth;
  /** The one thing of a job that the answer depends on; left out where there are several. Jobs alike in it are told alike. */
  readonly asks?: (job: Job) => Field;
}

/** One block of a match: all keys must hold and no `unless` block may. */
export interface BlockMatcher {
  readonly block: MatchFields;
  readonly keys: readonly KeyTest[];
  readonly unless: readonly BlockMatcher[];
}

function billingOf(job: Job): Field {
  if (job.reservation === undefined) return undefined;
  return job.reservation === null ? 'on-demand' : 'reserved';
}

/** A name in the engine's own words; an engine that has no such names is known to have none. */
const detail =
  (key: DetailKey) =>
  (job: Job): Field =>
    job.details?.[key] ?? (neverTells(job.engine, key) ? null : undefined);

const fields = {
  engine: (job: Job): Field => job.engine,
  project: (job: Job): Field => job.project,
  principal: (job: Job): Field => job.principal,
  principalKind: (job: Job): Field => job.principalKind,
  jobType: (job: Job): Field => job.jobType,
  statementType: (job: Job): Field => job.statementType,
  priority: (job: Job): Field => job.priority,
  jobId: (job: Job): Field => job.id,
  location: (job: Job): Field => job.location,
  billing: billingOf,
  instance: detail('instance'),
  namespace: detail('namespace'),
  pipeline: detail('pipeline'),
  cluster: detail('cluster'),
  queue: detail('queue'),
} as const;

type FieldKey = keyof typeof fields;
const fieldKeys = Object.keys(fields).filter((key): key is FieldKey => Object.hasOwn(fields, key));

function fieldTest(key: FieldKey, wants: readonly string[], groups: Groups): KeyTest {
  const holds = compileValues(wants, { groups, lowerCase: key === 'principal' });
  const asks = fields[key];
  return { key, wants, test: (job) => holds(asks(job)), asks };
}

const isNegated = (want: string) => want.startsWith('!');

/** A reservation has two spellings: a positive pattern may be written for either, a negated one may fail for neither. */
function reservationTest(wants: readonly string[], groups: Groups): KeyTest {
  const positive = wants.filter((want) => !isNegated(want));
  const oneOf = compileValues(positive, { groups, lowerCase: false });
  const noneOf = compileValues(wants.filter(isNegated), { groups, lowerCase: false });
  const test = ({ reservation }: Job): Truth => {
    const spellings = typeof reservation === 'string' ? reservationSpellings(reservation) : [reservation];
    return every([some(spellings.map(oneOf)), ...spellings.map(noneOf)]);
  };
  return { key: 'reservation', wants, test };
}

/** Rules are held against one job after the other: its client is looked for once. */
let last: { readonly job: Job; readonly client: Client } | undefined;

/**
 * Holds when every client that the job may still turn out to have been submitted by gives the same answer. Labels come
 * before ids and principals in telling clients apart, so without them nothing is certain.
 */
function clientTest(wants: readonly string[], groups: Groups): KeyTest {
  const holds = compileValues(wants, { groups, lowerCase: false });
  const test = (job: Job): Truth => {
    if (job.labels === undefined || job.principal === undefined) return undefined;
    if (last?.job !== job) last = { job, client: clientOf(job) };
    const { name, possible } = last.client;
    const answers = [name, ...possible].map(holds);
    return answers.every((answer) => answer === answers[0]) ? answers[0] : undefined;
  };
  return { key: 'client', wants, test };
}

function labelTest(label: string, wants: readonly string[], groups: Groups): KeyTest {
  const holds = compileLabel(label, wants, groups);
  const asks = ({ labels }: Job): Field =>
    labels === undefined ? undefined : Object.hasOwn(labels, label) ? (labels[label] ?? null) : null;
  return { key: `labels.${label}`, wants, test: (job) => holds(job.labels), asks };
}

function continuousTest(wanted: boolean): KeyTest {
  const test = (job: Job): Truth => (job.continuous === undefined ? undefined : job.continuous === wanted);
  return { key: 'continuous', wants: [String(wanted)], test };
}

function compileBlock(block: MatchFields & Partial<Pick<MatchBlock, 'unless'>>, groups: Groups): BlockMatcher {
  const keys: KeyTest[] = [];
  for (const key of fieldKeys) {
    const wants = block[key];
    if (wants !== undefined) keys.push(fieldTest(key, wants, groups));
  }
  if (block.reservation !== undefined) keys.push(reservationTest(block.reservation, groups));
  if (block.continuous !== undefined) keys.push(continuousTest(block.continuous));
  for (const [label, wants] of Object.entries(block.labels ?? {})) keys.push(labelTest(label, wants, groups));
  // The last, because it is the dearest.
  if (block.client !== undefined) keys.push(clientTest(block.client, groups));
  return { block, keys, unless: compileMatch(block.unless ?? [], groups) };
}

/** Makes a match ready: a list of blocks, of which any may hold. An empty list matches nothing. */
export function compileMatch(
  blocks: readonly (MatchFields & Partial<Pick<MatchBlock, 'unless'>>)[],
  groups: Groups,
): readonly BlockMatcher[] {
  return blocks.map((block) => compileBlock(block, groups));
}

/** Whether all keys of the block hold and none of its `unless` blocks does. */
export function holdsBlock(matcher: BlockMatcher, job: Job): Truth {
  return every([...matcher.keys.map((key) => key.test(job)), not(holdsAny(matcher.unless, job))]);
}

/** Whether any block holds. */
export function holdsAny(matchers: readonly BlockMatcher[], job: Job): Truth {
  return some(matchers.map((matcher) => holdsBlock(matcher, job)));
}

/** Whether any block may hold, known or not: the same as asking whether `holdsAny` is not false, without the rest. */
export function mayHold(matchers: readonly BlockMatcher[], job: Job): boolean {
  for (const { keys, unless } of matchers) {
    if (mayAllHold(keys, job) && (unless.length === 0 || holdsAny(unless, job) !== true)) return true;
  }
  return false;
}

/** Whether any block holds for certain: the same as asking whether `holdsAny` is true, without the rest. */
export function surelyHolds(matchers: readonly BlockMatcher[], job: Job): boolean {
  for (const { keys, unless } of matchers) {
    if (mustAllHold(keys, job) && (unless.length === 0 || holdsAny(unless, job) === false)) return true;
  }
  return false;
}

function mustAllHold(keys: readonly KeyTest[], job: Job): boolean {
  for (const { test } of keys) if (test(job) !== true) return false;
  return true;
}

function mayAllHold(keys: readonly KeyTest[], job: Job): boolean {
  for (const { test } of keys) if (test(job) === false) return false;
  return true;
}
