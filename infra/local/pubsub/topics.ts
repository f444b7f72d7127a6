import { status } from '@grpc/grpc-js';
import { emptyHistory, found } from './broker.ts';
import type { Broker } from './broker.ts';
import { bytesOf, checkMessage } from './message.ts';
import type { Message, NewMessage } from './message.ts';
import { checkName } from './names.ts';
import { alreadyExists, Refusal } from './refusal.ts';
import type { Subscription } from './subscription.ts';
import type { TopicResource } from './wire.ts';

/** What a subscription names as its topic once that is deleted (Pub/Sub RPC reference). */
const deletedTopic = '_deleted-topic_';

/** Adds a topic, or refuses with INVALID_ARGUMENT or ALREADY_EXISTS. */
export function createTopic(broker: Broker, resource: TopicResource): TopicResource {
  checkName(resource.name, 'topics');
  if (broker.topics.has(resource.name)) throw alreadyExists(resource.name);
  broker.topics.set(resource.name, { resource, history: emptyHistory(broker) });
  return resource;
}

/** Removes a topic or refuses with NOT_FOUND; its subscriptions stay and keep what they hold. */
export function deleteTopic(broker: Broker, name: string): void {
  found(broker.topics, name);
  broker.topics.delete(name);
  for (const subscription of subscriptionsOf(broker, name)) {
    broker.subscriptions.set(subscription.config.name, {
      ...subscription,
      resource: { ...subscription.resource, topic: deletedTopic },
      config: { ...subscription.config, topic: deletedTopic },
    });
  }
}

/** The subscriptions of a topic. */
export function subscriptionsOf(broker: Broker, topic: string): readonly Subscription[] {
  return [...broker.subscriptions.values()].filter(({ config }) => config.topic === topic);
}

/** Accepts all of the messages or none, and answers their ids; may refuse. A filtered-out message counts as accepted. */
export function publish(broker: Broker, topicName: string, messages: readonly NewMessage[]): readonly string[] {
  const topic = found(broker.topics, topicName);
  const subscriptions = subscriptionsOf(broker, topicName);
  for (const message of messages) checkMessage(message);
  for (const subscription of subscriptions) checkRoom(subscription, messages);
  return messages.map((sent) => {
    const message: Message = { ...sent, id: broker.nextMessageId(), publishedAtMs: broker.ports.now() };
    topic.history.add(message);
    for (const { config, queue } of subscriptions) {
      if (config.filter === undefined || config.filter(message.attributes)) queue.add(message);
    }
    return message.id;
  });
}

// Not RESOURCE_EXHAUSTED, which the official client would retry for ten minutes.
function checkRoom({ config, queue }: Subscription, messages: readonly NewMessage[]): void {
  const bytes = messages.reduce((sum, message) => sum + bytesOf(message), 0);
  if (queue.hasRoomFor({ count: messages.length, bytes })) return;
  throw new Refusal(
    status.FAILED_PRECONDITION,
    `The backlog of ${config.name} is full: ${queue.size()} messages wait to be acknowledged. Start its receiver or delete it.`,
  );
}
