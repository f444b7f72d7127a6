import { readOrder } from '../../shared/ledger/stop.ts';
import type { Problem } from '../../shared/jobs/problem.ts';
import { cannotRun } from './asked.ts';
import type { Command, Given, Outside, Report } from './command.ts';
import { formerWords } from './stop.ts';
import { stopPlaceOf, type StopPlace } from './stop-place.ts';

const help = `Usage: jobwarden resume [--policy FILE | --policy gs://BUCKET/policy.yaml]

Ends what jobwarden stop has ordered: removes the switch STOP beside the policy. Cancels are carried out again from the
next sweep on, as far as the policy and the deployment allow it. A deployment whose setting JOBWARDEN_STOP is set stays
stopped by that.

Options:
  --policy PLACE   the policy as watch reads it, a file or an object; default JOBWARDEN_POLICY

Exit code 0 when nothing is stopped by the switch any more, 1 when somebody set it again meanwhile, 2 when it could not be
done.

Examples:
  jobwarden resume --policy gs://our-policies/policy.yaml`;

function setAgain({ where }: StopPlace): Problem {
  const says = 'Somebody has set the switch again just now, and it stands.';
  return { code: 'stopped-again', severity: 'error', where, says, try: 'Ask who did; resume once more ends that one.' };
}

async function run(given: Given, outside: Outside): Promise<Report> {
  const found = stopPlaceOf(given, outside);
  if ('problems' in found) return cannotRun(found.problems);
  const place = found.value;
  const before = await place.read();
  const data = {
    where: place.where,
    stopped: null,
    before: before === undefined ? null : (readOrder(before.text) ?? {}),
  };
  if (before === undefined) {
    return {
      status: 'fine',
      problems: [],
      text: [`Nothing is stopped: there is no ${place.where} beside ${place.policy}.`],
      data,
    };
  }
  const isGone = (await place.remove(before)) || (await place.read()) === undefined;
  if (!isGone) {
    return { status: 'findings', problems: [setAgain(place)], text: [], data: { where: place.where } };
  }
  const text = [
    [{ text: 'Nothing is stopped any more', as: 'good' } as const, `: ${place.where} is gone.`],
    `It was stopped ${formerWords(before, outside.now())}.`,
    'Cancels are carried out again from the next sweep on, as far as the policy and JOBWARDEN_MODE allow it.',
  ];
  return { status: 'fine', problems: [], text, data };
}

/** `jobwarden resume`: ends what `jobwarden stop` has ordered. */
export const resume: Command = {
  name: 'resume',
  summary: 'end what stop has ordered',
  help,
  options: { policy: { type: 'string' } },
  run,
};
