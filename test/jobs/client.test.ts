import { expect, it } from 'vitest';
import { clientNames, clientOf } from '../../shared/jobs/client.ts';
import type { Job } from '../../shared/jobs/job.ts';

// Synthetic jobs in the shape of real ones: no such project, person, dashboard or run exists.
const uuid = '3c1f6e02-5a5b-4a6e-9d31-0f2f0c7e1a55';

function aQuery(over: Partial<Job> = {}): Job {
  return {
    engine: 'bigquery',
    target: 'bigquery:analytics-prod',
    project: 'analytics-prod',
    location: 'EU',
    id: uuid,
    state: 'running',
    redacted: false,
    principal: 'sam@example.com',
    jobType: 'query',
    labels: {},
    ...over,
  };
}

const recognised: readonly [string, Partial<Job>, string, Record<string, string>][] = [
  [
    'a scheduled query by its label',
    { labels: { data_source_id: 'scheduled_query', dts_config_id: '6a97a20e', dts_run_id: '6b01' } },
    'scheduled-query',
    { config: '6a97a20e', run: '6b01', source: 'scheduled_query' },
  ],
  ['a scheduled query by its id alone', { id: `scheduled_query_${uuid}` }, 'scheduled-query', {}],
  [
    'a scheduled query although its labels are unknown',
    { id: `scheduled_query_${uuid}`, labels: undefined },
    'scheduled-query',
    {},
  ],
  [
    'a transfer by its data source',
    { labels: { data_source_id: 'google_ads' } },
    'data-transfer',
    { source: 'google_ads' },
  ],
  ['a transfer by its run', { jobType: 'load', labels: { dts_run_id: '6b02' } }, 'data-transfer', { run: '6b02' }],
  [
    'a transfer by its agent',
    { principal: 'service-123456789012@gcp-sa-bigquerydatatransfer.iam.gserviceaccount.com' },
    'data-transfer',
    {},
  ],
  [
    'Looker with its user',
    {
      labels: {
        'looker-context-user_id': '17',
        'looker-context-history_slug': 'b1946ac9',
        'looker-context-instance_slug': '8f14e45f',
      },
    },
    'looker',
    { user: '17', history: 'b1946ac9', instance: '8f14e45f' },
  ],
  ['an older Looker', { labels: { 'looker-context-history_id': '4711' } }, 'looker', { history: '4711' }],
  ['Looker by a context label of its own', { labels: { 'looker-context-dashboard': '9' } }, 'looker', {}],
  [
    'Looker Studio with its report',
    { labels: { requestor: 'looker_studio', looker_studio_report_id: uuid, looker_studio_datasource_id: 'ds-1' } },
    'looker-studio',
    { report: uuid, datasource: 'ds-1' },
  ],
  ['Looker Studio by the requestor alone', { labels: { requestor: 'looker_studio' } }, 'looker-studio', {}],
  [
    'Looker Studio by the data source',
    { labels: { looker_studio_datasource_id: 'ds-2' } },
    'looker-studio',
    { datasource: 'ds-2' },
  ],
  [
    'a sheet that a person refreshed',
    { id: `sheets_dataconnector_${uuid}`, labels: { sheets_trigger: 'user' } },
    'connected-sheets',
    { trigger: 'user' },
  ],
  ['a sheet by its id alone', { id: `sheets_dataconnector_${uuid}` }, 'connected-sheets', {}],
  [
    'a sheet by its label alone',
    { labels: { sheets_trigger: 'schedule' } },
    'connected-sheets',
    { trigger: 'schedule' },
  ],
  [
    'a scheduled sheet by its id',
    { id: `sheets_dataconnector_scheduled_${uuid}`, labels: undefined },
    'connected-sheets',
    { trigger: 'schedule' },
  ],
  ['dbt with its invocation', { labels: { dbt_invocation_id: uuid } }, 'dbt', { invocation: uuid }],
  [
    'dbt that puts its comment into labels',
    {
      labels: {
        app: 'dbt',
        dbt_version: '1_10_0',
        profile_name: 'warehouse',
        target_name: 'prod',
        node_id: 'model-shop-orders',
        dbt_invocation_id: uuid,
      },
    },
    'dbt',
    { invocation: uuid, node: 'model-shop-orders', profile: 'warehouse', target: 'prod' },
  ],
  [
    'Airflow with its DAG and task',
    { labels: { 'airflow-dag': 'daily_orders', 'airflow-task': 'load' } },
    'airflow',
    { dag: 'daily_orders', task: 'load' },
  ],
  [
    'Airflow with a DAG whose task name was too long',
    { labels: { 'airflow-dag': 'daily_orders' } },
    'airflow',
    { dag: 'daily_orders' },
  ],
  [
    'Airflow by its id',
    { id: `airflow_daily_orders_load_2026_11_22T00_00_00_00_00_${'0af'.repeat(10)}12` },
    'airflow',
    {},
  ],
  [
    'Dataform with its action',
    {
      id: `dataform-gcp-${uuid}`,
      labels: {
        dataform_repository_id: 'warehouse',
        dataform_workflow_execution_id: '1732270000-ab',
        dataform_workflow_execution_action_id_database: 'analytics-prod',
        dataform_workflow_execution_action_id_schema: 'mart',
        dataform_workflow_execution_action_id_name: 'orders',
      },
    },
    'dataform',
    { repository: 'warehouse', execution: '1732270000-ab', schema: 'mart', action: 'orders' },
  ],
  ['Dataform by its id', { id: `dataform-gcp-${uuid}` }, 'dataform', {}],
  [
    'Dataform by its agent',
    { principal: 'service-123456789012@gcp-sa-dataform.iam.gserviceaccount.com' },
    'dataform',
    {},
  ],
  ['the MCP server', { labels: { 'goog-mcp-server': 'true' } }, 'mcp', {}],
  [
    'an agent of the Agent Development Kit',
    { labels: { 'adk-bigquery-tool': 'execute_sql', 'adk-bigquery-application-name': 'helpdesk' } },
    'adk',
    { tool: 'execute_sql', application: 'helpdesk' },
  ],
  ['a CDAP pipeline', { labels: { job_source: 'cdap' } }, 'cdap', {}],
  ['bq', { id: 'bqjob_r4c5a1f7e2b3d6a90_00000193a1b2c3d4_1' }, 'bq', {}],
  ['bq with a short random part', { id: 'bqjob_r206193b2_00000193a1b2c3d4_1' }, 'bq', {}],
  ['bq with a fingerprint', { id: `bqjob_c${'0123456789'.repeat(4)}_1` }, 'bq', {}],
  ['the console', { id: 'bquxjob_5ca2b63f_182cc1a93f8' }, 'console', {}],
  [
    'Metabase by its remark',
    { queryText: '-- Metabase:: userID: 42 queryType: native queryHash: 9863b8284f26\nSELECT 1' },
    'metabase',
    { user: '42', queryType: 'native' },
  ],
  [
    'Metabase although labels are unknown',
    { labels: undefined, queryText: '-- Metabase:: userID: 7 queryType: MBQL\nSELECT 1' },
    'metabase',
    { user: '7', queryType: 'MBQL' },
  ],
  ['Metabase without any detail', { queryText: '-- Metabase::\nSELECT 1' }, 'metabase', {}],
  [
    'a scheduled query before the agent that runs it',
    {
      labels: { data_source_id: 'scheduled_query' },
      principal: 'service-1@gcp-sa-bigquerydatatransfer.iam.gserviceaccount.com',
    },
    'scheduled-query',
    { source: 'scheduled_query' },
  ],
  [
    'dbt although a library chose the id of bq',
    { id: 'bqjob_r4c5a1f7e2b3d6a90_00000193a1b2c3d4_1', labels: { dbt_invocation_id: uuid } },
    'dbt',
    { invocation: uuid },
  ],
];

it.each(recognised)('recognises %s', (_what, over, name, hints) => {
  expect(clientOf(aQuery(over))).toEqual({ name, possible: [], hints });
});

it('names every client that it can recognise, and none twice', () => {
  const names = new Set(recognised.map(([, , name]) => name));
  expect(clientNames.toSorted()).toEqual([...names].toSorted());
});

const unrecognised: readonly [string, Partial<Job>][] = [
  ['a library with a bare UUID', {}],
  ['an id chosen by the server', { id: 'job_AbCdEf0123456789AbCdEf012345' }],
  ['labels of a team', { labels: { team: 'finance', env: 'prod' } }],
  ['a label that only contains a client', { labels: { my_dbt_invocation_id: 'x', 'not-looker-context-user_id': '1' } }],
  ['a requestor that is somebody else', { labels: { requestor: 'looker_studio_pro_fan' } }],
  ['the MCP label switched off', { labels: { 'goog-mcp-server': 'false' } }],
  ['an id that begins like the one of bq', { id: 'bqjob_report_of_sam' }],
  ['an id that begins like the one of the console', { id: 'bquxjob_sam' }],
  ['an id that begins like the one of Airflow', { id: 'airflow_backfill' }],
  ['an agent of another service', { principal: 'service-1@gcp-sa-pubsub.iam.gserviceaccount.com' }],
  ['a person who called himself an agent', { principal: 'service-1@gcp-sa-dataform.example.com' }],
  ['labels with the names of things every object has', { labels: { constructor: 'x', tostring: 'y' } }],
];

it.each(unrecognised)('recognises nobody from %s, but says who else it may be', (_what, over) => {
  expect(clientOf(aQuery(over))).toEqual({ name: null, possible: ['metabase'], hints: {} });
});

it.each(unrecognised)('recognises nobody from %s once the statement is known', (_what, over) => {
  expect(clientOf(aQuery({ ...over, queryText: 'SELECT 1' }))).toEqual({ name: null, possible: [], hints: {} });
});

it('does not take a remark inside a statement for the one at its beginning', () => {
  const queryText = 'SELECT 1 -- Metabase:: userID: 1\n-- Metabase:: userID: 2';
  expect(clientOf(aQuery({ queryText })).name).toBeNull();
});

it('leaves the client of a job with unknown labels unknown', () => {
  expect(clientOf(aQuery({ labels: undefined }))).toEqual({ name: undefined, possible: ['metabase'], hints: {} });
  expect(clientOf(aQuery({ labels: undefined, redacted: true, jobType: undefined })).name).toBeUndefined();
});

it('does not suspect Metabase of a job that has no statement', () => {
  expect(clientOf(aQuery({ jobType: 'load' }))).toEqual({ name: null, possible: [], hints: {} });
});

it('says nothing of the jobs of other engines', () => {
  expect(clientOf(aQuery({ engine: 'data-fusion', labels: { job_source: 'cdap' } }))).toEqual({
    name: undefined,
    possible: [],
    hints: {},
  });
});

it('keeps hints short, whatever a label holds', () => {
  const { hints } = clientOf(aQuery({ labels: { dbt_invocation_id: 'x'.repeat(10_000), node_id: '' } }));
  expect(hints).toEqual({ invocation: 'x'.repeat(128) });
});

it('copes with ten thousand labels', () => {
  const labels = Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`label_${at}`, 'x']));
  expect(clientOf(aQuery({ labels })).name).toBeNull();
});
