import { found } from './broker.ts';
import type { Broker } from './broker.ts';
import type { Message } from './message.ts';
import { alreadyExists, Refusal } from './refusal.ts';
import { deadLetterAttributes } from './retry.ts';
import { readSubscription } from './subscription-config.ts';
import type { SubscriptionConfig } from './subscription-config.ts';
import { openSubscription } from './subscription.ts';
import { publish } from './topics.ts';
import type { SubscriptionResource } from './wire.ts';

/** Adds a subscription to a topic, for messages from now on; refuses what Pub/Sub refuses and a missing topic. */
export function createSubscription(broker: Broker, asked: SubscriptionResource): SubscriptionResource {
  const config = readSubscription(asked);
  if (broker.subscriptions.has(config.name)) throw alreadyExists(config.name);
  found(broker.topics, config.topic);
  if (config.deadLetter !== undefined) found(broker.topics, config.deadLetter.topic);
  const resource = { ...asked, ackDeadlineSeconds: config.ackDeadlineMs / 1000 };
  const subscription = openSubscription(resource, config, {
    ...broker.ports,
    deadLetter: (message, attempts) => deadLetter(broker, config, { message, attempts }),
  });
  broker.subscriptions.set(config.name, subscription);
  return resource;
}

/** Removes a subscription with everything it holds, or refuses with NOT_FOUND. */
export function deleteSubscription(broker: Broker, name: string): void {
  found(broker.subscriptions, name).close();
  broker.subscriptions.delete(name);
}

function deadLetter(
  broker: Broker,
  config: SubscriptionConfig,
  spent: { readonly message: Message; readonly attempts: number },
): boolean {
  const topic = broker.topics.get(config.deadLetter?.topic ?? '');
  if (topic === undefined) return false;
  const { data, attributes, orderingKey, publishedAtMs } = spent.message;
  const origin = deadLetterAttributes({ subscription: config.name, attempts: spent.attempts, publishedAtMs });
  try {
    publish(broker, topic.resource.name, [{ data, orderingKey, attributes: { ...attributes, ...origin } }]);
    return true;
  } catch (error) {
    // A message that the dead-letter topic refuses stays where it is, as in production.
    if (error instanceof Refusal) return false;
    throw error;
  }
}
