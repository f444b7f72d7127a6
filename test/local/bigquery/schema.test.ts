// The jobs here are made up; the schema is Google's.
import { describe, expect, it } from 'vitest';
import { KNOWN_TYPES, knownFields } from '../../../infra/local/bigquery/known-fields.ts';
import type { JsonObject } from '../../../infra/local/bigquery/json.ts';
import type { JobSpec } from '../../../infra/local/bigquery/spec.ts';
import { discoveryIsHere, DISCOVERY_NEWS, officialSchemas, schemaProblems } from './discovery.ts';
import { at, stage } from './stage.ts';

const MINUTE_MS = 60_000;
const JOBS = '/bigquery/v2/projects/p/jobs';

/** One of each kind, all of them running in the first minute, when nothing else is said. */
const CAST: readonly JobSpec[] = [
  {
    project: 'p',
    id: 'select',
    query: 'SELECT * FROM `d.t`',
    labels: { team: 'x' },
    jobTimeoutMs: 9e6,
    sessionId: 's',
  },
  { project: 'p', id: 'reserved', reservation: 'a:US.r', edition: 'ENTERPRISE', estimatedBytes: 3e12, slots: 200 },
  { project: 'p', id: 'dml', query: 'INSERT INTO d.t SELECT 1', destinationTable: 'd.t', priority: 'BATCH' },
  { project: 'p', id: 'hidden', query: 'SELECT * FROM d.secret', hidesBytes: true },
  { project: 'p', id: 'continuous', continuous: true, statementType: 'EXPORT_DATA' },
  { project: 'p', id: 'load', jobType: 'LOAD', destinationTable: 'q.d.t' },
  { project: 'p', id: 'extract', jobType: 'EXTRACT' },
  { project: 'p', id: 'copy', jobType: 'COPY' },
  {
    project: 'p',
    id: 'external',
    principal: 'principal://iam.googleapis.com/locations/global/workforcePools/w/subject/ana',
  },
  { project: 'p', id: 'fails', runsForMs: 2 * MINUTE_MS, ends: { reason: 'resourcesExceeded', message: 'Too much' } },
  { project: 'p', id: 'queued', pendingForMs: 30 * MINUTE_MS },
  {
    project: 'p',
    id: 'script',
    query: 'DECLARE x INT64; SELECT 1',
    children: [
      { id: 'first', query: 'SELECT * FROM d.t', runsForMs: MINUTE_MS },
      { id: 'second', query: 'SELECT 2', runsForMs: MINUTE_MS },
    ],
  },
];

/** Moments at which the whole cast is looked at: just started, running, some done, all done but the continuous one. */
const MOMENTS_MS = [0, 10_000, 90_000, 3 * MINUTE_MS, 100 * MINUTE_MS, 31 * 24 * 60 * MINUTE_MS];

describe.skipIf(!discoveryIsHere)(`official schema (${DISCOVERY_NEWS})`, () => {
  const schemas = discoveryIsHere ? officialSchemas() : new Map();

  it('notices a field and a type that the API does not have', () => {
    const wrong = {
      kind: 'bigquery#jobList',
      jobs: [{ etag: 'x', statistics: { creationTime: 1 } }],
      unreachable: 'EU',
    };
    expect(schemaProblems(schemas, 'JobList', wrong)).toEqual([
      'JobList.jobs[0].etag is no field of the API',
      'JobList.jobs[0].statistics.creationTime is no string',
      'JobList.unreachable is no list',
    ]);
  });

  it.each(['full', 'minimal'])(
    'lists only what the API knows, as %s projection, at every moment',
    async (projection) => {
      const { bigquery, call, pass } = await stage();
      for (const spec of CAST) bigquery.addJob(spec);
      let passedMs = 0;
      for (const momentMs of MOMENTS_MS) {
        pass(momentMs - passedMs);
        passedMs = momentMs;
        for (const parent of ['', '&parentJobId=script']) {
          const { body } = await call('GET', `${JOBS}?allUsers=true&projection=${projection}${parent}`);
          expect(schemaProblems(schemas, 'JobList', body)).toEqual([]);
          expect(body['kind']).toBe('bigquery#jobList');
        }
      }
    },
  );

  it('gets only what the API knows of each kind of job, at every moment', async () => {
    const { bigquery, call, pass } = await stage();
    for (const spec of CAST) bigquery.addJob(spec);
    pass(90_000);
    const ids = [...CAST.map((spec) => spec.id ?? ''), 'first', 'second'];
    for (const ms of [0, 100 * MINUTE_MS]) {
      pass(ms);
      for (const id of ids) {
        const { status, body } = await call('GET', `${JOBS}/${id}`);
        expect({ id, status, problems: schemaProblems(schemas, 'Job', body) }).toEqual({
          id,
          status: 200,
          problems: [],
        });
      }
    }
  });

  it('answers a cancel, and the job afterwards, only with what the API knows', async () => {
    const { bigquery, call, pass } = await stage();
    for (const spec of CAST) bigquery.addJob(spec);
    pass(10_000);
    for (const { id = '' } of CAST) {
      const { body } = await call('POST', `${JOBS}/${id}/cancel`);
      expect(schemaProblems(schemas, 'JobCancelResponse', body)).toEqual([]);
      expect(body['kind']).toBe('bigquery#jobCancelResponse');
    }
    pass(5_000);
    for (const { id = '' } of CAST) {
      const { body } = await call('GET', `${JOBS}/${id}`);
      expect(schemaProblems(schemas, 'Job', body)).toEqual([]);
      expect(at(body, 'status', 'errorResult', 'reason')).toBe('stopped');
    }
  });

  const table = { projectId: 'p', datasetId: 'd', tableId: 't' };
  const sent: readonly (readonly [string, JsonObject])[] = [
    ['a query', { query: { query: 'SELECT 1', maximumBytesBilled: 1000, useLegacySql: false }, labels: { a: 'b' } }],
    ['a query with a time-out', { query: { query: 'DELETE FROM d.t WHERE true' }, jobTimeoutMs: 5000 }],
    ['a dry run', { dryRun: true, query: { query: 'SELECT 1' } }],
    ['a load', { load: { sourceUris: ['gs://b/o'], destinationTable: table, timePartitioning: { expirationMs: 5 } } }],
    ['an extract', { extract: { sourceTable: table, destinationUris: ['gs://b/o'] } }],
    ['a copy', { copy: { sourceTable: table, destinationTable: { ...table, tableId: 'u' } } }],
  ];
  it.each(sent)('answers the insertion of %s only with what the API knows', async (_, configuration) => {
    const { call } = await stage();
    const { status, body } = await call('POST', JOBS, { body: { configuration } });
    expect({ status, problems: schemaProblems(schemas, 'Job', body) }).toEqual({ status: 200, problems: [] });
  });

  it('knows the very fields of every type that it lists', () => {
    for (const name of KNOWN_TYPES) {
      const properties = schemas.get(name)?.properties ?? {};
      expect([name, ...[...knownFields(name).keys()].sort()]).toEqual([name, ...Object.keys(properties).sort()]);
    }
  });

  it('knows which fields hold other types', () => {
    for (const name of KNOWN_TYPES) {
      for (const [field, kind] of knownFields(name)) {
        const of = schemas.get(name)?.properties?.[field];
        const inner = of?.items ?? of;
        const isObject = inner?.$ref !== undefined || inner?.type === 'object';
        const wanted = isObject ? (kind === 'open' ? 'open' : (inner.$ref ?? 'ListFormatJob')) : 'scalar';
        expect([name, field, kind]).toEqual([name, field, wanted]);
      }
    }
  });
});
