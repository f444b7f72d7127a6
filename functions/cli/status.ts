import { usage } from './arguments.ts';
import { cannotRun } from './asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { policyPlaceOf } from './policy-place.ts';
import { noLedger, stateOf, wholeLedgerIn } from './state-place.ts';
import { lineOf, partsOf, problemOf } from './status-lines.ts';
import { standingOf, stoppedNow } from './status-look.ts';

const help = `Usage: jobwarden status [--policy PLACE] [--state PLACE]

Says in five lines whether all is well: the sweeps, the policy, what stops cancels, the open cases with the oldest job over
a limit, and the events that are not published. It reads the policy, the stop switch and the ledger, with shards all of
theirs, and changes nothing.

Options:
  --policy PLACE   the policy as watch reads it, a file or an object; default JOBWARDEN_POLICY
  --state PLACE    where watch keeps its state: gs://BUCKET, gs://BUCKET/PREFIX or a directory; default JOBWARDEN_STATE,
                   else .jobwarden/state

Exit code 0 when all is well, 1 when something is not, 2 when the ledger could not be read.

Examples:
  jobwarden status --policy gs://our-policies/policy.yaml --state gs://our-state`;

async function run(given: Given, outside: Outside): Promise<Report> {
  const place = policyPlaceOf(given, outside);
  const state = stateOf(given, outside);
  const extra = given.files.map((word) => usage('unexpected-file', `"${word}" is one word too many.`, 'Leave it out.'));
  if ('problems' in place || 'code' in state || extra.length > 0) {
    return cannotRun([...('problems' in place ? place.problems : []), ...('code' in state ? [state] : []), ...extra]);
  }
  const ledger = await wholeLedgerIn(state.state, outside);
  if (ledger === undefined) return cannotRun([noLedger(state.state)]);
  const [standing, stopped] = await Promise.all([standingOf(place.value, outside), stoppedNow(place.value, outside)]);
  const parts = partsOf({ nowMs: outside.now(), ledger, standing, stopped });
  const problems = parts.flatMap(problemOf);
  return {
    status: problems.length === 0 ? 'fine' : 'findings',
    problems,
    text: parts.map(lineOf),
    data: {
      well: problems.length === 0,
      ...Object.fromEntries(parts.map(({ about, says, unwell }) => [about, { well: unwell === undefined, says }])),
    },
  };
}

/** `jobwarden status`: whether all is well, in five lines. */
export const status: Command = {
  name: 'status',
  summary: 'say in five lines whether all is well',
  help,
  options: { policy: { type: 'string' }, state: { type: 'string' } },
  run,
};
