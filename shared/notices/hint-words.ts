import type { HintCode } from '../jobs/hint.ts';

const words: Readonly<Record<HintCode, string>> = {
  'select-star': 'It selects every column (SELECT *): BigQuery reads only the columns that are named.',
  'wildcard-tables': 'It reads every table that the wildcard covers: name the days you need with _TABLE_SUFFIX.',
  'no-filter': 'It has no WHERE: a filter on the partitioning column would make it read less.',
  'limit-reads-all': 'LIMIT does not make it read less: BigQuery reads the whole table first. Filter instead.',
  'cross-join': 'It has a CROSS JOIN: every row of one side is paired with every row of the other.',
  'sorts-everything': 'It sorts all rows (ORDER BY without LIMIT), which one worker has to finish alone.',
  'repeated-query': 'The same query of the same user was cancelled before: running it again will not help.',
};

/** A hint as a sentence to the owner. */
export function hintWords(code: HintCode): string {
  return words[code];
}
