import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../shared/jobs/problem.ts';
import { objectLedger } from '../../shared/ledger/ledger-store.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { settingsTable } from '../settings-table.ts';
import { usage } from './arguments.ts';
import { optionOf } from './asked.ts';
import type { Given, Outside } from './command.ts';

/** The place of the state that `--state` names, or JOBWARDEN_STATE, or the default. */
export function stateOf(given: Given, { env }: Outside): { readonly state: string } | Problem {
  const { schema, otherwise, write } = settingsTable.JOBWARDEN_STATE;
  const option = optionOf(given, 'state');
  const state = option ?? (env['JOBWARDEN_STATE'] || otherwise);
  if (schema.safeParse(state).success) return { state };
  const from = option === undefined ? 'JOBWARDEN_STATE' : '--state';
  return usage('bad-place', `"${state}" is no place of state (${from}).`, `Write ${write}.`);
}

/** The ledger in a place. */
export function ledgerIn(state: string, outside: Outside): Ledger {
  const { now } = outside;
  return objectLedger(outside.objects(state), { now, wait: async (ms) => sleep(ms) });
}

/** That there is no ledger in a place. */
export function noLedger(state: string): Problem {
  const says = `There is no ledger in ${state}: no sweep has kept its state there.`;
  const cure = 'Name the place as JOBWARDEN_STATE of watch does, with --state.';
  return { code: 'no-ledger', severity: 'error', where: state, says, try: cure };
}
