import type { Job } from './job.ts';

/**
 * The client that submitted a job. `name` undefined: unknown, because the labels are; `null`: none that is known.
 * `possible` are clients that only the statement would show, while it was not fetched. `hints` say more about the
 * person or the run (`invocation`, `dag`, `user` …); they are what the client wrote, so nothing may be trusted to them.
 */
export interface Client {
  readonly name: string | null | undefined;
  readonly possible: readonly string[];
  readonly hints: Readonly<Record<string, string>>;
}

interface Marks {
  readonly labels: Readonly<Record<string, string>>;
  readonly id: string;
  readonly principal: string;
}

interface KnownClient {
  readonly name: string;
  readonly shows: (marks: Marks) => boolean;
  /** Label key → the word for it in `hints`. */
  readonly tells?: Readonly<Record<string, string>>;
}

const longestHint = 128;
const transferRun = { dts_config_id: 'config', dts_run_id: 'run', data_source_id: 'source' };

/**
 * Earlier entries win. Sources: BigQuery's documentation (Connected Sheets, Looker Studio, the MCP server, the agents
 * of Data Transfer and Dataform), Looker's (job labels), the source of dbt's BigQuery adapter, of Airflow's Google
 * provider, of the Agent Development Kit and of `bq`, and public job listings (scheduled queries, Dataform's ids).
 * Client libraries are missing because their job ids are bare UUIDs, as dbt's are.
 */
const known: readonly KnownClient[] = [
  {
    name: 'scheduled-query',
    shows: ({ labels, id }) => labels['data_source_id'] === 'scheduled_query' || id.startsWith('scheduled_query_'),
    tells: transferRun,
  },
  {
    name: 'data-transfer',
    shows: ({ labels, principal }) =>
      has(labels, 'data_source_id', 'dts_config_id', 'dts_run_id') || isAgent(principal, 'bigquerydatatransfer'),
    tells: transferRun,
  },
  {
    name: 'looker-studio',
    shows: ({ labels }) =>
      labels['requestor'] === 'looker_studio' || has(labels, 'looker_studio_report_id', 'looker_studio_datasource_id'),
    tells: { looker_studio_report_id: 'report', looker_studio_datasource_id: 'datasource' },
  },
  {
    name: 'looker',
    shows: ({ labels }) => Object.keys(labels).some((key) => key.startsWith('looker-context-')),
    tells: {
      'looker-context-user_id': 'user',
      'looker-context-history_slug': 'history',
      'looker-context-history_id': 'history',
      'looker-context-instance_slug': 'instance',
    },
  },
  {
    name: 'connected-sheets',
    shows: ({ labels, id }) => id.startsWith('sheets_dataconnector') || has(labels, 'sheets_trigger'),
    tells: { sheets_trigger: 'trigger' },
  },
  {
    name: 'dataform',
    shows: ({ labels, id, principal }) =>
      has(labels, 'dataform_repository_id', 'dataform_workflow_execution_id') ||
      id.startsWith('dataform-') ||
      isAgent(principal, 'dataform'),
    tells: {
      dataform_repository_id: 'repository',
      dataform_workflow_execution_id: 'execution',
      dataform_workflow_execution_action_id_schema: 'schema',
      dataform_workflow_execution_action_id_name: 'action',
    },
  },
  {
    name: 'dbt',
    shows: ({ labels }) => has(labels, 'dbt_invocation_id'),
    tells: { dbt_invocation_id: 'invocation', node_id: 'node', profile_name: 'profile', target_name: 'target' },
  },
  {
    name: 'airflow',
    // The id is airflow_{dag}_{task}_{date}_{md5}; where the DAG ends in it cannot be told.
    shows: ({ labels, id }) => has(labels, 'airflow-dag', 'airflow-task') || /^airflow_.+_[0-9a-f]{32}$/.test(id),
    tells: { 'airflow-dag': 'dag', 'airflow-task': 'task' },
  },
  { name: 'cdap', shows: ({ labels }) => labels['job_source'] === 'cdap' },
  {
    name: 'adk',
    shows: ({ labels }) => has(labels, 'adk-bigquery-tool'),
    tells: { 'adk-bigquery-tool': 'tool', 'adk-bigquery-application-name': 'application' },
  },
  { name: 'mcp', shows: ({ labels }) => labels['goog-mcp-server'] === 'true' },
  { name: 'bq', shows: ({ id }) => /^bqjob_(r[0-9a-f]{8,16}_[0-9a-f]{16}|c[0-9a-f]{40})(_\d+)?$/.test(id) },
  { name: 'console', shows: ({ id }) => /^bquxjob_[0-9a-f]+_[0-9a-f]+$/.test(id) },
];

/** Found by the statement alone. */
const byStatement = 'metabase';

/** Every client that can be told from a BigQuery job. */
export const clientNames: readonly string[] = [...known.map(({ name }) => name), byStatement];

/** Says which client submitted a BigQuery job, from its labels, id and principal, and its statement if that is known. */
export function clientOf(job: Job): Client {
  if (job.engine !== 'bigquery') return { name: undefined, possible: [], hints: {} };
  const marks = { labels: job.labels ?? {}, id: job.id, principal: job.principal ?? '' };
  const found = known.find((client) => client.shows(marks));
  if (found !== undefined) return { name: found.name, possible: [], hints: hintsOf(found, marks) };
  const metabase = metabaseRemark(job.queryText);
  if (metabase !== undefined) return { name: byStatement, possible: [], hints: metabase };
  const unread = job.queryText === undefined && (job.jobType === undefined || job.jobType === 'query');
  return { name: job.labels === undefined ? undefined : null, possible: unread ? [byStatement] : [], hints: {} };
}

function has(labels: Marks['labels'], ...keys: readonly string[]): boolean {
  return keys.some((key) => labels[key] !== undefined);
}

function isAgent(principal: string, service: string): boolean {
  return principal.startsWith('service-') && principal.endsWith(`@gcp-sa-${service}.iam.gserviceaccount.com`);
}

function hintsOf(client: KnownClient, { labels, id }: Marks): Record<string, string> {
  const hints: Record<string, string> = {};
  if (id.startsWith('sheets_dataconnector_scheduled_')) hints['trigger'] = 'schedule';
  for (const [key, word] of Object.entries(client.tells ?? {})) {
    const value = labels[key];
    if (value !== undefined && value !== '') hints[word] ??= value.slice(0, longestHint);
  }
  return hints;
}

/** Metabase begins every statement with `-- Metabase:: userID: 1 queryType: native queryHash: …` (its source). */
function metabaseRemark(statement: string | undefined): Record<string, string> | undefined {
  const [, remark] = /^\s*-- Metabase::([^\n]{0,300})/.exec(statement ?? '') ?? [];
  if (remark === undefined) return undefined;
  const [, user] = /\buserID: (\d{1,20})\b/.exec(remark) ?? [];
  const [, type] = /\bqueryType: (\w{1,20})\b/.exec(remark) ?? [];
  return { ...(user === undefined ? {} : { user }), ...(type === undefined ? {} : { queryType: type }) };
}
