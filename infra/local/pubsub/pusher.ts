import { post } from './post.ts';
import type { Posted } from './post.ts';
import { pushBody } from './push-body.ts';
import type { Lease, Queue } from './queue.ts';
import type { Oidc, PushTarget, SubscriptionConfig } from './subscription-config.ts';
import type { After } from './timers.ts';

/** Delivers what is due in a queue to the endpoint of a push subscription. */
export interface Pusher {
  /** Sends whatever is due, as far as the number of open requests allows. */
  readonly wake: () => void;
  /** Breaks off every open request. */
  readonly close: () => void;
}

/** What pushing needs from around it. */
export interface PushPorts {
  readonly after: After;
  /** The bearer token for a subscription with an OIDC token; no header is sent without it. */
  readonly bearer: ((oidc: Oidc) => string) | undefined;
}

/** Acknowledged by Pub/Sub; every other status is a negative acknowledgement (Pub/Sub documentation on push). */
const acknowledging: ReadonlySet<number | undefined> = new Set([102, 200, 201, 202, 204]);
const maxOpenRequests = 20;

/** A pusher for one subscription: the ack deadline is the time-out of each request. */
export function createPusher(
  config: SubscriptionConfig & { readonly push: PushTarget },
  queue: Queue,
  ports: PushPorts,
): Pusher {
  const open = new Set<Posted>();
  let closed = false;

  const deliver = async (lease: Lease): Promise<void> => {
    const body = pushBody(lease, { name: config.name, counts: config.deadLetter !== undefined });
    const posted = post(config.push.endpoint, body, headersFor(config.push, ports));
    open.add(posted);
    const stopTimer = ports.after(config.ackDeadlineMs, posted.abort);
    const status = await posted.status;
    stopTimer();
    open.delete(posted);
    if (closed) return;
    if (acknowledging.has(status)) queue.ack(lease.ackId);
    else queue.nack(lease.ackId);
    wake();
  };
  const wake = (): void => {
    if (closed) return;
    for (const lease of queue.lease(maxOpenRequests - open.size)) void deliver(lease);
  };
  return {
    wake,
    close() {
      closed = true;
      for (const posted of open) posted.abort();
    },
  };
}

function headersFor(push: PushTarget, ports: PushPorts): Readonly<Record<string, string>> {
  const agent = { 'user-agent': 'CloudPubSub-Google' };
  if (push.oidc === undefined || ports.bearer === undefined) return agent;
  return { ...agent, authorization: `Bearer ${ports.bearer(push.oidc)}` };
}
