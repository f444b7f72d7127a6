import type { TrailEvent } from '../../shared/audit/trail.ts';
import { stopEvent, type SweepContext } from '../../shared/audit/sweep-event.ts';
import { sha256 } from '../../shared/audit/text.ts';
import type { Stopped } from '../../shared/ledger/stop.ts';
import type { Standing } from './troubles.ts';
import { standstillTrouble } from './warnings.ts';

const prefix = 'standstill:stop';

/** Another order is another trouble, so that it is recorded and told as well. */
function keyOf({ order }: Stopped): string {
  return order === undefined ? prefix : `${prefix}:${sha256(JSON.stringify(order), 12)}`;
}

/** That every cancel is stopped by hand, as a standing trouble with its event. */
export function stopTrouble(context: SweepContext, stopped: Stopped): Standing {
  const event = stopEvent({ name: 'stop.set', context, why: stopped.why, order: stopped.order });
  return { ...standstillTrouble(stopped), key: keyOf(stopped), event };
}

/** The event that nothing is stopped by hand any more; none where it never was, or still is. */
export function stopCleared(
  before: Readonly<Record<string, number>>,
  now: readonly Standing[],
  context: SweepContext,
): readonly TrailEvent[] {
  const stood = Object.entries(before).filter(([key]) => key.startsWith(prefix));
  if (stood.length === 0 || now.some(({ key }) => key.startsWith(prefix))) return [];
  const why = 'The order to stop every cancel is gone, or has expired.';
  const sinceMs = Math.min(...stood.map(([, sinceMs_]) => sinceMs_));
  return [stopEvent({ name: 'stop.cleared', context, why, sinceMs })];
}
