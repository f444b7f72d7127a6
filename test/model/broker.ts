import { kindOf } from '../../shared/audit/attributes.ts';
import type { PublishResult } from '../../shared/audit/batches.ts';
import type { Trail, TrailEvent } from '../../shared/audit/trail.ts';
import { at, type Faults } from './faults.ts';
import type { Instance } from './instance.ts';

/** A notice on its way to `notify`. */
export interface Delivery {
  readonly event: TrailEvent;
  attempts: number;
  dueMs: number;
  isOut: boolean;
}

/** Pub/Sub as far as the product sees it: takes events, and delivers notices until they are acknowledged. */
export interface Broker {
  /** The topic as one instance reaches it. */
  trail(instance: Instance): Trail;
  /** What is due, oldest first. Each is out until it is acknowledged or given back. */
  take(nowMs: number): readonly Delivery[];
  acknowledge(delivery: Delivery): void;
  giveBack(delivery: Delivery, dueMs: number): void;
  waiting(): readonly Delivery[];
}

const refused = (event: TrailEvent, why: string): PublishResult => ({ id: event.id, accepted: false, why });

/** A broker without messages. `accepted` hears of every event that was taken, in order. */
export function aBroker(faults: Faults, accepted: (event: TrailEvent) => void): Broker {
  const deliveries = new Set<Delivery>();
  const take = (event: TrailEvent): PublishResult => {
    accepted(event);
    if (kindOf(event.type) === 'notice') deliveries.add({ event, attempts: 0, dueMs: 0, isOut: false });
    return { id: event.id, accepted: true, messageId: event.id };
  };
  const publish = (events: readonly TrailEvent[]): readonly PublishResult[] => {
    const how = faults.next(at('trail'));
    if (how === 'down') return events.map((event) => refused(event, '[pubsub] it is down'));
    if (how === 'lost answer') {
      for (const event of events) take(event);
      return events.map((event) => refused(event, '[pubsub] there was no answer'));
    }
    const refusedFrom = how === 'half' ? Math.ceil(events.length / 2) : events.length;
    return events.map((event, at) => {
      if (at >= refusedFrom) return refused(event, '[pubsub] it went down meanwhile');
      return how === 'refuses one' && at === 0 ? refused(event, '[pubsub] this event is refused') : take(event);
    });
  };
  return {
    trail: (instance) => ({ publish: (events) => instance.around('publish', async () => publish(events)) }),
    take: (nowMs) => {
      const due = [...deliveries].filter(({ isOut, dueMs }) => !isOut && dueMs <= nowMs);
      for (const delivery of due) {
        delivery.isOut = true;
        delivery.attempts += 1;
      }
      return due;
    },
    acknowledge: (delivery) => void deliveries.delete(delivery),
    giveBack: (delivery, dueMs) => {
      delivery.isOut = false;
      delivery.dueMs = dueMs;
    },
    waiting: () => [...deliveries],
  };
}
