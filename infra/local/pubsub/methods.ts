import { found } from './broker.ts';
import type { Broker } from './broker.ts';
import type { Lease } from './queue.ts';
import { unary } from './rpc.ts';
import type { Method } from './rpc.ts';
import { createSubscription, deleteSubscription } from './subscriptions.ts';
import { createTopic, deleteTopic, publish, subscriptionsOf } from './topics.ts';
import * as wire from './wire.ts';

type Methods = Readonly<Record<string, Method>>;

/** The part of google.pubsub.v1.Publisher that the stand-in answers; the rest is UNIMPLEMENTED. */
export function publisherMethods(broker: Broker): Methods {
  return {
    createTopic: unary(wire.topicRequest, (topic) => createTopic(broker, topic)),
    getTopic: unary(wire.topicNameRequest, ({ topic }) => found(broker.topics, topic).resource),
    listTopics: unary(wire.projectRequest, ({ project }) => ({
      topics: [...broker.topics.values()]
        .map(({ resource }) => resource)
        .filter(({ name }) => name.startsWith(`${project}/`)),
    })),
    listTopicSubscriptions: unary(wire.topicNameRequest, ({ topic }) => {
      found(broker.topics, topic);
      return { subscriptions: subscriptionsOf(broker, topic).map(({ config }) => config.name) };
    }),
    deleteTopic: unary(wire.topicNameRequest, ({ topic }) => {
      deleteTopic(broker, topic);
      return {};
    }),
    publish: unary(wire.publishRequest, ({ topic, messages }) => ({ messageIds: publish(broker, topic, messages) })),
  };
}

/** The part of google.pubsub.v1.Subscriber that the stand-in answers; the rest is UNIMPLEMENTED. */
export function subscriberMethods(broker: Broker): Methods {
  const queueOf = (name: string) => found(broker.subscriptions, name).queue;
  return {
    createSubscription: unary(wire.subscriptionRequest, (asked) => createSubscription(broker, asked)),
    getSubscription: unary(
      wire.subscriptionNameRequest,
      ({ subscription }) => found(broker.subscriptions, subscription).resource,
    ),
    listSubscriptions: unary(wire.projectRequest, ({ project }) => {
      const all = [...broker.subscriptions.values()].map(({ resource }) => resource);
      return { subscriptions: all.filter(({ name }) => name.startsWith(`${project}/`)) };
    }),
    deleteSubscription: unary(wire.subscriptionNameRequest, ({ subscription }) => {
      deleteSubscription(broker, subscription);
      return {};
    }),
    pull: unary(wire.pullRequest, async ({ subscription, maxMessages, returnImmediately }, gone) => {
      const from = found(broker.subscriptions, subscription);
      const leases = await from.pull(Math.min(maxMessages, 1000), returnImmediately ? 'none' : gone);
      return { receivedMessages: leases.map((lease) => received(lease, from.config.deadLetter !== undefined)) };
    }),
    acknowledge: unary(wire.acknowledgeRequest, ({ subscription, ackIds }) => {
      const queue = queueOf(subscription);
      for (const ackId of ackIds) queue.ack(ackId);
      return {};
    }),
    modifyAckDeadline: unary(wire.deadlineRequest, ({ subscription, ackIds, ackDeadlineSeconds }) => {
      const queue = queueOf(subscription);
      for (const ackId of ackIds) {
        if (ackDeadlineSeconds === 0) queue.nack(ackId);
        else queue.extend(ackId, ackDeadlineSeconds * 1000);
      }
      return {};
    }),
  };
}

function received({ ackId, message, attempt }: Lease, counts: boolean): object {
  const { id, data, attributes, orderingKey, publishedAtMs } = message;
  const publishTime = { seconds: Math.floor(publishedAtMs / 1000), nanos: Math.trunc(publishedAtMs % 1000) * 1e6 };
  return {
    ackId,
    message: { messageId: id, data, attributes, orderingKey, publishTime },
    deliveryAttempt: counts ? attempt : 0,
  };
}
