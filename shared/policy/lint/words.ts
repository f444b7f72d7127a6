import type { EngineName } from '../../jobs/job.ts';
import type { Metric } from '../../jobs/verdict.ts';

/** Kinds of statements that BigQuery tells (REST reference, JobStatistics2.statementType, 2026-08). */
export const statementTypes: readonly string[] = (
  'SELECT ASSERT INSERT UPDATE DELETE MERGE TRUNCATE_TABLE CREATE_TABLE CREATE_TABLE_AS_SELECT CREATE_VIEW CREATE_MODEL ' +
  'CREATE_MATERIALIZED_VIEW CREATE_FUNCTION CREATE_TABLE_FUNCTION CREATE_PROCEDURE CREATE_ROW_ACCESS_POLICY ' +
  'CREATE_SCHEMA CREATE_SNAPSHOT_TABLE CREATE_SEARCH_INDEX CREATE_EXTERNAL_TABLE DROP_TABLE DROP_EXTERNAL_TABLE ' +
  'DROP_VIEW DROP_MODEL DROP_MATERIALIZED_VIEW DROP_FUNCTION DROP_TABLE_FUNCTION DROP_PROCEDURE DROP_SEARCH_INDEX ' +
  'DROP_SCHEMA DROP_SNAPSHOT_TABLE DROP_ROW_ACCESS_POLICY ALTER_TABLE ALTER_VIEW ALTER_MATERIALIZED_VIEW ' +
  'ALTER_SCHEMA SCRIPT EXPORT_DATA EXPORT_MODEL LOAD_DATA CALL'
).split(' ');

/** Statements that leave the data alone. A script, a call and an export may do anything. */
export const readsOnly: readonly string[] = ['SELECT', 'ASSERT'];

/** Kinds of jobs of BigQuery (REST reference, JobConfiguration.jobType), as the product spells them. */
export const bigqueryJobTypes: readonly string[] = ['query', 'load', 'extract', 'copy'];

/** The clients that can be told from a BigQuery job, and the one that only its statement shows. */
export const clients: readonly string[] =
  'scheduled-query data-transfer looker-studio looker connected-sheets dataform dbt airflow cdap adk mcp bq console metabase'.split(
    ' ',
  );

/** Keys of a match that an engine's API never fills, and numbers that it never tells (their API references). */
export const neverThere: Readonly<
  Record<Exclude<EngineName, 'bigquery'>, { readonly keys: readonly string[]; readonly metrics: readonly Metric[] }>
> = {
  'data-fusion': {
    keys: ['statementType', 'priority', 'client', 'reservation', 'billing'],
    metrics: ['bytesProcessed', 'bytesEstimated', 'slotHours', 'costSoFar', 'costEstimated'],
  },
  'yandex-data-proc': {
    keys: ['statementType', 'priority', 'client', 'reservation', 'billing'],
    metrics: ['bytesProcessed', 'bytesEstimated', 'slotHours', 'costSoFar', 'costEstimated'],
  },
  dli: {
    keys: ['priority', 'client', 'reservation', 'billing'],
    metrics: ['bytesEstimated', 'costSoFar', 'costEstimated'],
  },
};
