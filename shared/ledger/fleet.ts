import { z } from 'zod';

const epochMs = z.number();

/** A cancel that somebody was granted: it counts against the budgets, and keeps others from the same job until `notAfterMs`. */
const reservation = z.object({
  case: z.string(),
  owner: z.string(),
  pastBreaker: z.boolean(),
  atMs: epochMs,
  /** The minute of the sweep, which all shards of it have in common. */
  minuteMs: epochMs,
  /** Nothing is sent on the strength of it from then on. */
  notAfterMs: epochMs,
  /** The ledger that the case is in, and the sweep that asked. */
  ledger: z.string(),
  sweepId: z.string(),
});
export type Reservation = z.infer<typeof reservation>;

/** How many cancels one ledger's sweep planned, and how many jobs it saw. */
const tally = z.object({ ledger: z.string(), minuteMs: epochMs, planned: z.number(), seen: z.number() });
type Tally = z.infer<typeof tally>;

/** The breaker of the fleet, while it is open. */
const openBreaker = z.object({
  sinceMs: epochMs,
  minuteMs: epochMs,
  why: z.string(),
  /** Cancels that were granted in the minute before it opened: they go on counting while it is open. */
  granted: z.number(),
});

/** How the targets are shared out since when; 1: not at all. */
const layout = z.object({ shards: z.number().int().min(1), sinceMs: epochMs });

/** The one document that bounds several sweeps together. Times are epoch ms. */
export const fleetSchema = z.object({
  version: z.literal(1),
  layout,
  /** Earlier layouts whose ledgers may still hold open cases, and until when they were in use. */
  former: z.array(z.object({ shards: z.number().int().min(1), untilMs: epochMs })),
  reservations: z.array(reservation),
  tallies: z.array(tally),
  /** Targets in which cancels failed, and until when they are only observed. */
  failing: z.record(z.string(), epochMs),
  breaker: openBreaker.optional(),
  /** Who closed the breaker by hand, and why; `usedMs` is the one minute that it was needed in. */
  breakerClosed: z
    .object({ atMs: epochMs, reason: z.string(), by: z.string().optional(), usedMs: epochMs.optional() })
    .optional(),
});
export type FleetDocument = z.infer<typeof fleetSchema>;

/** A fleet of one ledger in which nothing has happened. */
export const emptyFleet: FleetDocument = {
  version: 1,
  layout: { shards: 1, sinceMs: 0 },
  former: [],
  reservations: [],
  tallies: [],
  failing: {},
};

export const minuteMs = 60_000;
const hourMs = 3_600_000;
/** What a ledger's sweep saw counts for so long: longer than it may go without saying so. */
export const seenForMs = 600_000;

/** The minute that a moment is in. */
export function minuteOf(atMs: number): number {
  return Math.floor(atMs / minuteMs) * minuteMs;
}

/** What is too old to matter is dropped; of each ledger the newest tally stays for a while, others for three minutes. */
function kept(fleet: FleetDocument, nowMs: number): FleetDocument {
  const newest = new Map(fleet.tallies.map(({ ledger, minuteMs: at }) => [ledger, at]));
  for (const { ledger, minuteMs: at } of fleet.tallies) newest.set(ledger, Math.max(at, newest.get(ledger) ?? at));
  const isKept = (one: Tally) =>
    nowMs - one.minuteMs < (one.minuteMs === newest.get(one.ledger) ? seenForMs : 3 * minuteMs);
  return {
    ...fleet,
    reservations: fleet.reservations.filter(({ atMs, notAfterMs }) => nowMs - atMs < hourMs || nowMs < notAfterMs),
    tallies: fleet.tallies.filter(isKept),
    failing: Object.fromEntries(Object.entries(fleet.failing).filter(([, untilMs]) => nowMs < untilMs)),
  };
}

/** What one sweep adds to the document. */
export interface Added {
  readonly tally: Tally;
  /** The cases that were asked for; of these only those in `reservations` were granted. */
  readonly asked: ReadonlySet<string>;
  readonly reservations: readonly Reservation[];
  readonly failing: Readonly<Record<string, number>>;
  readonly breaker: FleetDocument['breaker'];
  readonly breakerClosed: FleetDocument['breakerClosed'];
}

/** The document after one sweep asked. Asking again for the same cases replaces what was granted of them before. */
export function withAdded(fleet: FleetDocument, sweepId: string, added: Added, nowMs: number): FleetDocument {
  const { tally: mine } = added;
  const isOther = (one: Tally) => one.ledger !== mine.ledger || one.minuteMs !== mine.minuteMs;
  const isAsked = (one: Reservation) => one.sweepId === sweepId && added.asked.has(one.case);
  return kept(
    {
      ...fleet,
      reservations: [...fleet.reservations.filter((one) => !isAsked(one)), ...added.reservations],
      tallies: [...fleet.tallies.filter(isOther), mine],
      failing: { ...fleet.failing, ...added.failing },
      breaker: added.breaker,
      breakerClosed: added.breakerClosed,
    },
    nowMs,
  );
}

/** The document without what a sweep was granted and did not send, so that it uses up no budget. */
export function withoutUnsent(fleet: FleetDocument, sweepId: string, unsent: ReadonlySet<string>): FleetDocument {
  const isUnsent = (one: Reservation) => one.sweepId === sweepId && unsent.has(one.case);
  return { ...fleet, reservations: fleet.reservations.filter((one) => !isUnsent(one)) };
}

/** The document with another layout; the one before it is remembered for as long as it may hold open cases. */
export function withLayout(fleet: FleetDocument, shards: number, nowMs: number): FleetDocument {
  const before = { shards: fleet.layout.shards, untilMs: nowMs };
  const others = fleet.former.filter((one) => one.shards !== shards && one.shards !== before.shards);
  return { ...fleet, layout: { shards, sinceMs: nowMs }, former: [...others, before], tallies: [] };
}

/** Why somebody else is not to cancel this job: it is in the hands of another ledger, as far as whoever began then can know. */
export function reservedElsewhere(
  fleet: FleetDocument,
  id: string,
  by: { readonly ledger: string; readonly beganMs: number },
): boolean {
  return fleet.reservations.some((one) => one.case === id && one.ledger !== by.ledger && one.notAfterMs > by.beganMs);
}
