import { askGoogle } from '../../shared/access/ask.ts';
import { rowsOf } from '../../shared/access/query.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { attemptsUsed } from '../../shared/ledger/case.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import { usage } from './arguments.ts';
import { cannotRun, optionOf } from './asked.ts';
import type { Given, Outside, Report } from './command.ts';
import { readText, type Read } from './policy-file.ts';
import { policyPlaceOf, type PolicyPlace } from './policy-place.ts';
import { stateOf, wholeLedgerIn } from './state-place.ts';
import { standingOf } from './status-look.ts';
import { stepIn, stepsIn, storyOf, type Step } from './story-events.ts';
import { storyLines, type Story } from './story-lines.ts';

interface Found {
  readonly steps: readonly Step[];
  readonly ledger: LedgerDocument | undefined;
  readonly problems: readonly Problem[];
}

const nothing: Found = { steps: [], ledger: undefined, problems: [] };

async function fromFile(file: string, outside: Outside): Promise<Read<Found>> {
  const text = await readText(file, outside);
  if ('problems' in text) return text;
  const { steps, others } = stepsIn(text.value);
  if (others === 0) return { value: { ...nothing, steps } };
  const says = `${others} lines of ${file} are no events about a job; they are left out.`;
  const cure = 'That is fine for events of the sweep as a whole.';
  return {
    value: {
      ...nothing,
      steps,
      problems: [{ code: 'lines-left-out', severity: 'note', where: 'events', file, says, try: cure }],
    },
  };
}

/** The columns of the view all_events of infra/gcp that make an event. */
const columns =
  'id, type, FORMAT_TIMESTAMP("%FT%TZ", time), subject, sweep, job_case, CAST(sequence AS STRING), TO_JSON_STRING(data)';

async function fromTable(table: string, id: string, outside: Outside): Promise<Read<Found>> {
  const [, project] = /^([\w.:-]+?)\.\w+\.\w+$/.exec(table) ?? [];
  if (project === undefined) {
    return { problems: [usage('bad-table', `"${table}" is no view.`, 'Write --table PROJECT.DATASET.all_events.')] };
  }
  const ask = askGoogle({ endpoint: outside.env['GOOGLE_APIS_EMULATOR_HOST'] || undefined });
  const story = `SELECT job_case FROM \`${table}\` WHERE id = @id OR job_case = @id`;
  const sql = `SELECT ${columns} FROM \`${table}\` WHERE job_case IN (${story})`;
  const rows = await rowsOf(ask, { project, sql, parameters: { id } });
  const steps = rows.map(([eventId, type, time, , sweep, job_case, sequence, data]) =>
    stepIn({ id: eventId, type, time, sweep, job_case, sequence, data }),
  );
  return { value: { ...nothing, steps: steps.filter((one) => one !== undefined) } };
}

async function fromLedger(given: Given, outside: Outside): Promise<Read<Found>> {
  const state = stateOf(given, outside);
  if ('code' in state) return { problems: [state] };
  const document = await wholeLedgerIn(state.state, outside);
  const steps = (document?.outbox ?? []).map(stepIn).filter((one) => one !== undefined);
  return { value: { ...nothing, steps, ledger: document } };
}

const isStateKnown = (given: Given, { env }: Outside) =>
  optionOf(given, 'state') !== undefined || (env['JOBWARDEN_STATE'] ?? '') !== '';

/** Everything that the places which were named know. */
async function gather(given: Given, id: string, outside: Outside): Promise<Read<Found>> {
  const file = optionOf(given, 'events');
  const table = optionOf(given, 'table');
  const looks: Promise<Read<Found>>[] = [];
  if (file !== undefined) looks.push(fromFile(file, outside));
  if (table !== undefined) looks.push(fromTable(table, id, outside));
  if (isStateKnown(given, outside) || looks.length === 0) looks.push(fromLedger(given, outside));
  const found: Found[] = [];
  for (const read of await Promise.all(looks)) {
    if ('problems' in read) return read;
    found.push(read.value);
  }
  return {
    value: {
      steps: found.flatMap(({ steps }) => steps),
      ledger: found.find(({ ledger }) => ledger !== undefined)?.ledger,
      problems: found.flatMap(({ problems }) => problems),
    },
  };
}

/** The policies of those steps; today's is one of them where nothing was edited since. */
async function policiesOf(
  steps: readonly Step[],
  place: PolicyPlace,
  outside: Outside,
): Promise<Pick<Story, 'policies' | 'today'>> {
  const standing = await standingOf(place, outside);
  const today = standing.kind === 'valid' ? standing.policy : undefined;
  const policies = new Map<string, Policy | undefined>();
  for (const sha256 of new Set(steps.map(({ data }) => data.policy.sha256))) {
    const isNow = standing.kind === 'valid' && standing.sha256 === sha256;
    policies.set(sha256, isNow ? today : await place.recall(sha256));
  }
  return { policies, today };
}

function unknown(id: string, found: Found): Report {
  const known = found.ledger?.cases[id.split('.')[0] ?? ''];
  const held =
    known === undefined ? '' : ` The ledger has its case (${known.state}, rule ${known.rule}), and no event of it.`;
  const says = `There is no event ${id}, and no case of that name, in what was looked at.${held}`;
  const cure = 'Add --events FILE with exported events, or --table PROJECT.DATASET.all_events.';
  return cannotRun([{ code: 'event-not-found', severity: 'error', where: 'event', says, try: cure }]);
}

function dataOf({ steps, known, policies, today }: Story) {
  const [first] = steps;
  return {
    case: first?.case,
    job: first?.data.job.name,
    steps: steps.map(({ id, type, time, sequence, data }) => ({ id, type, time, sequence, ...data })),
    ledger: known === undefined ? null : { state: known.state, attempts: attemptsUsed(known), told: known.told },
    policies: Object.fromEntries(
      [...policies].map(([sha256, policy]) => [
        sha256,
        policy === undefined ? 'not kept' : policy === today ? 'today' : 'earlier',
      ]),
    ),
  };
}

/** Tells the story of a job that is gone, from its events: the one of this id, and all others of its case. */
export async function explainEvent(given: Given, id: string, outside: Outside): Promise<Report> {
  const place = policyPlaceOf(given, outside);
  if ('problems' in place) return cannotRun(place.problems);
  const found = await gather(given, id, outside);
  if ('problems' in found) return cannotRun(found.problems);
  const steps = storyOf(found.value.steps, id);
  const [first] = steps;
  if (first === undefined) return unknown(id, found.value);
  const known = found.value.ledger?.cases[first.case];
  const story: Story = { steps, known, ...(await policiesOf(steps, place.value, outside)) };
  return { status: 'fine', problems: found.value.problems, text: storyLines(story), data: dataOf(story) };
}
