import { describe, expect, it } from 'vitest';
import { afterFailure, backoffMs, deadLetterAttributes, pushBackoff } from '../../../infra/local/pubsub/retry.ts';

describe('the back-off', () => {
  it.each([
    ['doubles from the minimum to the maximum', { minimumMs: 1000, maximumMs: 6000 }, [1000, 2000, 4000, 6000, 6000]],
    ['stays where minimum and maximum are the same', { minimumMs: 500, maximumMs: 500 }, [500, 500, 500]],
    [
      'starts at once with a minimum of zero, and still grows',
      { minimumMs: 0, maximumMs: 1000 },
      [0, 200, 400, 800, 1000],
    ],
    ['stays at zero when the maximum is zero', { minimumMs: 0, maximumMs: 0 }, [0, 0, 0]],
    ['is 100 ms and doubles for a push subscription without a policy', pushBackoff, [100, 200, 400]],
    ['is nothing at all for a pull subscription without a policy', undefined, [0, 0, 0]],
  ])('%s', (_, policy, expected) => {
    expect(expected.map((_wait, index) => backoffMs(policy, index + 1))).toEqual(expected);
  });

  it('never exceeds a minute for a push subscription without a policy', () => {
    expect(backoffMs(pushBackoff, 10)).toBe(51_200);
    expect(backoffMs(pushBackoff, 11)).toBe(60_000);
    expect(backoffMs(pushBackoff, 5_000)).toBe(60_000);
  });
});

describe('what follows a failed delivery', () => {
  const retry = { minimumMs: 1000, maximumMs: 2000 };
  const deadLetter = { topic: 'projects/p/topics/dead', maxDeliveryAttempts: 5 };

  it.each([
    ['another delivery, as long as attempts are left', 4, { retry, deadLetter }, { next: 'again', waitMs: 2000 }],
    ['the dead-letter topic, after the last attempt', 5, { retry, deadLetter }, { next: 'dead letter' }],
    ['the dead-letter topic, after one attempt too many', 6, { retry, deadLetter }, { next: 'dead letter' }],
    ['another delivery for ever, without a dead-letter policy', 1_000, { retry }, { next: 'again', waitMs: 2000 }],
    ['another delivery at once, without any policy', 1, {}, { next: 'again', waitMs: 0 }],
  ])('is %s', (_, attempt, policies, expected) => {
    expect(afterFailure(attempt, policies)).toEqual(expected);
  });
});

it('names the subscription, its project, the attempts and the first publish time of a dead letter', () => {
  const publishedAtMs = Date.UTC(2026, 10, 22, 3, 4, 5, 678);
  expect(deadLetterAttributes({ subscription: 'projects/p/subscriptions/notify', attempts: 5, publishedAtMs })).toEqual(
    {
      CloudPubSubDeadLetterSourceDeliveryCount: '5',
      CloudPubSubDeadLetterSourceSubscription: 'notify',
      CloudPubSubDeadLetterSourceSubscriptionProject: 'p',
      CloudPubSubDeadLetterSourceTopicPublishTime: '2026-11-22T03:04:05.678+00:00',
    },
  );
});
