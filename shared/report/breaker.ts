import type { LedgerDocument } from '../ledger/document.ts';
import type { ReportAnswer } from './answer.ts';
import type { Gathered } from './gathering.ts';

/**
 * How often the breaker opened and for how long it was open in all, within the period. An opening whose end is not on
 * record lasts until now; an end whose opening is not, since the period began. One that was closed before it could open
 * was never open.
 */
export function breakerOf(
  { breaker }: Pick<Gathered, 'breaker'>,
  about: { readonly sinceMs: number; readonly nowMs: number; readonly ledger: LedgerDocument | undefined },
): ReportAnswer['breaker'] {
  const steps = [...breaker].map(([id, one]) => ({ id, ...one }));
  steps.sort((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1));
  let openMs = 0;
  let sinceMs = steps[0]?.opened === false && !steps[0].byHand ? about.sinceMs : undefined;
  for (const { opened, atMs } of steps) {
    if (opened) sinceMs ??= atMs;
    else if (sinceMs !== undefined) {
      openMs += atMs - sinceMs;
      sinceMs = undefined;
    }
  }
  const openSinceMs = about.ledger?.troubles['breaker'];
  return {
    openings: steps.filter(({ opened }) => opened).length,
    openMs: openMs + (sinceMs === undefined ? 0 : about.nowMs - sinceMs),
    byHand: steps.filter(({ opened, byHand }) => !opened && byHand).length,
    openSince: openSinceMs === undefined ? undefined : new Date(openSinceMs).toISOString(),
  };
}
