/** Whose jobs the view shows. */
export const scopes = ['project', 'folder', 'organization'] as const;
export type Scope = (typeof scopes)[number];

/** What is asked of BigQuery. */
export interface Asked {
  readonly project: string;
  readonly days: number;
  readonly scope: Scope;
  readonly location: string;
  readonly maxBytes: number;
  readonly isDry: boolean;
}

/** Whether a word names a scope. */
export function isScope(word: string): word is Scope {
  return scopes.some((scope) => scope === word);
}

/** Columns that all three views have; folder and organization have no text of statements, so nobody asks for it. */
const columns = [
  'creation_time',
  'start_time',
  'end_time',
  'project_id',
  'job_id',
  'job_type',
  'statement_type',
  'priority',
  'state',
  'user_email',
  'principal_subject',
  'reservation_id',
  'edition',
  'labels',
  'parent_job_id',
  'total_bytes_processed',
  'total_slot_ms',
  'error_result',
  'destination_table',
  'continuous',
  'query_info',
];

/**
 * The query for the jobs of the last `@days` days: one column with each row as JSON text, which keeps every number exact.
 * Views and columns: BigQuery's reference of INFORMATION_SCHEMA.JOBS; its rows are partitioned by creation time.
 */
export function historySql({ project, scope, location }: Pick<Asked, 'project' | 'scope' | 'location'>): string {
  const view = `\`${project}\`.\`region-${location.toLowerCase()}\`.INFORMATION_SCHEMA.JOBS_BY_${scope.toUpperCase()}`;
  return [
    'SELECT TO_JSON_STRING(jobs) AS row',
    `FROM (SELECT ${columns.join(', ')}`,
    `  FROM ${view}`,
    '  WHERE creation_time >= TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL @days DAY)',
    "    AND state = 'DONE') AS jobs",
  ].join('\n');
}
