import { describe, expect, it } from 'vitest';
import { retryDefaults, pushBackoff } from '../../../infra/local/pubsub/retry.ts';
import { readSubscription } from '../../../infra/local/pubsub/subscription-config.ts';
import { openSubscription } from '../../../infra/local/pubsub/subscription.ts';
import { subscriptionRequest } from '../../../infra/local/pubsub/wire.ts';
import type { SubscriptionResource } from '../../../infra/local/pubsub/wire.ts';
import { manualTimers } from './manual-timers.ts';

/** A subscription as it arrives from gRPC when its caller says no more than it must. Made up. */
function aResource(more: Partial<SubscriptionResource> = {}): SubscriptionResource {
  return subscriptionRequest.parse({
    name: 'projects/p/subscriptions/made-up',
    topic: 'projects/p/topics/made-up',
    pushConfig: null,
    ackDeadlineSeconds: 0,
    enableMessageOrdering: false,
    enableExactlyOnceDelivery: false,
    filter: '',
    deadLetterPolicy: null,
    retryPolicy: null,
    messageTransforms: [],
    ...more,
  });
}

const push = { pushConfig: { pushEndpoint: 'http://127.0.0.1:9/p', oidcToken: null, noWrapper: null } };
const noBackoff = { minimumBackoff: null, maximumBackoff: null };
const someBackoff = { minimumBackoff: { seconds: 0, nanos: 5e8 }, maximumBackoff: { seconds: 1, nanos: 0 } };
const deadLetterTopic = 'projects/p/topics/dead';

describe('what a subscription means', () => {
  it.each([
    ['is overdue after 10 s unless it says otherwise', {}, { ackDeadlineMs: 10_000 }],
    ['is overdue when it says', { ackDeadlineSeconds: 60 }, { ackDeadlineMs: 60_000 }],
    ['delivers again at once when it is pulled', {}, { retry: undefined }],
    ['delivers again after 100 ms and more when it is pushed', push, { retry: pushBackoff }],
    ['backs off from 10 s to 10 min with an empty retry policy', { retryPolicy: noBackoff }, { retry: retryDefaults }],
    ['backs off as it says', { retryPolicy: someBackoff, ...push }, { retry: { minimumMs: 500, maximumMs: 1000 } }],
    [
      'is a pull subscription with an empty endpoint',
      { pushConfig: { ...push.pushConfig, pushEndpoint: '' } },
      { push: undefined },
    ],
    ['has no dead letters unless it says so', {}, { deadLetter: undefined }],
    [
      'gives up after 5 attempts unless it says otherwise',
      { deadLetterPolicy: { deadLetterTopic, maxDeliveryAttempts: 0 } },
      { deadLetter: { topic: deadLetterTopic, maxDeliveryAttempts: 5 } },
    ],
  ])('%s', (_, more, expected) => {
    expect(readSubscription(aResource(more))).toMatchObject(expected);
  });

  it.each([
    'projects/p/topics/t',
    'projects/p/subscriptions/ab',
    'projects/p/subscriptions/1st',
    'projects/p/subscriptions/google',
  ])('cannot be called %s', (name) => {
    expect(() => readSubscription(aResource({ name }))).toThrow(`Invalid resource name given (name=${name})`);
  });
});

describe('a pull that waits', () => {
  const message = { id: '1', data: Buffer.from('x'), attributes: {}, orderingKey: '', publishedAtMs: 0 };
  const open = () => {
    const timers = manualTimers();
    const ports = { after: timers.after, bearer: undefined, deadLetter: () => false };
    return { timers, subscription: openSubscription(aResource(), readSubscription(aResource()), ports) };
  };

  it('gets a message as soon as there is one', async () => {
    const { subscription } = open();
    const pulled = subscription.pull(1, new AbortController().signal);
    subscription.queue.add(message);
    expect(await pulled).toMatchObject([{ message: { id: '1' }, attempt: 1 }]);
  });

  it('gets nothing when nothing comes for a while, and leaves no timer', async () => {
    const { subscription, timers } = open();
    const pulled = subscription.pull(1, new AbortController().signal);
    timers.pass(5_000);
    expect(await pulled).toEqual([]);
    expect(timers.pending()).toBe(0);
  });

  it('takes no message once its caller is gone', async () => {
    const { subscription } = open();
    const caller = new AbortController();
    const pulled = subscription.pull(1, caller.signal);
    caller.abort();
    subscription.queue.add(message);
    expect(await pulled).toEqual([]);
    expect(await subscription.pull(1, 'none')).toMatchObject([{ attempt: 1 }]);
  });

  it('ends when the subscription is closed', async () => {
    const { subscription, timers } = open();
    const pulled = subscription.pull(1, new AbortController().signal);
    subscription.close();
    expect(await pulled).toEqual([]);
    expect(timers.pending()).toBe(0);
  });
});
