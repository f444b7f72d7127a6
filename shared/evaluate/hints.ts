import type { HintCode } from '../jobs/hint.ts';
import type { Job } from '../jobs/job.ts';

/** Hints about what is read are given from here on: a small scan is not why a job was stopped. */
const worthSayingBytes = 10 * 1024 ** 3;
const worthSayingSlotMs = 3_600_000;
/** Longer statements are written by tools; what is looked for stands near the beginning or nowhere. */
const longestText = 100_000;

// Comments and strings say nothing about what a statement does; quoted names do. Each part takes at least a character.
const parts =
  /--[^\n]*|#[^\n]*|\/\*[^]*?(?:\*\/|$)|'''[^]*?(?:'''|$)|"""[^]*?(?:"""|$)|'(?:\\.|[^'\\\n])*'?|"(?:\\.|[^"\\\n])*"?/g;

function plainSql(text: string): string {
  return text
    .slice(0, longestText)
    .replaceAll(parts, (found) => (/^['"]/.test(found) ? "''" : ' '))
    .replaceAll(/\s+/g, ' ')
    .toLowerCase();
}

// A table has its dataset before it; a name alone may be that of a WITH clause, which is narrow already.
const table = '(?:`[^`]*\\.[^`]*`|[\\w-]+\\.[\\w.-]+)';
const selectStar = new RegExp(`\\bselect (?:distinct |all )?(?:\\w+\\.)?\\* from ${table}`);
const readsTable = new RegExp(`\\b(?:from|join) ${table}`);
const wildcardTable = /\b(?:from|join) `[^`]*\*`/;
const narrows = /\b(?:where|tablesample|qualify|having|on|using)\b/;
const crossJoin = /\bcross join\b(?! unnest)/;
const sorts = /\border by\b(?![^)]*\))/;
const hasLimit = /\blimit \d+/;

interface Facts {
  readonly sql: string;
  readonly readsMuch: boolean;
  readonly worksMuch: boolean;
}

const tests: Readonly<Record<Exclude<HintCode, 'repeated-query'>, (facts: Facts) => boolean>> = {
  'select-star': ({ sql, readsMuch }) => readsMuch && selectStar.test(sql),
  'wildcard-tables': ({ sql, readsMuch }) => readsMuch && wildcardTable.test(sql) && !sql.includes('_table_suffix'),
  'no-filter': ({ sql, readsMuch }) =>
    readsMuch && readsTable.test(sql) && !/\bwhere\b/.test(sql) && !narrows.test(sql) && !hasLimit.test(sql),
  'limit-reads-all': ({ sql, readsMuch }) =>
    readsMuch && readsTable.test(sql) && hasLimit.test(sql) && !narrows.test(sql),
  'cross-join': ({ sql, worksMuch }) => worksMuch && crossJoin.test(sql),
  'sorts-everything': ({ sql, worksMuch }) => worksMuch && sorts.test(sql) && !hasLimit.test(sql),
};

const codes = Object.keys(tests).filter((code): code is keyof typeof tests => Object.hasOwn(tests, code));

/**
 * What the job's own record shows that may help its owner, in the order of their weight: hints about reading only where
 * much is read, hints about work only where much work was done, none where the statement is not known. `retries` is in
 * how many other jobs the same query of the same principal was cancelled.
 */
export function hintsOf(job: Job, { retries }: { readonly retries: number }): readonly HintCode[] {
  const repeated: readonly HintCode[] = retries > 0 ? ['repeated-query'] : [];
  if (job.engine !== 'bigquery' || job.queryText === undefined) return repeated;
  const facts: Facts = {
    sql: plainSql(job.queryText),
    readsMuch: Math.max(job.bytesProcessed ?? 0, job.bytesEstimated ?? 0) >= worthSayingBytes,
    worksMuch: (job.slotMs ?? 0) >= worthSayingSlotMs,
  };
  return [...repeated, ...codes.filter((code) => tests[code](facts))];
}
