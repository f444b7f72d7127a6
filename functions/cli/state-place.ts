import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../shared/jobs/problem.ts';
import type { LedgerDocument } from '../../shared/ledger/document.ts';
import { fleetStore, type FleetStore } from '../../shared/ledger/fleet-store.ts';
import { summed } from '../../shared/ledger/moving.ts';
import { ledgersOf, mainLedger } from '../../shared/ledger/shards.ts';
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

/** The document that binds the shards of a place together; undefined where there are none. */
export async function fleetIn(state: string, outside: Outside): Promise<FleetStore | undefined> {
  const fleet = fleetStore(outside.objects(state), { now: outside.now });
  return (await fleet.read()).generation === 'absent' ? undefined : fleet;
}

const readAtOnce = 8;

async function readAll(names: readonly string[], state: string, outside: Outside): Promise<readonly LedgerDocument[]> {
  const objects = outside.objects(state);
  const options = { now: outside.now, wait: async (ms: number) => sleep(ms) };
  const documents: LedgerDocument[] = [];
  for (let at = 0; at < names.length; at += readAtOnce) {
    const some = names
      .slice(at, at + readAtOnce)
      .map(async (name) => objectLedger(objects, { name, ...options }).read());
    documents.push(...(await Promise.all(some)).map(({ document }) => document));
  }
  return documents;
}

/** The ledger of a place, and with shards all of theirs as if they were one; undefined: there is none. */
export async function wholeLedgerIn(state: string, outside: Outside): Promise<LedgerDocument | undefined> {
  const { document: own, generation } = await ledgerIn(state, outside).read();
  if (generation === 'absent') return undefined;
  const fleet = await fleetIn(state, outside);
  if (fleet === undefined) return own;
  const { document } = await fleet.read();
  const layouts = [document.layout.shards, ...document.former.map(({ shards }) => shards)];
  const names = [...new Set(layouts.flatMap(ledgersOf))].filter((name) => name !== mainLedger);
  const byHand = document.breakerClosed?.usedMs === undefined ? document.breakerClosed : undefined;
  return { ...summed(own, await readAll(names, state, outside)), breakerClosed: byHand };
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
