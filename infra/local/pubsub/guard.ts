import { z } from 'zod';
import type { Permissions } from '../permissions.ts';
import { denied } from './refusal.ts';
import type { Method } from './rpc.ts';

type Field = 'topic' | 'subscription' | 'name' | 'project';

/** What is needed of whom: the permission, and the field of the request that names the resource (IAM for Pub/Sub). */
const needs: Readonly<Record<string, readonly [permission: string, field: Field]>> = {
  createTopic: ['pubsub.topics.create', 'name'],
  getTopic: ['pubsub.topics.get', 'topic'],
  listTopics: ['pubsub.topics.list', 'project'],
  listTopicSubscriptions: ['pubsub.topics.get', 'topic'],
  deleteTopic: ['pubsub.topics.delete', 'topic'],
  publish: ['pubsub.topics.publish', 'topic'],
  createSubscription: ['pubsub.subscriptions.create', 'name'],
  getSubscription: ['pubsub.subscriptions.get', 'subscription'],
  listSubscriptions: ['pubsub.subscriptions.list', 'project'],
  deleteSubscription: ['pubsub.subscriptions.delete', 'subscription'],
  pull: ['pubsub.subscriptions.consume', 'subscription'],
  acknowledge: ['pubsub.subscriptions.consume', 'subscription'],
  modifyAckDeadline: ['pubsub.subscriptions.consume', 'subscription'],
};

const fields = z.looseObject({
  topic: z.string().catch(''),
  subscription: z.string().catch(''),
  name: z.string().catch(''),
  project: z.string().catch(''),
});

/**
 * The methods for callers with limited permissions. The official client sends no credentials to an emulator, so callers
 * are told apart by the address that they call: `permissionsAt` knows it, and undefined is an administrator.
 */
export function guarded(
  methods: Readonly<Record<string, Method>>,
  permissionsAt: (host: string) => Permissions | undefined,
): Readonly<Record<string, Method>> {
  const guard = (name: string, method: Method): Method => {
    return (call, callback) => {
      const permissions = permissionsAt(call.getHost());
      const [permission = '', field = 'name'] = needs[name] ?? [];
      const resource = fields.parse(call.request)[field];
      if (permissions === undefined || permissions.has(permission, resource)) return method(call, callback);
      const { code, message } = denied(resource);
      return callback({ code, details: message });
    };
  };
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, guard(name, method)]));
}
