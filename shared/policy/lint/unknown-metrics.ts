import { neverMeasures } from '../../jobs/capabilities.ts';
import { metrics, type Metric } from '../../jobs/verdict.ts';
import type { MatchFields } from '../match.ts';
import type { Rule } from '../rule.ts';
import { jobTypesOf } from './fields.ts';
import { limitPath } from './limit-places.ts';
import { lets, names } from './reach.ts';
import { enginesOf, type Check, type Sense, type Subject } from './subject.ts';
import { statementTypes } from './words.ts';

/** Why a number never counts for the BigQuery jobs of a block; undefined when it may. */
function unknownInBigQuery(metric: Metric, block: MatchFields, rule: Rule, subject: Subject): string | undefined {
  const isQuery = rule.action === 'cancel' && !names(block.jobType);
  const types = isQuery || names(block.statementType) ? ['query'] : jobTypesOf(block, subject);
  const noQuery = types.length > 0 && !types.includes('query');
  const only = (key: 'billing', word: string) => {
    const words = lets(block[key] ?? ['*'], ['on-demand', 'reserved'], subject);
    return words.length === 1 && words[0] === word;
  };
  const statements = names(block.statementType) ? lets(block.statementType ?? [], statementTypes, subject) : [];
  const isCost = metric === 'costSoFar' || metric === 'costEstimated';
  if (metric === 'bytesEstimated' && noQuery) return 'Only queries have an estimate.';
  if (metric === 'costEstimated' && noQuery) return 'Only queries have an estimate.';
  if (metric === 'costSoFar' && noQuery && only('billing', 'on-demand')) return 'On demand only queries cost anything.';
  if (metric === 'costEstimated' && only('billing', 'reserved')) return 'Nobody estimates slot time beforehand.';
  if (isCost && statements.length === 1 && statements[0] === 'SCRIPT')
    return 'What a script costs is not known: each of its statements is paid for in its own way.';
  return undefined;
}

function whyNever(metric: Metric, block: MatchFields, rule: Rule, subject: Subject): string | undefined {
  const reasons = enginesOf(subject, block.engine).map((engine) => {
    if (engine === 'bigquery') return unknownInBigQuery(metric, block, rule, subject);
    return neverMeasures({ engine }, metric) ? `${engine} does not tell it.` : undefined;
  });
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function inRule(rule: Rule, index: number, subject: Subject): Sense[] {
  const blocks: readonly MatchFields[] = rule.match.length === 0 ? [{}] : rule.match;
  return metrics
    .filter((metric) => rule.limit.of[metric] !== undefined)
    .flatMap((metric): Sense[] => {
      const reasons = blocks.map((block) => whyNever(metric, block, rule, subject));
      if (reasons.includes(undefined) || reasons[0] === undefined) return [];
      const path = limitPath(['rules', index, 'limit'], rule.limit, metric);
      const effect = rule.limit.how === 'all' ? `so ${rule.name} never applies` : 'so this number never counts';
      const says = `${metric} is never known for the jobs of ${rule.name}, ${effect}. ${reasons[0]}`;
      return [
        { code: 'limit-never-known', path, part: 'key', says, try: 'Remove it, or put the limit on another number.' },
      ];
    });
}

/** Limits on numbers that are never told for the jobs that are meant. */
export const unknownMetrics: Check = (subject) =>
  subject.policy.rules.flatMap((rule, index) => inRule(rule, index, subject));
