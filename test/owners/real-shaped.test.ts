import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readJob } from '../../shared/engines/bigquery/record.ts';
import { clientOf } from '../../shared/jobs/client.ts';
import type { Job } from '../../shared/jobs/job.ts';
import { behindWords } from '../../shared/notices/client-words.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import { aJob, aPolicy } from '../make.ts';

// Synthetic: no such company, team, person or project exists. Ids, labels and principals have the shapes of real ones.

const policy = aPolicy({
  operators: { slack: '#ops' },
  groups: { nightly: ['nightly-*@prod.iam.gserviceaccount.com'] },
  owners: {
    labels: ['owner', 'team'],
    lookups: {
      'looker-context-user_id': 'looker-users.csv',
      'airflow-dag': 'dags.csv',
      dataform_repository_id: 'repositories.csv',
      dts_config_id: 'transfers.csv',
      profile_name: 'dbt-profiles.csv',
      looker_studio_report_id: 'reports.csv',
    },
    principals: {
      'etl@prod.iam.gserviceaccount.com': 'data-platform',
      '/dbt-(prod|ci)@.*/': 'analytics-engineering',
      '@nightly': 'data-platform',
    },
    domains: ['example.com'],
    projects: { 'finance-*': 'finance-systems' },
    teams: {
      'data-platform': { slack: '#data-platform' },
      'analytics-engineering': { slack: '#analytics' },
      'finance-systems': { email: 'finance-systems@example.com' },
      marketing: { slack: '#marketing' },
    },
    fallback: { slack: '#data-cost' },
  },
});
const lookups = {
  'looker-context-user_id': { 17: 'kim@example.com', 18: 'marketing' },
  'airflow-dag': { daily_orders: 'data-platform', partner_feed: 'feeds@partner.example.net' },
  dataform_repository_id: { 'sales-models': 'analytics-engineering' },
  dts_config_id: { '65f0c5-0000-2a3b': 'ana@example.com' },
  profile_name: { marketing_marts: 'marketing' },
  looker_studio_report_id: { '1f2e3d4c': 'marketing' },
};

const svc = (name: string) => ({
  principal: `${name}@prod.iam.gserviceaccount.com`,
  principalKind: 'serviceAccount' as const,
});
const agent = (service: string) => ({
  principal: `service-123456789012@gcp-sa-${service}.iam.gserviceaccount.com`,
  principalKind: 'serviceAccount' as const,
});
const looker = { ...svc('looker'), id: 'job_aaaa1111' };
const airflowId = 'airflow_daily_orders_load_2026_03_11T00_00_00_00_00_0123456789abcdef0123456789abcdef';

/** Who ran it through what → who answers for it, by which step, and what is said where the person behind is not known. */
const table: readonly (readonly [string, Partial<Job>, string | null | undefined, string, RegExp, RegExp?])[] = [
  [
    'a query in the console',
    { id: 'bquxjob_4c28c9a7_16958c2791d' },
    'console',
    'sam@example.com',
    /^domain example\.com$/,
  ],
  ['a query by bq', { id: 'bqjob_r3a1b2c3d4e5f_0000018e1a2b3c4d_1' }, 'bq', 'sam@example.com', /^domain/],
  ['a person with a team label', { labels: { team: 'marketing' } }, null, 'marketing', /^label team$/],
  [
    'a person whose label names nobody',
    { labels: { owner: 'sam' } },
    null,
    'sam@example.com',
    /^domain example\.com \(label owner is "sam"/,
  ],
  ['a person of another company', { principal: 'ext@partner.example.net' }, null, 'fallback', /^fallback$/],
  [
    'a person of another company in a finance project',
    { principal: 'ext@partner.example.net', project: 'finance-prod' },
    null,
    'finance-systems',
    /^project pattern finance-\*$/,
  ],
  ['a subdomain that is not allowed', { principal: 'sam@sub.example.com' }, null, 'fallback', /^fallback$/],
  [
    'a library with a bare UUID',
    { ...svc('app'), id: '9b2f0a1e-1111-4222-8333-444455556666' },
    null,
    'fallback',
    /^fallback$/,
  ],
  ['the ETL account', { ...svc('etl') }, null, 'data-platform', /^principal pattern etl@/],
  ['a member of a group of accounts', { ...svc('nightly-7') }, null, 'data-platform', /^principal pattern @nightly$/],
  [
    'Looker for a user in the lookup',
    { ...looker, labels: { 'looker-context-user_id': '17', 'looker-context-history_slug': 'ab12' } },
    'looker',
    'kim@example.com',
    /^lookup of looker-context-user_id in looker-users\.csv$/,
  ],
  [
    'Looker for a user who stands for a team',
    { ...looker, labels: { 'looker-context-user_id': '18' } },
    'looker',
    'marketing',
    /^lookup of looker-context-user_id/,
  ],
  [
    'Looker for a user whom no lookup knows',
    { ...looker, labels: { 'looker-context-user_id': '99' } },
    'looker',
    'fallback',
    /^fallback \(looker-context-user_id "99" is not in looker-users\.csv\)$/,
    /^Looker ran it for its user 99; the policy has no lookup/,
  ],
  [
    'Looker on a schedule, with no user',
    { ...looker, labels: { 'looker-context-instance_slug': 'x1' } },
    'looker',
    'fallback',
    /^fallback$/,
    /^Looker ran it; the job does not say for whom\.$/,
  ],
  [
    'Looker Studio with the credentials of a person',
    { labels: { requestor: 'looker_studio', looker_studio_report_id: '9999' } },
    'looker-studio',
    'sam@example.com',
    /^domain .*looker_studio_report_id "9999" is not in reports\.csv/,
  ],
  [
    'Looker Studio with an account, a report in the lookup',
    { ...svc('reports'), labels: { requestor: 'looker_studio', looker_studio_report_id: '1f2e3d4c' } },
    'looker-studio',
    'marketing',
    /^lookup of looker_studio_report_id/,
  ],
  [
    'Looker Studio with an account',
    { ...svc('reports'), labels: { requestor: 'looker_studio' } },
    'looker-studio',
    'fallback',
    /^fallback$/,
    /^Looker Studio ran it; the job does not say for whom/,
  ],
  [
    'Connected Sheets by a person',
    { id: 'sheets_dataconnector_1a2b', labels: { sheets_trigger: 'user' } },
    'connected-sheets',
    'sam@example.com',
    /^domain/,
  ],
  [
    'Connected Sheets on its schedule',
    { id: 'sheets_dataconnector_scheduled_1a2b' },
    'connected-sheets',
    'sam@example.com',
    /^domain/,
  ],
  [
    'a scheduled query of a person',
    { id: 'scheduled_query_65f0c5-0000-2a3b', labels: { data_source_id: 'scheduled_query' } },
    'scheduled-query',
    'sam@example.com',
    /^domain/,
  ],
  [
    'a scheduled query of an account, its config in the lookup',
    {
      ...svc('sched'),
      id: 'scheduled_query_65f0c5',
      labels: { data_source_id: 'scheduled_query', dts_config_id: '65f0c5-0000-2a3b' },
    },
    'scheduled-query',
    'ana@example.com',
    /^lookup of dts_config_id/,
  ],
  [
    'a scheduled query of an account',
    { ...svc('sched'), id: 'scheduled_query_77', labels: { data_source_id: 'scheduled_query' } },
    'scheduled-query',
    'fallback',
    /^fallback$/,
    /^A scheduled query ran it/,
  ],
  [
    'a transfer by its agent',
    { ...agent('bigquerydatatransfer'), labels: { dts_run_id: '1' } },
    'data-transfer',
    'fallback',
    /^fallback$/,
    /^The Data Transfer Service ran it/,
  ],
  [
    'dbt by its account',
    { ...svc('dbt-prod'), labels: { dbt_invocation_id: '1e2f-33' } },
    'dbt',
    'analytics-engineering',
    /^principal pattern \/dbt-/,
  ],
  [
    'dbt whose profile is in the lookup',
    { ...svc('dbt-prod'), labels: { dbt_invocation_id: '1', profile_name: 'marketing_marts' } },
    'dbt',
    'marketing',
    /^lookup of profile_name/,
  ],
  [
    'dbt on a laptop',
    { labels: { dbt_invocation_id: '1e2f-33', target_name: 'dev' } },
    'dbt',
    'sam@example.com',
    /^domain/,
  ],
  [
    'dbt with a team label of the model',
    { ...svc('dbt-ci'), labels: { dbt_invocation_id: '1', team: 'marketing' } },
    'dbt',
    'marketing',
    /^label team$/,
  ],
  [
    'Airflow whose DAG is in the lookup',
    { ...svc('airflow'), labels: { 'airflow-dag': 'daily_orders', 'airflow-task': 'load' } },
    'airflow',
    'data-platform',
    /^lookup of airflow-dag in dags\.csv$/,
  ],
  [
    'Airflow whose DAG belongs to a partner',
    { ...svc('airflow'), labels: { 'airflow-dag': 'partner_feed' } },
    'airflow',
    'feeds@partner.example.net',
    /^lookup of airflow-dag/,
  ],
  [
    'Airflow whose DAG names its owner by a label',
    { ...svc('airflow'), labels: { 'airflow-dag': 'daily_orders', owner: 'marketing' } },
    'airflow',
    'marketing',
    /^label owner$/,
  ],
  [
    'Airflow by its job id alone',
    { ...svc('airflow'), id: airflowId },
    'airflow',
    'fallback',
    /^fallback$/,
    /^Airflow ran it; the job does not say for whom/,
  ],
  [
    'Airflow in a finance project',
    { ...svc('airflow'), id: airflowId, project: 'finance-prod' },
    'airflow',
    'finance-systems',
    /^project pattern/,
  ],
  [
    'Dataform whose repository is in the lookup',
    { ...agent('dataform'), id: 'dataform-aa', labels: { dataform_repository_id: 'sales-models' } },
    'dataform',
    'analytics-engineering',
    /^lookup of dataform_repository_id/,
  ],
  ['Dataform by its agent alone', { ...agent('dataform') }, 'dataform', 'fallback', /^fallback$/, /^Dataform ran it/],
  [
    'Metabase for its user',
    { ...svc('bi'), queryText: '-- Metabase:: userID: 4 queryType: native queryHash: ab\nSELECT 1' },
    'metabase',
    'fallback',
    /^fallback$/,
    /^Metabase ran it for its user 4;/,
  ],
  ['an agent through MCP, as a person', { labels: { 'goog-mcp-server': 'true' } }, 'mcp', 'sam@example.com', /^domain/],
  [
    'an agent of the kit, as an account',
    { ...svc('agent'), labels: { 'adk-bigquery-tool': 'execute_sql' } },
    'adk',
    'fallback',
    /^fallback$/,
    /^An agent ran it/,
  ],
  [
    'Data Fusion',
    { ...svc('cdap'), labels: { job_source: 'cdap' } },
    'cdap',
    'fallback',
    /^fallback$/,
    /^Data Fusion ran it/,
  ],
  [
    'an identity of another cloud',
    {
      principal: 'principal://iam.googleapis.com/locations/global/workforcePools/p/subject/sam@example.com',
      principalKind: 'external',
    },
    null,
    'fallback',
    /^fallback$/,
  ],
  [
    'nobody that is known',
    { principal: undefined, principalKind: undefined },
    null,
    'fallback',
    /^fallback \(the principal is unknown\)$/,
  ],
  [
    'labels that were hidden',
    { ...svc('etl'), labels: undefined },
    undefined,
    'data-platform',
    /^principal pattern etl@.* \(the labels are unknown\)$/,
  ],
  [
    'a label with a web address',
    { ...svc('app'), labels: { owner: 'https://hooks.example.com/x' } },
    null,
    'fallback',
    /^fallback \(label owner is "https:/,
  ],
  [
    'a label with somebody elsewhere',
    { ...svc('app'), labels: { owner: 'sam@evil.example.net' } },
    null,
    'fallback',
    /^fallback \(label owner/,
  ],
  [
    'a label with an address of ours',
    { ...svc('app'), labels: { owner: 'ana@example.com' } },
    null,
    'ana@example.com',
    /^label owner$/,
  ],
];

describe(`owners of ${table.length} jobs of real shape`, () => {
  const rows = table.map(([title, fields, client, name, foundBy, behind]) => ({
    title,
    fields,
    client,
    name,
    foundBy,
    behind,
  }));

  test.each(rows)('$title', ({ fields, client, name, foundBy, behind }) => {
    const job = aJob({ queryText: 'SELECT 1', ...fields });
    expect(clientOf(job).name).toBe(client);
    const owner = ownerOf(job, policy, lookups);
    expect(owner.name).toBe(name);
    expect(owner.foundBy).toMatch(foundBy);
    if (behind === undefined) expect(behindWords(job, owner)).toBeUndefined();
    else expect(behindWords(job, owner)).toMatch(behind);
  });

  test('are at least forty', () => {
    expect(table.length).toBeGreaterThanOrEqual(40);
  });
});

const folder = resolve(import.meta.dirname, '../../../shared/fixtures/bigquery');
const isHere = existsSync(folder);
if (!isHere && process.env['CI'] === 'true') throw new Error('../shared/fixtures/bigquery is missing');

/** The first job of a recorded answer; what was recorded is read as the engine reads it. */
function recorded(file: string): Job {
  const answer: { readonly jobs?: readonly unknown[] } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  const read = readJob(answer.jobs?.[0] ?? answer, {
    target: 'bigquery:recorded',
    project: 'recorded',
    withText: true,
  });
  if ('unreadable' in read) throw new Error(read.unreadable);
  return read.job;
}

const title = isHere ? 'recorded jobs' : 'recorded jobs (not run: ../shared/fixtures/bigquery is not here)';
describe.skipIf(!isHere)(title, () => {
  test.each([
    ['01-insert-running-query.json', null, 'fallback', /^fallback/],
    ['02-insert-query-with-params.json', null, 'fallback', /^fallback/],
    ['03-insert-running-create-model.json', null, 'fallback', /^fallback/],
    ['07-get-done-copy.json', 'console', 'fallback', /^fallback$/],
    ['08-list-allusers-minimal.json', 'console', 'fallback', /the labels are unknown; the principal is unknown/],
    ['14-docs-bq-show-failed-extract.json', null, 'user@example.com', /^domain example\.com$/],
    ['15-book-insert-running-2013.json', null, 'fallback', /the principal is unknown/],
    [
      '16-issue-list-minimal-done-error.json',
      undefined,
      'fallback',
      /the labels are unknown; the principal is unknown/,
    ],
  ] as const)('%s', (file, client, name, foundBy) => {
    const job = recorded(file);
    expect(clientOf(job).name).toBe(client);
    const owner = ownerOf(job, policy, lookups);
    expect(owner.name).toBe(name);
    expect(owner.foundBy).toMatch(foundBy);
  });
});
