import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';
import type { Log } from '../log.ts';

/** The outbox of one sweep: what is recorded and not known to be published. */
export interface Outbox {
  /** Adds events that the next write of the ledger will record. */
  add(events: readonly TrailEvent[]): void;
  /** Publishes what waits, in order; what is not accepted goes on waiting. Never throws. */
  flush(): Promise<void>;
  waiting(): readonly TrailEvent[];
  published(): number;
}

/** An outbox that begins with what earlier sweeps could not publish. Nothing in it is ever given up. */
export function openOutbox(trail: Trail, before: readonly TrailEvent[], log: Log): Outbox {
  let waiting: readonly TrailEvent[] = before;
  let published = 0;
  return {
    add: (events) => {
      waiting = [...waiting, ...events];
    },
    flush: async () => {
      if (waiting.length === 0) return;
      const results = await trail.publish(waiting);
      const accepted = new Set(results.filter((result) => result.accepted).map((result) => result.id));
      for (const { id, accepted: taken, why } of results) {
        if (!taken)
          log({ severity: 'ERROR', message: `Event ${id} was not accepted: ${why ?? 'no reason given'}`, eventId: id });
      }
      published += accepted.size;
      waiting = waiting.filter((event) => !accepted.has(event.id));
    },
    waiting: () => waiting,
    published: () => published,
  };
}
