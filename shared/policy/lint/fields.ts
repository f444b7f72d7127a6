import { neverTells } from '../../jobs/capabilities.ts';
import type { MatchFields } from '../match.ts';
import { names, lets } from './reach.ts';
import {
  enginesOf,
  isBigQueryOnly,
  jobBlocks,
  listed,
  type Check,
  type JobBlock,
  type Sense,
  type Subject,
} from './subject.ts';
import { bigqueryJobTypes } from './words.ts';

/** Keys that only queries have in BigQuery; other jobs are known not to have them. */
const onlyQueries = ['statementType', 'priority'] as const;

/** The kinds of BigQuery jobs that a block lets through. */
export function jobTypesOf(block: MatchFields, subject: Subject): readonly string[] {
  return block.jobType === undefined ? bigqueryJobTypes : lets(block.jobType, bigqueryJobTypes, subject);
}

/** Whether only BigQuery jobs can be meant: by the engine, or because nothing else has such kinds of jobs. */
function isAboutBigQuery(subject: Subject, { engine, jobType = [] }: MatchFields): boolean {
  const named = jobType.filter((type) => !type.startsWith('!'));
  const isOurs =
    enginesOf(subject, engine).includes('bigquery') && named.every((type) => bigqueryJobTypes.includes(type));
  return isOurs || isBigQueryOnly(subject, engine);
}

function queryKeys(subject: Subject, { block, path }: JobBlock): Sense[] {
  if (!names(block.jobType) || !isAboutBigQuery(subject, block)) return [];
  const types = jobTypesOf(block, subject);
  const others = types.filter((type) => type !== 'query');
  if (others.length === 0) return [];
  const isPartly = types.length > others.length;
  return onlyQueries
    .filter((key) => names(block[key]))
    .map((key): Sense => {
      const says = `In BigQuery only queries have a ${key}: ${listed(others)} jobs never match here.`;
      const cure = isPartly
        ? 'Write two blocks, one for queries and one for the others, or leave the others out.'
        : `Remove ${key}, or write jobType: query.`;
      const code = isPartly ? 'field-partly-there' : 'field-never-there';
      return { code, path: [...path, key], part: 'key', says, try: cure };
    });
}

function otherEngines(subject: Subject, { block, path }: JobBlock): Sense[] {
  const engines = enginesOf(subject, block.engine);
  if (engines.length === 0) return [];
  const values: Readonly<Record<string, unknown>> = block;
  const missing = Object.keys(values).filter((key) => engines.every((engine) => neverTells(engine, key)));
  return missing
    .filter((key) => values[key] !== undefined)
    .map((key) => ({
      code: 'field-never-there',
      path: [...path, key],
      part: 'key',
      says: `${listed(engines)} never tells ${key} of a job, so nothing ever matches here.`,
      try: `Remove ${key}.`,
    }));
}

/** Keys that ask for what the engine never has. */
export const fields: Check = (subject) =>
  jobBlocks(subject).flatMap((block) => [...queryKeys(subject, block), ...otherEngines(subject, block)]);
