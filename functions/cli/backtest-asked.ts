import type { PastJob } from '../../shared/history/past-job.ts';
import { parseBytes } from '../../shared/jobs/bytes.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import { readHistories, type HistoryRead } from './backtest-history.ts';
import type { Line, Given, Outside } from './command.ts';
import type { Read } from './policy-file.ts';
import { isScope, scopes, type Asked } from './backtest-sql.ts';

/** The options that name a history, for the commands that read one. */
export const historyOptions = {
  history: { type: 'string', multiple: true },
  project: { type: 'string' },
  days: { type: 'string' },
  location: { type: 'string' },
  scope: { type: 'string' },
  'max-bytes': { type: 'string' },
  'dry-run': { type: 'boolean' },
} as const;

/** How these options are explained in help. */
export const historyHelp = `  --history FILE   rows of INFORMATION_SCHEMA.JOBS, exported as a JSON array or with one JSON object on each line
                   (- is standard input); several files may follow. They are read as a stream
  --location NAME  where the jobs of the files ran, for their prices, or the location to ask: EU, us-east1 ...
  --project NAME   ask BigQuery: run a query in this project on the view of its location
  --days N         how many days to ask for, 180 at most
  --scope SCOPE    whose jobs: project (default), folder or organization
  --max-bytes SIZE the query is not run when it would read more; default 100 GiB
  --dry-run        only say what the query would read and cost`;

const defaultMaxBytes = 100 * 1024 ** 3;

/** A history that was read, with what is to be said of how it was come by. */
export interface PastRead extends HistoryRead {
  readonly told: readonly Line[];
}

function filesOf({ values, files }: Given): readonly string[] {
  const named = values['history'];
  return [...(Array.isArray(named) ? named.map(String) : []), ...files];
}

function askedOf(given: Given): Asked | { readonly problems: readonly Problem[] } {
  const project = optionOf(given, 'project') ?? '';
  const days = Number(optionOf(given, 'days'));
  const scope = optionOf(given, 'scope') ?? 'project';
  const location = optionOf(given, 'location');
  const maxBytes =
    given.values['max-bytes'] === undefined ? defaultMaxBytes : parseBytes(optionOf(given, 'max-bytes') ?? '');
  const problems: Problem[] = [];
  if (!/^[a-z][a-z0-9.:-]*$/.test(project))
    problems.push(usage('bad-project', `"${project}" is no project id.`, 'Write --project analytics-prod.'));
  if (!Number.isInteger(days) || days < 1 || days > 180)
    problems.push(usage('bad-days', 'The number of days is missing or not from 1 to 180.', 'Write --days 30.'));
  if (!isScope(scope))
    problems.push(usage('unknown-value', `"${scope}" is not a scope.`, `Write one of ${scopes.join(', ')}.`));
  if (location === undefined || !/^[A-Za-z0-9-]+$/.test(location))
    problems.push(
      usage(
        'no-location',
        'The view is asked in one location, and none is named.',
        'Write --location EU, or the location of the jobs.',
      ),
    );
  if (maxBytes === undefined)
    problems.push(usage('bad-size', '--max-bytes is not a size.', 'Write --max-bytes "10 GiB".'));
  if (problems.length > 0 || !isScope(scope) || location === undefined || maxBytes === undefined) return { problems };
  return { project, days, scope, location, maxBytes, isDry: given.values['dry-run'] === true };
}

/** Reads the jobs of the past from where the options say, and gives each one on. */
export async function readPast(
  given: Given,
  { outside, policy }: { readonly outside: Outside; readonly policy: Policy | undefined },
  onJob: (past: PastJob) => void,
): Promise<Read<PastRead>> {
  const files = filesOf(given);
  const isAsked = optionOf(given, 'project') !== undefined;
  if (isAsked === files.length > 0) {
    const says = isAsked ? 'Both a file and a project are named.' : 'No history is named.';
    return {
      problems: [usage('no-history', says, 'Add --history FILE, or --project PROJECT --days N --location NAME.')],
    };
  }
  if (!isAsked) {
    return {
      value: { ...(await readHistories(files, { outside, location: optionOf(given, 'location') }, onJob)), told: [] },
    };
  }
  const asked = askedOf(given);
  if ('problems' in asked) return asked;
  const { askBigQuery, openClient } = await import('./backtest-query.ts');
  return askBigQuery(asked, { client: openClient(asked.project), policy, progress: outside.progress }, onJob);
}
