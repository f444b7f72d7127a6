import { breakerEvent, type ByHand, type SweepContext } from '../../shared/audit/sweep-event.ts';
import type { BreakerEvent } from '../../shared/audit/event.ts';
import type { Plan } from '../../shared/evaluate/safety.ts';
import type { Policy } from '../../shared/policy/schema.ts';

/** The event that the breaker closed: by itself, or because somebody closed it by hand and this sweep needed that. */
export function breakerClosing(
  context: SweepContext,
  { breaker }: Plan,
  about: { readonly seen: number; readonly limits: Policy['breaker']; readonly byHand: ByHand | undefined },
): BreakerEvent {
  const { seen, limits, byHand } = about;
  const whose = byHand?.by === undefined ? '' : ` by ${byHand.by}`;
  const why =
    byHand === undefined
      ? 'Fewer cancels are planned again.'
      : `Closed by hand${whose}, for this sweep: ${byHand.reason}. ${breaker.why}`;
  const counts = { plannedCancels: breaker.planned, jobsSeen: seen, maxCancels: limits.maxCancels };
  return breakerEvent({ name: 'breaker.closed', context, why, ...counts, closedByHand: byHand });
}
