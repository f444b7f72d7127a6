import { eventName } from '../../shared/audit/event.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { hours } from '../make.ts';
import type { Simulation } from '../model/simulation.ts';
import { isJobEvent } from '../watch/promises.ts';
import { casesPerDay, type Planted } from './planted.ts';

const dayMs = hours(24);
const keptMs = 14 * dayMs;
/** Expired claims and receipts are looked for in a sixteenth of the notices an hour, when there are notices. */
const tidyingMs = 2 * dayMs;
const bytesPerCase = 4096;
const bytesBesides = 512 * 1024;

/** Follows the planted jobs until it is known what became of them. */
export interface Followed {
  add(planted: readonly Planted[]): void;
  /** Reads what was published since the last time. */
  read(): void;
  /** Says what became of the jobs whose time is over, and forgets them. `all`: of every job. */
  settle(all?: boolean): void;
  /** The published events are about to be forgotten. */
  forget(): void;
  readonly counts: { planted: number; runaways: number; cancelled: number };
}

/** Nothing was planted yet. */
export function nobodyFollowed(sim: Simulation): Followed {
  const confirmed = new Map<string, Set<string>>();
  const counts = { planted: 0, runaways: 0, cancelled: 0 };
  let open: readonly Planted[] = [];
  let readSoFar = 0;

  const check = ({ id, isRunaway }: Planted) => {
    const job = sim.service.look({ id });
    const proofs = confirmed.get(id)?.size ?? 0;
    const wasCancelled = job?.end?.how === 'stopped';
    if (isRunaway && (!wasCancelled || proofs !== 1))
      sim.oracle.breaks(`${id} is a runaway, is ${job?.state}, and has ${proofs} confirmed cancels instead of 1`);
    if (!isRunaway && (wasCancelled || proofs > 0))
      sim.oracle.breaks(`${id} was cancelled, and breaks no limit that is in force for it`);
    const story = Object.values(sim.oracle.ledger().cases).find((one) => one.job.id === id);
    if (story !== undefined && story.state !== 'closed')
      sim.oracle.breaks(`the case of ${id} is still ${story.state} long after its job was over`);
    if (wasCancelled) counts.cancelled += 1;
    confirmed.delete(id);
    sim.service.forget(id);
  };
  return {
    counts,
    add: (planted) => {
      open = [...open, ...planted];
      counts.planted += planted.length;
      counts.runaways += planted.filter(({ isRunaway }) => isRunaway).length;
    },
    read: () => {
      const { audit } = sim.oracle.promises;
      for (const event of audit.slice(readSoFar).filter(isJobEvent)) {
        if (eventName(event.type) !== 'cancel.confirmed') continue;
        const { id } = event.data.job;
        confirmed.set(id, (confirmed.get(id) ?? new Set()).add(event.id));
      }
      readSoFar = audit.length;
    },
    settle: (all = false) => {
      const nowMs = sim.clock.now();
      const isKnown = ({ knownAtMs }: Planted) => all || knownAtMs <= nowMs;
      for (const planted of open.filter(isKnown)) check(planted);
      open = open.filter((planted) => !isKnown(planted));
    },
    forget: () => {
      readSoFar = 0;
    },
  };
}

const forever = { untilMs: Infinity, signal: new AbortController().signal };

/** Claims and receipts that should be gone by now are broken promises; answers how many there are of all. */
export async function checkObjects(sim: Simulation, objects: Objects): Promise<number> {
  let count = 0;
  for (const folder of ['claims', 'receipts']) {
    const old: string[] = [];
    for await (const { name, updatedAtMs } of objects.list(`${folder}/`, forever)) {
      count += 1;
      if (sim.clock.now() - updatedAtMs > keptMs + tidyingMs) old.push(name);
    }
    if (old.length > 0) sim.oracle.breaks(`${old.length} ${folder} are more than 16 days old, as ${old[0]}`);
  }
  return count;
}

/** What is in the ledger and should be gone by now is a broken promise, and so is a ledger that is too large. */
export function checkLedger(sim: Simulation, bytes: number, days: number): void {
  const nowMs = sim.clock.now();
  const { cases, attempts } = sim.oracle.ledger();
  const old = Object.values(cases).filter(
    (one) => one.state === 'closed' && nowMs - one.updatedAtMs > keptMs + hours(2),
  );
  const oldAttempts = attempts.filter(({ atMs }) => nowMs - atMs > keptMs);
  if (old.length > 0) sim.oracle.breaks(`${old.length} closed cases are more than 14 days old`);
  if (oldAttempts.length > 0) sim.oracle.breaks(`${oldAttempts.length} attempts are more than 14 days old`);
  const bound = bytesBesides + bytesPerCase * casesPerDay * Math.min(days, keptMs / dayMs + 1);
  if (bytes > bound) sim.oracle.breaks(`the ledger had ${bytes} bytes, more than ${Math.round(bound)}`);
}
