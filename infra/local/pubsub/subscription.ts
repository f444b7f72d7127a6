import { createPusher } from './pusher.ts';
import type { PushPorts } from './pusher.ts';
import { createQueue } from './queue.ts';
import type { Lease, Queue, QueuePorts } from './queue.ts';
import { Refusal } from './refusal.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import type { SubscriptionResource } from './wire.ts';
import { status } from '@grpc/grpc-js';

/** One subscription at work. */
export interface Subscription {
  readonly resource: SubscriptionResource;
  readonly config: SubscriptionConfig;
  readonly queue: Queue;
  /** Leases what is due, waiting a few seconds for something; FAILED_PRECONDITION on a push subscription. */
  readonly pull: (max: number, wait: PullWait) => Promise<readonly Lease[]>;
  readonly close: () => void;
}

/** How long a pull waits: not at all, or a few seconds unless its caller goes away. */
type PullWait = 'none' | AbortSignal;

const pullWaitMs = 5_000;

/** Starts a subscription, push or pull. */
export function openSubscription(
  resource: SubscriptionResource,
  config: SubscriptionConfig,
  ports: Omit<QueuePorts, 'wake'> & PushPorts,
): Subscription {
  const listeners = new Set<() => void>();
  const wake = (): void => {
    for (const listener of listeners) listener();
  };
  const queue = createQueue(config, { ...ports, wake });
  const pusher = config.push && createPusher({ ...config, push: config.push }, queue, ports);
  if (pusher !== undefined) listeners.add(pusher.wake);

  const pull = async (max: number, wait: PullWait): Promise<readonly Lease[]> => {
    if (pusher !== undefined) throw new Refusal(status.FAILED_PRECONDITION, `${config.name} is a push subscription.`);
    const atOnce = queue.lease(max);
    if (atOnce.length > 0 || wait === 'none') return atOnce;
    await untilWoken(listeners, { after: ports.after, gone: wait });
    return wait.aborted ? [] : queue.lease(max);
  };
  const close = (): void => {
    queue.close();
    pusher?.close();
    wake();
    listeners.clear();
  };
  return { resource, config, queue, pull, close };
}

function untilWoken(
  listeners: Set<() => void>,
  until: { readonly after: PushPorts['after']; readonly gone: AbortSignal },
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const woken = (): void => {
    stopTimer();
    listeners.delete(woken);
    until.gone.removeEventListener('abort', woken);
    resolve();
  };
  const stopTimer = until.after(pullWaitMs, woken);
  listeners.add(woken);
  until.gone.addEventListener('abort', woken);
  return promise;
}
