import type { Job } from '../jobs/job.ts';
import type { End } from '../jobs/verdict.ts';
import type { NoticeJob } from './notice.ts';

// Names that a shell takes as they are. Others are possible (nothing checks a job id but BigQuery): no command then.
const isPlain = (text: string) => /^[A-Za-z0-9][\w.:-]{0,1023}$/.test(text);

/**
 * Commands of bq that show a job, and run the statement of a cancelled SELECT once more; undefined where there are none.
 * The statement is fetched by the command: a message never holds it as a whole.
 */
export function commandsFor(job: Job, did: End): NoticeJob['commands'] {
  const { project, location, id } = job;
  if (job.engine !== 'bigquery' || location === undefined || ![project, location, id].every(isPlain)) return undefined;
  if (id.length + project.length > 500) return undefined;
  const name = `--project_id=${project} --location=${location}`;
  const see = `bq ${name} show --format=prettyjson -j ${id}`;
  if (did !== 'cancelled' || job.jobType !== 'query' || job.statementType !== 'SELECT') return { see };
  const statement = `"$(bq ${name} show --format=json -j ${id} | jq -r .configuration.query.query)"`;
  return { see, repeat: `bq ${name} query --nouse_legacy_sql ${statement}` };
}
