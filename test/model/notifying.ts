import { hourly } from '../../functions/notify/hourly.ts';
import { notifyHandler, type HandlerPorts, type NotifyResponse } from '../../functions/notify/handler.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { sweepExpired } from '../../shared/ledger/expiry.ts';
import { objectClaims } from '../../shared/ledger/object-claims.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import type { Delivery } from './broker.ts';
import { anInstance, type Instance } from './instance.ts';
import type { People } from './people.ts';
import { storeOf } from './store.ts';
import type { Surroundings } from './watching.ts';

/** An instance of `notify`, with what its process keeps in memory. */
export interface Notifying {
  readonly instance: Instance;
  /** Answers a push of Pub/Sub: the status, and when to try again in ms where it says so. */
  push(delivery: Delivery): Promise<{ readonly status: number; readonly retryAfterMs: number }>;
}

const forever = new AbortController().signal;

function requestOf({ event, attempts }: Delivery) {
  const data = Buffer.from(JSON.stringify(event)).toString('base64');
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: {
      message: { data, messageId: event.id },
      deliveryAttempt: attempts,
      subscription: 'projects/p/subscriptions/s',
    },
  };
}

/** Starts another instance of `notify` in these surroundings. `undelivered` hears of the dead letters. */
export function aNotify(
  name: string,
  around: Surroundings,
  about: { readonly people: People; readonly undelivered: (event: TrailEvent) => void },
): Notifying {
  const { clock: time } = around;
  const instance = anInstance(name, time, around.turn);
  const objects = storeOf(around, instance);
  const now = () => time.now();
  const tidy = hourly(() => sweepExpired(objects, now, { shard: around.nextShard() }), now);
  const channel = about.people.channel(instance);
  const honest: HandlerPorts = {
    channels: { get: async (wanted) => [channel].find((one) => one.name === wanted), lastResorts: async () => [] },
    claims: objectClaims(objects, { now, wait: (ms) => time.wait(ms, forever) }),
    receipts: objectReceipts(objects, { now }),
    deadLetters: { keep: async (event) => instance.around('dead letter', async () => about.undelivered(event)) },
    tidy,
    log: () => undefined,
    now,
  };
  const handle = notifyHandler(around.bent.notify?.(honest) ?? honest);
  return {
    instance,
    push: async (delivery) => {
      const answer = { status: 0, retryAfterMs: 0 };
      const response: NotifyResponse = {
        status: (code) => (answer.status = code),
        set: (field, value) => {
          if (field === 'Retry-After') answer.retryAfterMs = Number(value) * 1000;
        },
        send: () => undefined,
        end: () => undefined,
      };
      await instance.around('take a delivery', async () => handle(requestOf(delivery), response));
      return answer;
    },
  };
}
