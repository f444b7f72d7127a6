import { createHash } from 'node:crypto';
import type { JsonObject } from './json.ts';
import { int64, present } from './json.ts';
import type { JobRecord } from './job-life.ts';
import type { FullJobSpec } from './spec.ts';

/** The text of a query that was given none. */
const ANY_QUERY = 'SELECT 1';

function tableReference(name: string, project: string): JsonObject {
  const [tableId = '', datasetId = '', projectId = project] = name.split('.').reverse();
  return { projectId, datasetId, tableId };
}

/** The anonymous table that BigQuery writes the rows of a SELECT to. */
export function anonymousTable(project: string, seed: string): JsonObject {
  const hash = createHash('sha1').update(seed).digest('hex');
  return { projectId: project, datasetId: `_${hash}`, tableId: `anon${hash}` };
}

function destinationOf(spec: FullJobSpec, id: string): JsonObject | undefined {
  if (spec.destinationTable !== undefined) return tableReference(spec.destinationTable, spec.project);
  return spec.statementType === 'SELECT' ? anonymousTable(spec.project, id) : undefined;
}

function queryConfiguration(spec: FullJobSpec, id: string): JsonObject {
  const writesRows = spec.statementType === 'SELECT';
  return present({
    query: spec.query ?? ANY_QUERY,
    destinationTable: destinationOf(spec, id),
    createDisposition: writesRows ? 'CREATE_IF_NEEDED' : undefined,
    writeDisposition: writesRows ? 'WRITE_TRUNCATE' : undefined,
    priority: spec.priority,
    useLegacySql: false,
    continuous: spec.continuous || undefined,
    connectionProperties: spec.sessionId === undefined ? undefined : [{ key: 'session_id', value: spec.sessionId }],
  });
}

function loadConfiguration(spec: FullJobSpec): JsonObject {
  return {
    sourceUris: [`gs://${spec.project}-landing/part-*.parquet`],
    sourceFormat: 'PARQUET',
    destinationTable: tableReference(spec.destinationTable ?? 'landing.loaded', spec.project),
    createDisposition: 'CREATE_IF_NEEDED',
    writeDisposition: 'WRITE_APPEND',
  };
}

function workConfiguration(spec: FullJobSpec, id: string): JsonObject {
  const source = tableReference('landing.source', spec.project);
  switch (spec.jobType) {
    case 'QUERY':
      return { query: queryConfiguration(spec, id) };
    case 'LOAD':
      return { load: loadConfiguration(spec) };
    case 'EXTRACT':
      return { extract: { sourceTable: source, destinationUris: [`gs://${spec.project}-export/part-*.csv`] } };
    case 'COPY':
      return {
        copy: {
          sourceTable: source,
          destinationTable: tableReference(spec.destinationTable ?? 'landing.copy', spec.project),
        },
      };
  }
}

/** The configuration of a job, in the shape of the API's JobConfiguration. */
export function configurationOf({ spec, id }: JobRecord): JsonObject {
  if (spec.configuration) return spec.configuration;
  return present({
    ...workConfiguration(spec, id),
    jobType: spec.jobType,
    labels: Object.keys(spec.labels).length === 0 ? undefined : spec.labels,
    jobTimeoutMs: spec.jobTimeoutMs === undefined ? undefined : int64(spec.jobTimeoutMs),
  });
}
