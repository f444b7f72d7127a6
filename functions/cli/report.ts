import { costsOf } from '../../shared/evaluate/cost.ts';
import { parseDuration } from '../../shared/jobs/duration.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { gathering, type Gathering } from '../../shared/report/gathering.ts';
import { reportOf } from '../../shared/report/report.ts';
import { thresholds } from '../../shared/report/thresholds.ts';
import { usage } from './arguments.ts';
import { cannotRun, optionOf } from './asked.ts';
import type { Command, Given, Line, Outside, Report } from './command.ts';
import { parseMoment } from './moments.ts';
import type { Read } from './policy-file.ts';
import { policyIn, policyPlaceOf } from './policy-place.ts';
import { reportLines, reportMarkdown } from './report-lines.ts';
import { readTable, tableAsked } from './report-query.ts';
import { eventReader, readEventFiles, type EventReader } from './report-read.ts';
import { readState, type StateRead } from './report-state.ts';

const percent = (share: number) => `${Math.round(share * 100)} %`;

const help = `Usage: jobwarden report --since TIME (--events FILE... | --table TABLE) [--state PLACE] [--policy PLACE]

Says what was really observed and done in a period, from the audit events: the table of backtest, but of what happened. Per
rule the jobs over its limit, its cancels and how they ended, the cancels that were only observed and how those jobs ended
by themselves, false alarms, what was held back and why, who was hit, and what the jobs went on to use; then whether the
rule is ready to be enforced, or what speaks against it. --format markdown is a notice for a month, for a message or a mail.

Events may come in any order, and more than once: each counts once. With --policy it names the rules that no job was over,
and exemptions that kept nothing or end soon; with --state also what people have marked (jobwarden mark), what became of
the messages, and the cases that are open.

Options:
  --since TIME     30d, or a moment such as 2026-11-01T00:00Z
  --events FILE    events as JSON: exported from the view all_events or its table, pulled from the subscription, or as they
                   were published; log lines sweep.completed count as well (- is standard input); several files may
                   follow. They are read as a stream
  --table TABLE    PROJECT.DATASET.all_events, the view of infra/gcp: it is queried, and the cost is said first
  --location NAME  where the view is; BigQuery finds it if this is left out
  --max-bytes SIZE the query is not run when it would read more; default 100 GiB
  --dry-run        only say what the query would read and cost
  --state PLACE    where watch keeps its state: gs://BUCKET, gs://BUCKET/PREFIX or a directory; default JOBWARDEN_STATE
  --policy PLACE   the policy as watch reads it, a file or an object; default JOBWARDEN_POLICY

A rule is called ready to enforce with at least ${thresholds.fewestJobs} jobs that it would have cancelled and whose end is known, at most ${percent(thresholds.mostFalseShare)} of them
false alarms, at most ${percent(thresholds.mostUnjudgedShare)} of its jobs not judged, at most ${percent(thresholds.mostUndeliverableShare)} of its messages undeliverable, the breaker never open
for it, and no exemption that keeps its jobs and ends within ${thresholds.expiringDays} days.

Exit code 0 when it could be said, 2 when the events, the state or the policy could not be read.

Examples:
  jobwarden report --since 30d --table ops.jobwarden_audit.all_events --state gs://our-state --policy policy.yaml
  jobwarden report --since 30d --events events.ndjson --format markdown`;

const longestMs = 400 * 86_400_000;

function sinceOf(given: Given, { now }: Outside): { readonly ms: number } | Problem {
  const written = optionOf(given, 'since');
  if (written === undefined)
    return usage('missing-option', 'It is not said since when.', 'Write --since 30d, or --since 2026-11-01T00:00Z.');
  const lengthMs = parseDuration(written);
  const ms = lengthMs === undefined ? parseMoment(written, 'UTC') : now() - lengthMs;
  if (ms !== undefined && ms < now() && now() - ms <= longestMs) return { ms };
  const says = ms === undefined ? `"${written}" is no time.` : `${written} is not within the last 400 days.`;
  return usage('bad-time', says, 'Write --since 30d, or --since 2026-11-01T00:00Z.');
}

async function policyOf(given: Given, outside: Outside): Promise<Read<Policy | undefined>> {
  if (optionOf(given, 'policy') === undefined && !outside.env['JOBWARDEN_POLICY']) return { value: undefined };
  const place = policyPlaceOf(given, outside);
  if ('problems' in place) return place;
  const { where } = place.value;
  const missing: Problem = {
    code: 'no-policy',
    severity: 'error',
    where,
    says: `There is no policy at ${where}.`,
    try: 'Name it as JOBWARDEN_POLICY of watch does, or leave --policy out.',
  };
  try {
    const text = await place.value.text();
    return text === undefined ? { problems: [missing] } : policyIn(text, place.value, outside);
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    return { problems: [{ ...missing, code: 'file-unreadable', says }] };
  }
}

interface Sources {
  readonly files: readonly string[];
  readonly table: string | undefined;
}

function sourcesOf(given: Given): Sources | Problem {
  const named = given.values['events'];
  const files = [...(Array.isArray(named) ? named.map(String) : []), ...given.files];
  const table = optionOf(given, 'table');
  if (files.length > 0 || table !== undefined) return { files, table };
  const cure = 'Add --events FILE, or --table PROJECT.DATASET.all_events.';
  return usage('no-events', 'It is not said where the events are.', cure);
}

interface About {
  readonly given: Given;
  readonly outside: Outside;
  readonly sinceMs: number;
  readonly policy: Policy | undefined;
}

async function readSources(
  { files, table }: Sources,
  reader: EventReader,
  { given, outside, sinceMs, policy }: About,
): Promise<Read<readonly Line[]>> {
  const asked = table === undefined ? undefined : tableAsked(given, table, outside.now() - sinceMs);
  if (asked !== undefined && 'problems' in asked) return asked;
  try {
    await readEventFiles(files, reader, outside);
  } catch (error) {
    const says = error instanceof Error ? error.message : String(error);
    const cure = 'Correct the path, or make the file readable.';
    return { problems: [{ code: 'file-unreadable', severity: 'error', where: 'events', says, try: cure }] };
  }
  if (asked === undefined) return { value: [] };
  const { openClient } = await import('./backtest-query.ts');
  const { progress } = outside;
  return readTable(asked.value, { client: openClient(asked.value.project), reader, policy, progress });
}

const noEvents = usage(
  'no-events',
  'There is no event of the period in what was read.',
  'Give events of that time, or an earlier --since.',
);

interface Gathered {
  readonly gathering: Gathering;
  readonly reader: EventReader;
  readonly state: StateRead | undefined;
  readonly told: readonly Line[];
}

function reported({ gathering: all, reader, state, told }: Gathered, { outside, sinceMs, policy }: About): Report {
  // What waits to be published has happened as well.
  for (const event of state?.ledger.outbox ?? []) all.note(event);
  const gathered = all.gathered();
  const { counts, problems } = reader.read();
  const found = [...problems, ...(state?.problems ?? [])];
  if (gathered.firstMs === undefined) return cannotRun([...found, noEvents]);
  const prices = policy?.prices ?? { onDemandPerTiB: {}, slotHour: {}, reservations: {} };
  const answer = reportOf(gathered, {
    sinceMs,
    nowMs: outside.now(),
    policy,
    costs: costsOf(prices),
    ledger: state?.ledger,
    receipts: state?.receipts,
    marks: state?.marks,
  });
  return {
    status: 'fine',
    problems: found,
    text: [...told, ...reportLines(answer)],
    data: { report: answer, counts },
    markdown: reportMarkdown(answer),
  };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const since = sinceOf(given, outside);
  const sources = sourcesOf(given);
  if ('code' in since || 'code' in sources)
    return cannotRun([since, sources].flatMap((one) => ('code' in one ? [one] : [])));
  const policy = await policyOf(given, outside);
  if ('problems' in policy) return cannotRun(policy.problems);
  const about: About = { given, outside, sinceMs: since.ms, policy: policy.value };
  const all = gathering(since.ms);
  const reader = eventReader(all);
  const told = await readSources(sources, reader, about);
  if ('problems' in told) return cannotRun(told.problems);
  if (given.values['dry-run'] === true && sources.table !== undefined)
    return { status: 'fine', problems: [], text: told.value, data: { told: told.value } };
  const state = await readState(given, since.ms, outside);
  if ('problems' in state) return cannotRun(state.problems);
  return reported({ gathering: all, reader, state: state.value, told: told.value }, about);
}

/** `jobwarden report`: what was observed and done in a period. */
export const report: Command = {
  name: 'report',
  summary: 'say what was observed and done in a month, and which rules are ready to enforce',
  help,
  options: {
    since: { type: 'string' },
    events: { type: 'string', multiple: true },
    table: { type: 'string' },
    location: { type: 'string' },
    'max-bytes': { type: 'string' },
    'dry-run': { type: 'boolean' },
    state: { type: 'string' },
    policy: { type: 'string' },
  },
  run,
};
