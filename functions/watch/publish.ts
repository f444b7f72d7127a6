import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';
import type { Log } from '../log.ts';

/** The oldest events are given up once so many wait; each one is logged when that happens. */
const maxWaiting = 1000;

/** Publishes events and remembers the ones that were not accepted, so that a later sweep publishes them. */
export interface Publisher {
  /** Publishes what waits and these; gives the ids that were accepted. */
  publish(events: readonly TrailEvent[]): Promise<ReadonlySet<string>>;
  /** Publishes these and forgets those that are not accepted: what is not recorded is not done. */
  publishOrForget(events: readonly TrailEvent[]): Promise<ReadonlySet<string>>;
  waiting(): readonly TrailEvent[];
  published(): number;
}

/** A publisher that begins with the events that earlier sweeps could not publish. */
export function publisher(trail: Trail, outbox: readonly TrailEvent[], log: Log): Publisher {
  let waiting = outbox;
  let published = 0;
  const send = async (events: readonly TrailEvent[]) => {
    const results = events.length === 0 ? [] : await trail.publish(events);
    const accepted = new Set(results.filter((result) => result.accepted).map((result) => result.id));
    for (const { id, accepted: taken, why } of results) {
      if (!taken)
        log({ severity: 'ERROR', message: `Event ${id} was not accepted: ${why ?? 'no reason given'}`, eventId: id });
    }
    published += accepted.size;
    return accepted;
  };
  return {
    publish: async (events) => {
      const all = [...waiting, ...events];
      const accepted = await send(all);
      const left = all.filter((event) => !accepted.has(event.id));
      for (const { id } of left.slice(0, -maxWaiting)) {
        log({ severity: 'CRITICAL', message: `Event ${id} is given up: more than ${maxWaiting} wait.`, eventId: id });
      }
      waiting = left.slice(-maxWaiting);
      return accepted;
    },
    publishOrForget: send,
    waiting: () => waiting,
    published: () => published,
  };
}
