import { clientOf } from '../jobs/client.ts';
import type { Job } from '../jobs/job.ts';
import type { Owner } from '../jobs/owner.ts';
import type { End } from '../jobs/verdict.ts';
import { oneLine } from './text.ts';

type Hints = Readonly<Record<string, string>>;

interface ClientWords {
  /** As people call it. */
  readonly name: string;
  /** Whether each of its jobs is some person's, who is not the one that answers for the account it runs as. */
  readonly isForPeople?: true;
  /** Who may start the job again, as a sentence; a client whose jobs a person starts by hand has none. */
  readonly again?: (hints: Hints) => string;
}

const word = (text: string | undefined) => (text === undefined ? undefined : oneLine(text, 63));

function named(pairs: readonly (readonly [what: string, text: string | undefined])[]): string {
  const known = pairs.flatMap(([what, text]) => (text === undefined ? [] : [`${what} ${word(text)}`]));
  return known.length === 0 ? '' : ` (${known.join(', ')})`;
}

const airflow = ({ dag, task }: Hints) =>
  dag === undefined
    ? 'Airflow may run it again; the job does not say which DAG it belongs to.'
    : `Airflow may run it again: DAG ${word(dag)}${task === undefined ? '' : `, task ${word(task)}`}.`;

const dbt = ({ invocation, node, target }: Hints) =>
  `dbt may run it again${named([
    ['invocation', invocation],
    ['node', node],
    ['target', target],
  ])}.`;

const sheets = ({ trigger }: Hints) =>
  trigger === 'schedule'
    ? 'The connected sheet is refreshed again on its schedule.'
    : 'It runs again when somebody refreshes the sheet.';

const dashboard = 'It runs again when somebody opens or refreshes the dashboard.';

const clients: Readonly<Record<string, ClientWords>> = {
  'scheduled-query': {
    name: 'A scheduled query',
    again: ({ config }) => `The scheduled query${named([['config', config]])} runs again at its next time.`,
  },
  'data-transfer': {
    name: 'The Data Transfer Service',
    again: ({ config }) => `The transfer${named([['config', config]])} runs again at its next time.`,
  },
  'looker-studio': { name: 'Looker Studio', isForPeople: true, again: () => dashboard },
  looker: { name: 'Looker', isForPeople: true, again: () => dashboard },
  'connected-sheets': { name: 'Connected Sheets', isForPeople: true, again: sheets },
  dataform: {
    name: 'Dataform',
    again: ({ action }) => `Dataform may run it again${named([['action', action]])}.`,
  },
  dbt: { name: 'dbt', again: dbt },
  airflow: { name: 'Airflow', again: airflow },
  cdap: { name: 'Data Fusion', again: () => 'The pipeline may run it again.' },
  adk: { name: 'An agent', isForPeople: true },
  mcp: { name: 'An agent (MCP)', isForPeople: true },
  metabase: { name: 'Metabase', isForPeople: true, again: () => dashboard },
};

/** A client as people call it within a sentence: `the BigQuery console`, `dbt`, `a scheduled query`. */
export function throughWords(client: string): string {
  if (client === 'console') return 'the BigQuery console';
  const name = Object.hasOwn(clients, client) ? clients[client]?.name : undefined;
  return name === undefined ? client : name.replace(/^(An?|The) /, (article) => article.toLowerCase());
}

/** Who may start the job again, as a sentence; undefined where that is not known, or nothing ended. */
export function againWords(job: Job, did: End): string | undefined {
  if (did !== 'cancelled' && did !== 'warned' && did !== 'unconfirmed') return undefined;
  const { name, hints } = clientOf(job);
  return name === undefined || name === null ? undefined : clients[name]?.again?.(hints);
}

/** That a tool ran the job for somebody who is not known; undefined where a person did, or the owner is one. */
export function behindWords(job: Job, owner: Owner | undefined): string | undefined {
  // A lookup is the policy's own word on for whom it was.
  if (owner?.kind === 'person' || owner?.foundBy.startsWith('lookup of ') === true) return undefined;
  if (job.principalKind === 'person') return undefined;
  const { name, hints } = clientOf(job);
  const client = name === undefined || name === null ? undefined : clients[name];
  // A team that answers for a pipeline is who it ran for; one that answers for a tool's account is not.
  if (client === undefined || (owner?.kind === 'team' && client.isForPeople !== true)) return undefined;
  const { user } = hints;
  if (user === undefined) return `${client.name} ran it; the job does not say for whom.`;
  return `${client.name} ran it for its user ${word(user)}; the policy has no lookup that says who that is.`;
}
