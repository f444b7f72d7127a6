import { setTimeout as wait } from 'node:timers/promises';
import { afterFailure } from '../../infra/local/pubsub/retry.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';

/** One push subscription as production has it: so many requests open at a time, redelivery after 10 to 600 s, 50 attempts. */
export interface PushOptions {
  readonly maxOpen: number;
  readonly retry: { readonly minimumMs: number; readonly maximumMs: number };
  readonly maxDeliveryAttempts: number;
  /** Answers a delivery with an HTTP status. */
  readonly deliver: (event: TrailEvent, attempt: number) => Promise<number>;
}

/** What came of pushing: deliveries in all, the most of one message, and what was given up. */
export interface Pushed {
  readonly deliveries: number;
  readonly mostAttempts: number;
  readonly deadLetters: readonly TrailEvent[];
}

interface Waiting {
  readonly event: TrailEvent;
  readonly attempt: number;
  readonly dueMs: number;
}

const pollMs = 20;

/** Pushes all events, in real time, until each is acknowledged or given up. */
export async function pushAll(events: readonly TrailEvent[], options: PushOptions): Promise<Pushed> {
  const { maxOpen, retry, maxDeliveryAttempts, deliver } = options;
  let waiting: Waiting[] = events.map((event) => ({ event, attempt: 1, dueMs: 0 }));
  const deadLetters: TrailEvent[] = [];
  let open = 0;
  let deliveries = 0;
  let mostAttempts = 0;

  const push = async ({ event, attempt }: Waiting): Promise<void> => {
    deliveries += 1;
    mostAttempts = Math.max(mostAttempts, attempt);
    const status = await deliver(event, attempt);
    open -= 1;
    if (status === 204) return;
    const deadLetter = { topic: 'projects/burst/topics/dead-letters', maxDeliveryAttempts };
    const next = afterFailure(attempt, { retry, deadLetter });
    if (next.next === 'dead letter') deadLetters.push(event);
    else waiting.push({ event, attempt: attempt + 1, dueMs: performance.now() + next.waitMs });
  };

  while (waiting.length > 0 || open > 0) {
    const due = waiting.filter(({ dueMs }) => dueMs <= performance.now()).slice(0, maxOpen - open);
    const taken = new Set(due);
    waiting = waiting.filter((one) => !taken.has(one));
    open += due.length;
    for (const one of due) void push(one);
    await wait(pollMs);
  }
  return { deliveries, mostAttempts, deadLetters };
}
