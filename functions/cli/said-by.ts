import type { Problem } from '../../shared/jobs/problem.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Given, Outside } from './command.ts';

const longestReason = 500;
const longestName = 200;

/** Why somebody orders something, as one line without a full stop at its end. */
export function reasonOf(given: Given): { readonly reason: string } | Problem {
  const reason = (optionOf(given, 'reason') ?? '').replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  if (reason === '') {
    return usage('missing-option', 'It is not said why.', 'Write --reason "…": whoever is on call will read it.');
  }
  if (reason.length <= longestReason) return { reason };
  const says = `The reason has ${reason.length} characters, more than ${longestReason}.`;
  return usage('too-long', says, 'Write a shorter one, and a link to the rest.');
}

/** Who orders it: `--by`, or the user of this machine; undefined where neither is known. */
export function userOf(given: Given, { env }: Outside): { readonly name: string | undefined } | Problem {
  const found = [optionOf(given, 'by'), env['USER'], env['LOGNAME'], env['USERNAME']].map((name) => name?.trim());
  const name = found.find((one) => one !== undefined && one !== '');
  if (name === undefined || name.length <= longestName) return { name };
  return usage('too-long', `The name has ${name.length} characters, more than ${longestName}.`, 'Write --by NAME.');
}
