import { describe, expect, it } from 'vitest';
import type { Message } from '../../../infra/local/pubsub/message.ts';
import { createQueue } from '../../../infra/local/pubsub/queue.ts';
import type { Queue } from '../../../infra/local/pubsub/queue.ts';
import type { SubscriptionConfig } from '../../../infra/local/pubsub/subscription-config.ts';
import { manualTimers } from './manual-timers.ts';
import { present } from './present.ts';

const plain: SubscriptionConfig = {
  name: 'projects/p/subscriptions/made-up',
  topic: 'projects/p/topics/made-up',
  ackDeadlineMs: 10_000,
  ordered: false,
  filter: undefined,
  retry: { minimumMs: 1000, maximumMs: 4000 },
  deadLetter: undefined,
  push: undefined,
};
const deadLetter = { topic: 'projects/p/topics/dead', maxDeliveryAttempts: 5 };

function aMessage(id: string, orderingKey = ''): Message {
  return { id, data: Buffer.from(id), attributes: {}, orderingKey, publishedAtMs: 0 };
}

function aQueue(config: Partial<SubscriptionConfig> = {}, takesDeadLetters = true) {
  const timers = manualTimers();
  const dead: string[] = [];
  const awake = { times: 0 };
  const queue = createQueue(
    { ...plain, ...config },
    {
      after: timers.after,
      wake: () => {
        awake.times += 1;
      },
      deadLetter: (message, attempts) => {
        if (takesDeadLetters) dead.push(`${message.id} after ${attempts}`);
        return takesDeadLetters;
      },
    },
  );
  return { queue, timers, dead, awake };
}

/** Leases everything that is due and says it as `id/attempt`. */
function due(queue: Queue, max = 100): readonly string[] {
  return queue.lease(max).map(({ message, attempt }) => `${message.id}/${attempt}`);
}

function leaseOne(queue: Queue): string {
  return present(queue.lease(1)[0]).ackId;
}

describe('the queue of a subscription', () => {
  it('hands out the oldest messages first, as many as asked for, each once', () => {
    const { queue } = aQueue();
    for (const id of ['a', 'b', 'c']) queue.add(aMessage(id));
    expect(due(queue, 2)).toEqual(['a/1', 'b/1']);
    expect(due(queue, 2)).toEqual(['c/1']);
    expect(due(queue)).toEqual([]);
    expect(due(queue, 0)).toEqual([]);
    expect(queue.size()).toBe(3);
  });

  it('forgets what is acknowledged', () => {
    const { queue, timers } = aQueue();
    queue.add(aMessage('a'));
    queue.ack(leaseOne(queue));
    timers.pass(600_000);
    expect(due(queue)).toEqual([]);
    expect(queue.size()).toBe(0);
    expect(timers.pending()).toBe(0);
  });

  it('hands out again, after the back-off, what is overdue', () => {
    const { queue, timers, awake } = aQueue();
    queue.add(aMessage('a'));
    expect(due(queue)).toEqual(['a/1']);
    timers.pass(10_999);
    expect(due(queue)).toEqual([]);
    const before = awake.times;
    timers.pass(1);
    expect(awake.times).toBe(before + 1);
    expect(due(queue)).toEqual(['a/2']);
  });

  it('hands out again, after a back-off that grows, what is refused', () => {
    const { queue, timers } = aQueue();
    queue.add(aMessage('a'));
    for (const waitMs of [1000, 2000, 4000, 4000]) {
      queue.nack(leaseOne(queue));
      timers.pass(waitMs - 1);
      expect(due(queue)).toEqual([]);
      timers.pass(1);
    }
    expect(due(queue)).toEqual(['a/5']);
  });

  it('counts the deadline from its extension', () => {
    const { queue, timers } = aQueue({ retry: undefined });
    queue.add(aMessage('a'));
    const ackId = leaseOne(queue);
    timers.pass(9_000);
    queue.extend(ackId, 60_000);
    timers.pass(59_999);
    expect(due(queue)).toEqual([]);
    timers.pass(1);
    expect(due(queue)).toEqual(['a/2']);
  });

  it.each(['ack', 'nack'] as const)('ignores an %s that comes too late or from nowhere', (answer) => {
    const { queue, timers } = aQueue();
    queue.add(aMessage('a'));
    const late = leaseOne(queue);
    timers.pass(11_000);
    expect(due(queue)).toEqual(['a/2']);
    for (const ackId of [late, 'nobody:1', '']) queue[answer](ackId);
    expect(queue.size()).toBe(1);
    timers.pass(9_999);
    expect(due(queue)).toEqual([]);
    timers.pass(2_001);
    expect(due(queue)).toEqual(['a/3']);
  });

  it('gives a message to the dead-letter topic after its last attempt', () => {
    const { queue, timers, dead } = aQueue({ deadLetter });
    queue.add(aMessage('a'));
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      queue.nack(leaseOne(queue));
      timers.pass(4000);
    }
    expect(dead).toEqual([]);
    expect(due(queue)).toEqual(['a/5']);
    timers.pass(10_000);
    expect(dead).toEqual(['a after 5']);
    expect(queue.size()).toBe(0);
    expect(timers.pending()).toBe(0);
  });

  it('keeps and delivers again a message that the dead-letter topic does not take', () => {
    const { queue, timers } = aQueue({ deadLetter: { ...deadLetter, maxDeliveryAttempts: 1 } }, false);
    queue.add(aMessage('a'));
    queue.nack(leaseOne(queue));
    expect(queue.size()).toBe(1);
    timers.pass(10_000);
    expect(due(queue)).toEqual(['a/2']);
  });

  it('hands out one message of an ordering key at a time, in order, and the rest freely', () => {
    const { queue, timers } = aQueue({ ordered: true });
    for (const [id, key] of [['a1', 'a'], ['a2', 'a'], ['b1', 'b'], ['free'], ['also free']] as const) {
      queue.add(aMessage(id, key));
    }
    const [first] = queue.lease(1);
    expect(due(queue)).toEqual(['b1/1', 'free/1', 'also free/1']);
    queue.nack(first?.ackId ?? '');
    expect(due(queue)).toEqual([]);
    timers.pass(1000);
    const again = leaseOne(queue);
    expect(due(queue)).toEqual([]);
    queue.ack(again);
    expect(due(queue)).toEqual(['a2/1']);
  });

  it('pays no attention to ordering keys unless the subscription asks for order', () => {
    const { queue } = aQueue();
    for (const id of ['a1', 'a2']) queue.add(aMessage(id, 'a'));
    expect(due(queue)).toEqual(['a1/1', 'a2/1']);
  });

  it('has room for ten thousand messages and 256 MB', () => {
    const { queue } = aQueue();
    expect(queue.hasRoomFor({ count: 10_000, bytes: 256_000_000 })).toBe(true);
    expect(queue.hasRoomFor({ count: 10_001, bytes: 0 })).toBe(false);
    expect(queue.hasRoomFor({ count: 1, bytes: 256_000_001 })).toBe(false);
    queue.add(aMessage('a'));
    expect(queue.hasRoomFor({ count: 10_000, bytes: 0 })).toBe(false);
    expect(queue.hasRoomFor({ count: 1, bytes: 256_000_000 })).toBe(false);
    queue.ack(leaseOne(queue));
    expect(queue.hasRoomFor({ count: 10_000, bytes: 256_000_000 })).toBe(true);
  });

  it('leaves no timer behind when it is closed', () => {
    const { queue, timers } = aQueue();
    for (const id of ['out', 'waiting']) queue.add(aMessage(id));
    const [, waiting] = queue.lease(2);
    queue.nack(waiting?.ackId ?? '');
    expect(timers.pending()).toBe(2);
    queue.close();
    expect(timers.pending()).toBe(0);
    expect(queue.size()).toBe(0);
  });
});
