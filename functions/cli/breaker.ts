import type { Problem } from '../../shared/jobs/problem.ts';
import { usage } from './arguments.ts';
import { cannotRun } from './asked.ts';
import { closeBreaker, closeForFleet, type Closed } from './breaker-close.ts';
import { closedLines, standingData, standingLines } from './breaker-lines.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { reasonOf, userOf } from './said-by.ts';
import { fleetIn, ledgerIn, noLedger, stateOf, wholeLedgerIn } from './state-place.ts';

const help = `Usage: jobwarden breaker close --reason TEXT [--state PLACE] [--by NAME]
       jobwarden breaker status [--state PLACE]

The breaker holds every cancel of a sweep back when more are planned than breaker.maxCancels or breaker.maxShare of the
policy allow. It closes by itself with the first sweep that plans fewer.

close lets the next sweep that would open it through, once: its cancels are carried out within the budgets, and all else
that holds a cancel back holds. If no sweep needs it within an hour, it lapses. The reason stands in the event
breaker.closed. status says whether it is open, and since when.

Options:
  --reason TEXT    why so many cancels are right
  --state PLACE    where watch keeps its state: gs://BUCKET, gs://BUCKET/PREFIX or a directory; default JOBWARDEN_STATE,
                   else .jobwarden/state
  --by NAME        who says so; default the user of this machine

Exit code 0 when it is closed, now or already; 1 when status finds it open; 2 when nothing could be done.

Examples:
  jobwarden breaker status --state gs://our-state
  jobwarden breaker close --reason "the backfill of 11:00 is known to be wrong" --state gs://our-state`;

const verbs = ['close', 'status'] as const;
type Verb = (typeof verbs)[number];

function verbOf({ files }: Given): { readonly verb: Verb } | Problem {
  const [word, ...more] = files;
  const verb = verbs.find((one) => one === word);
  if (verb !== undefined && more.length === 0) return { verb };
  const says =
    verb === undefined ? `It is not said what to do with the breaker.` : `"${more[0]}" is one word too many.`;
  return usage('unexpected-file', says, 'Write jobwarden breaker close, or jobwarden breaker status.');
}

async function status(state: string, outside: Outside): Promise<Report> {
  const document = await wholeLedgerIn(state, outside);
  if (document === undefined) return cannotRun([noLedger(state)]);
  const nowMs = outside.now();
  const data = standingData(document, nowMs);
  return { status: data.open ? 'findings' : 'fine', problems: [], text: standingLines(document, nowMs), data };
}

const written: Problem = {
  code: 'ledger-busy',
  severity: 'error',
  where: 'ledger',
  says: 'The ledger was written by others each time: the breaker was not closed.',
  try: 'Try again.',
};

function closedReport(closed: Closed, state: string, nowMs: number): Report {
  if (closed.how === 'no-ledger') return cannotRun([noLedger(state)]);
  if (closed.how === 'busy') return cannotRun([{ ...written, where: state }]);
  const data = standingData(closed.document, nowMs);
  return { status: 'fine', problems: [], text: closedLines(closed, nowMs), data };
}

async function close(given: Given, state: string, outside: Outside): Promise<Report> {
  const reason = reasonOf(given);
  const by = userOf(given, outside);
  if (!('reason' in reason) || !('name' in by)) {
    return cannotRun([reason, by].flatMap((one) => ('code' in one ? [one] : [])));
  }
  const nowMs = outside.now();
  const order = { atMs: nowMs, ...reason, ...(by.name !== undefined && { by: by.name }) };
  const closed = await closeBreaker(ledgerIn(state, outside), order);
  const fleet = closed.how === 'closed' ? await fleetIn(state, outside) : undefined;
  const isForAll = fleet === undefined || (await closeForFleet(fleet, order));
  return closedReport(isForAll ? closed : { how: 'busy' }, state, nowMs);
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const verb = verbOf(given);
  const state = stateOf(given, outside);
  if (!('verb' in verb) || !('state' in state)) {
    return cannotRun([verb, state].flatMap((one) => ('code' in one ? [one] : [])));
  }
  return verb.verb === 'close' ? close(given, state.state, outside) : status(state.state, outside);
}

/** `jobwarden breaker`: says whether the breaker is open, and closes it by hand. */
export const breaker: Command = {
  name: 'breaker',
  summary: 'say whether the breaker is open, and let the next sweep through',
  help,
  options: { reason: { type: 'string' }, state: { type: 'string' }, by: { type: 'string' } },
  run,
};
