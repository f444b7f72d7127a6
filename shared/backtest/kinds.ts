import { clientOf } from '../jobs/client.ts';
import type { Job } from '../jobs/job.ts';

/** A kind of work for which limits are proposed of its own: who does it, and what becomes of a job over its limit. */
export interface Kind {
  readonly name: string;
  /** What the kind is called in a sentence. */
  readonly words: string;
  /** The match that holds for its jobs and for no other kind's, as it is written in a policy. */
  readonly match: string;
  /** Somebody looks at a query of a person or a dashboard, and can start it again; a pipeline that is cut short is damage. */
  readonly action: 'cancel' | 'warn';
}

const clients = {
  dashboards: ['looker', 'looker-studio', 'connected-sheets'],
  dbt: ['dbt'],
  scheduled: ['scheduled-query', 'data-transfer'],
} as const;

const listed = (names: readonly string[]) => `[${names.join(', ')}]`;
const others = `unless: { client: ${listed(Object.values(clients).flat())} }`;

/** Every kind, in the order in which they are proposed. */
export const kinds: readonly Kind[] = [
  {
    name: 'people',
    words: "people's own queries",
    match: `{ principalKind: person, statementType: SELECT, ${others} }`,
    action: 'cancel',
  },
  {
    name: 'dashboards',
    words: 'queries of dashboards',
    match: `{ client: ${listed(clients.dashboards)}, statementType: SELECT }`,
    action: 'cancel',
  },
  { name: 'dbt', words: 'queries of dbt', match: `{ client: ${listed(clients.dbt)}, jobType: query }`, action: 'warn' },
  {
    name: 'scheduled',
    words: 'scheduled queries',
    match: `{ client: ${listed(clients.scheduled)}, jobType: query }`,
    action: 'warn',
  },
  {
    name: 'services',
    words: 'other queries of service accounts',
    match: `{ principalKind: serviceAccount, jobType: query, ${others} }`,
    action: 'warn',
  },
];

function nameOf(job: Job): string | undefined {
  const { name } = clientOf(job);
  if (name === undefined) return undefined;
  const found = Object.entries(clients).find(([, names]) => names.some((one) => one === name));
  if (found !== undefined) return found[0];
  if (job.principalKind === 'person') return 'people';
  return job.principalKind === 'serviceAccount' ? 'services' : undefined;
}

/** The kind whose match holds for a job; undefined for none, and where that cannot be told. */
export function kindOf(job: Job): Kind | undefined {
  const name = job.jobType === 'query' ? nameOf(job) : undefined;
  const kind = kinds.find((one) => one.name === name);
  return kind?.action === 'cancel' && job.statementType !== 'SELECT' ? undefined : kind;
}
