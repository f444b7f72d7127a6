import type { Lease } from './queue.ts';

/**
 * The JSON body of a wrapped push request, with the doubled snake_case fields of the real one (Pub/Sub documentation on
 * push). `deliveryAttempt` is there when the subscription has a dead-letter policy, `orderingKey` when the message has one.
 */
export function pushBody(lease: Lease, subscription: { readonly name: string; readonly counts: boolean }): string {
  const { message } = lease;
  const publishTime = new Date(message.publishedAtMs).toISOString();
  return JSON.stringify({
    message: {
      data: message.data.toString('base64'),
      attributes: message.attributes,
      messageId: message.id,
      message_id: message.id,
      publishTime,
      publish_time: publishTime,
      ...(message.orderingKey === '' ? {} : { orderingKey: message.orderingKey }),
    },
    subscription: subscription.name,
    ...(subscription.counts ? { deliveryAttempt: lease.attempt } : {}),
  });
}
