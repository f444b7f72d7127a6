import type { Clock } from '../../functions/watch/clock.ts';
import { nowMs as startOfTime } from '../make.ts';

/** A clock that moves when somebody waits, by as long as they wait, and when told: what goes over the network takes no time. */
export function steppingClock(): Clock & { readonly advance: (ms: number) => void } {
  let nowMs = startOfTime;
  const alarms = new Set<{ readonly atMs: number; readonly ring: AbortController }>();
  const advance = (ms: number): void => {
    nowMs += ms;
    for (const alarm of alarms) if (alarm.atMs <= nowMs) alarm.ring.abort();
  };
  return {
    now: () => nowMs,
    advance,
    after(ms) {
      const ring = new AbortController();
      alarms.add({ atMs: nowMs + ms, ring });
      return ring.signal;
    },
    async wait(ms, signal) {
      if (!signal.aborted) advance(ms);
    },
  };
}
