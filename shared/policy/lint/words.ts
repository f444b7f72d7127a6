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
