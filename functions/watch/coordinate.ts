import type { Trail } from '../../shared/audit/trail.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { minuteOf, withLayout, type FleetDocument } from '../../shared/ledger/fleet.ts';
import type { FleetStore } from '../../shared/ledger/fleet-store.ts';
import { needsFollowUp } from '../../shared/ledger/moving.ts';
import { ledgersOf, mainLedger } from '../../shared/ledger/shards.ts';
import type { Turn } from '../../shared/ledger/turn.ts';
import type { FleetSettings } from '../settings.ts';
import { settleFormer } from './former.ts';
import { loadOf, messagesOf, shardEvent, shardName, type Rate } from './hand-out.ts';
import { heirOf } from './ledgers.ts';
import { inParallel } from './parallel.ts';
import { followingUp, wholeOf, type Part } from './part.ts';
import { unfound, type TargetReport } from './sight.ts';
import type { Summary } from './summary.ts';
import { sweep } from './watch.ts';
import type { Run, World } from './world.ts';

/** What is needed to share a sweep out. */
export interface Sharing {
  readonly settings: FleetSettings;
  readonly rate: Rate;
  readonly fleet: FleetStore;
  /** Hands messages to the shards. */
  readonly shardTrail: Trail;
  readonly ledgers: (name: string) => Ledger;
  /** For which message a shard was begun last. */
  readonly turnOf: (shards: number, shard: number) => Promise<Turn | undefined>;
}

/** Once shared out, targets are taken back only when they are clearly fewer: each change costs a minute. */
const takenBackBelow = 0.8;
/** A shard that was not begun for so long is said to be missing. */
const missingAfterMs = 150_000;
/** Nobody looks in the targets for so long after they were split anew: a little less than the time between two sweeps. */
const gapMs = 50_000;
const atOnce = 8;

/** Into how many parts this sweep is to be split. */
export function shardsFor(targets: number, { shards, targetsPerSweep }: FleetSettings, now: number): number {
  const most = now > 1 ? targetsPerSweep * takenBackBelow : targetsPerSweep;
  return targets > most ? shards : 1;
}

/** What one shard is known by: whether it was asked, whether it has begun of late, how many jobs it saw. */
async function reportOn(run: Run, sharing: Sharing, about: { shard: number; sent: boolean; document: FleetDocument }) {
  const { shard, sent, document } = about;
  const { shards, sinceMs } = document.layout;
  const name = shardName(shard, shards);
  if (!sent) return unfound(name, 'Its message could not be published; the log says why.');
  const turn = await sharing.turnOf(shards, shard).catch((error: unknown) => ({ unreadable: String(error) }));
  if (turn !== undefined && 'unreadable' in turn)
    return unfound(name, `When it began last could not be read: ${turn.unreadable}`);
  const lastMs = Math.max(turn?.sentAtMs ?? 0, sinceMs);
  if (run.world.clock.now() - lastMs > missingAfterMs)
    return unfound(name, `It has begun no sweep since ${new Date(lastMs).toISOString()}.`);
  const ledger = ledgersOf(shards)[shard];
  const jobs = document.tallies.findLast((one) => one.ledger === ledger)?.seen ?? 0;
  const report: TargetReport = { target: name, jobs, redacted: 0, complete: true, unreadable: [], unreachable: [] };
  return report;
}

function sayLoad(run: Run, { settings: { shards, targetsPerSweep } }: Sharing): void {
  for (const [shard, count] of loadOf(run, shards).entries()) {
    if (count <= targetsPerSweep) continue;
    const says = `has ${count} targets, more than one sweep can hold: raise JOBWARDEN_SHARDS.`;
    run.troubles.push(`${shardName(shard, shards)} ${says}`);
  }
}

/** Publishes one message for each shard; what is left for this sweep is to follow up, and to speak for all. */
async function shareOut(run: Run, sharing: Sharing, document: FleetDocument): Promise<Part> {
  const { world, context } = run;
  const former = document.former.map(({ shards }) => shards);
  const by = { settings: sharing.settings, rate: sharing.rate, former, sentAtMs: world.clock.now() };
  const events = messagesOf(run, by).map((message) => shardEvent(message, context.source));
  const results = await sharing.shardTrail.publish(events);
  for (const { accepted, why } of results)
    if (!accepted) world.log({ severity: 'ERROR', message: `A shard's message was not published: ${why ?? ''}` });
  sayLoad(run, sharing);
  const others = await inParallel(results, atOnce, (result) =>
    reportOn(run, sharing, { shard: results.indexOf(result), sent: result.accepted, document }),
  );
  return { ...run.part, looksIn: () => false, others };
}

/**
 * Decides who looks in the targets of a sweep that has begun. In the minute in which that changes nobody does: a message of
 * before may be begun a minute late, and two layouts must not look in the same targets at once.
 */
async function handOut(run: Run, sharing: Sharing): Promise<Part> {
  const { document, generation } = await sharing.fleet.read();
  const { shards } = document.layout;
  const wanted = shardsFor(run.compiled.targetModes.size, sharing.settings, shards);
  const nowMs = run.world.clock.now();
  if (wanted === shards && nowMs - document.layout.sinceMs < gapMs) return { ...run.part, looksIn: () => false };
  if (wanted === shards) return shards === 1 ? run.part : shareOut(run, sharing, document);
  const next = withLayout(withPast(document, generation, run), wanted, nowMs);
  const isWritten = (await sharing.fleet.swap(next, generation)) !== undefined;
  const says = `The targets are split into ${wanted} instead of ${shards}`;
  const message = isWritten
    ? `${says} from the next minute on; nothing is looked at in this one.`
    : `${says}: not yet.`;
  run.world.log({ severity: 'NOTICE', message });
  return { ...run.part, looksIn: () => false };
}

/** The first document of a fleet knows what was attempted before there was one. */
function withPast(document: FleetDocument, generation: string, run: Run): FleetDocument {
  if (generation !== 'absent') return document;
  const past = run.before.document.attempts.map(({ atMs, case: id, owner, pastBreaker }) => ({
    case: id,
    owner,
    pastBreaker,
    atMs,
    minuteMs: minuteOf(atMs),
    notAfterMs: atMs + 60_000,
    ledger: mainLedger,
    sweepId: 'before the fleet',
  }));
  return { ...document, reservations: past };
}

/** Follows up what is on its way in a ledger that no target belongs to any more. */
async function followFormer(world: World, sharing: Sharing, name: string, sweepId: string): Promise<void> {
  const ledger = sharing.ledgers(name);
  if (!needsFollowUp((await ledger.read()).document)) return;
  const part = followingUp(name, world.clock.now());
  await sweep(
    { ...world, ledger, part, handOut: undefined, active: new Set() },
    `${sweepId}-${name.replaceAll('/', '-')}`,
  );
}

/**
 * One sweep of whoever may share it out: with few targets it is a sweep as any other; with more of them than one instance
 * can look at, each shard gets a message, and this sweep follows up what is open in its own ledger and in those of earlier
 * layouts. Throws when the fleet's document cannot be read: nothing is done without it.
 */
export async function coordinate(world: World, sharing: Sharing, sweepId: string): Promise<Summary> {
  const { fleet, ledgers } = sharing;
  const document = await settleFormer(sharing, world);
  const isAlone = document.layout.shards === 1;
  const others = document.former.flatMap(({ shards }) => ledgersOf(shards)).filter((name) => name !== mainLedger);
  const heir = heirOf(world.ledger, isAlone ? others.map(ledgers) : [], () => true);
  const part = { ...wholeOf(world.clock.now()), elsewhere: heir.elsewhere };
  const own: World = { ...world, ledger: heir.ledger, fleet, part, handOut: (run) => handOut(run, sharing) };
  const [summary] = await Promise.all([
    sweep(own, sweepId),
    inParallel(others, atOnce, async (name) => followFormer({ ...world, fleet }, sharing, name, sweepId)),
  ]);
  return summary;
}
