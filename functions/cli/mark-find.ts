import { AccessError, askGoogle } from '../../shared/access/ask.ts';
import { rowsOf } from '../../shared/access/query.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { jobName } from '../../shared/jobs/job.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { gathering } from '../../shared/report/gathering.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Given, Outside } from './command.ts';
import { parseJobName } from './live.ts';
import type { Read } from './policy-file.ts';
import { eventReader, readEventFiles } from './report-read.ts';

/** A case, by its id and the name of its job. */
export interface Named {
  readonly case: string;
  readonly job: string;
}

/** Whether a case is meant: by its id, an id of its events, or the name of its job as far as that goes. */
function isMeant(wanted: string, { case: story, job }: Named): boolean {
  if (wanted === story || wanted.startsWith(`${story}.`) || wanted === job) return true;
  const meant = parseJobName(wanted);
  const [, project, location = '', id] = /^[a-z-]+:(.*?):([A-Za-z0-9-]+)\.(.*)$/.exec(job) ?? [];
  return (
    id === meant.id &&
    (meant.project === undefined || meant.project === project) &&
    (meant.location === undefined || meant.location.toLowerCase() === location.toLowerCase())
  );
}

function inLedger({ cases }: LedgerDocument): readonly Named[] {
  return Object.values(cases).map((one) => ({ case: one.id, job: jobName(one.job) }));
}

async function inFile(file: string, outside: Outside): Promise<Read<readonly Named[]>> {
  const all = gathering(0);
  try {
    await readEventFiles([file], eventReader(all), outside);
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const cure = 'Correct the path, or make the file readable.';
    return { problems: [{ code: 'file-unreadable', severity: 'error', where: 'events', says, try: cure }] };
  }
  return { value: [...all.gathered().stories].map(([id, { name }]) => ({ case: id, job: name })) };
}

/** Cases of the view all_events whose id or job may be meant; which of them are is decided here. */
async function inTable(table: string, wanted: string, outside: Outside): Promise<Read<readonly Named[]>> {
  const [, project] = /^([\w.:-]+?)\.\w+\.\w+$/.exec(table) ?? [];
  if (project === undefined) {
    return { problems: [usage('bad-table', `"${table}" is no view.`, 'Write --table PROJECT.DATASET.all_events.')] };
  }
  const ask = askGoogle({ endpoint: outside.env['GOOGLE_APIS_EMULATOR_HOST'] || undefined });
  const isIt = 'job_case = @story OR ENDS_WITH(subject, @id)';
  const sql = `SELECT DISTINCT job_case, subject FROM \`${table}\` WHERE job_case IS NOT NULL AND (${isIt}) LIMIT 100`;
  const parameters = { story: wanted.slice(0, 20), id: `.${parseJobName(wanted).id}` };
  try {
    const rows = await rowsOf(ask, { project, sql, parameters });
    return { value: rows.map(([story = '', job = '']) => ({ case: story, job })) };
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    const cure = 'Look at the name of the view, and whether you may query it.';
    return {
      problems: [{ code: 'table-failed', severity: 'error', where: 'table', says: `${error.message}.`, try: cure }],
    };
  }
}

function noCase(wanted: string, given: Given): Problem {
  const isLooked = optionOf(given, 'events') !== undefined || optionOf(given, 'table') !== undefined;
  const says = `No case of ${wanted} is known: neither the ledger${isLooked ? ' nor the events' : ''} has a job of that name.`;
  const cure = isLooked
    ? 'Write the job as its message names it: PROJECT:LOCATION.ID.'
    : 'The ledger keeps a case for 14 days. For an older one add --events FILE, or --table PROJECT.DATASET.all_events.';
  return { code: 'job-not-found', severity: 'error', where: 'JOB', says, try: cure };
}

/** The one case that is meant, in the ledger and in the events that are named; or why there is not one. */
export async function findCase(
  wanted: string,
  ledger: LedgerDocument,
  { given, outside }: { readonly given: Given; readonly outside: Outside },
): Promise<Read<Named>> {
  const file = optionOf(given, 'events');
  const table = optionOf(given, 'table');
  const places: Read<readonly Named[]>[] = [{ value: inLedger(ledger) }];
  if (file !== undefined) places.push(await inFile(file, outside));
  if (table !== undefined) places.push(await inTable(table, wanted, outside));
  const found = new Map<string, Named>();
  for (const place of places) {
    if ('problems' in place) return place;
    for (const one of place.value) if (isMeant(wanted, one)) found.set(one.case, one);
  }
  const [only] = found.values();
  if (only === undefined) return { problems: [noCase(wanted, given)] };
  if (found.size === 1) return { value: only };
  const names = [...found.values()].slice(0, 5).map(({ case: story, job }) => `${story} (${job})`);
  const says = `${found.size} cases are of jobs called ${wanted}.`;
  const problem = { code: 'ambiguous-job', severity: 'error' as const, where: 'JOB', says };
  return { problems: [{ ...problem, try: `Name one of the cases: ${names.join(', ')}.` }] };
}
