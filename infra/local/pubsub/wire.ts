import { z } from 'zod';

// Requests as they arrive from gRPC: defaults are filled in, an absent message is null. Fields that only come back in
// an answer (labels, expiration) pass through unread.

const duration = z.object({ seconds: z.number(), nanos: z.number() });
// Only whether it is there matters; a member of a oneof is left out rather than null.
const unread = z.looseObject({}).nullable().default(null);
const attributes = z.record(z.string(), z.string());

export const topicRequest = z.looseObject({ name: z.string() });
export const topicNameRequest = z.object({ topic: z.string() });
export const projectRequest = z.object({ project: z.string() });
export const subscriptionNameRequest = z.object({ subscription: z.string() });

export const publishRequest = z.object({
  topic: z.string(),
  messages: z.array(z.object({ data: z.instanceof(Buffer), attributes, orderingKey: z.string() })).max(1000),
});

export const subscriptionRequest = z.looseObject({
  name: z.string(),
  topic: z.string(),
  pushConfig: z
    .looseObject({
      pushEndpoint: z.string(),
      oidcToken: z.object({ serviceAccountEmail: z.string(), audience: z.string() }).nullable().default(null),
      noWrapper: unread,
    })
    .nullable(),
  ackDeadlineSeconds: z.number(),
  enableMessageOrdering: z.boolean(),
  enableExactlyOnceDelivery: z.boolean(),
  filter: z.string(),
  deadLetterPolicy: z.object({ deadLetterTopic: z.string(), maxDeliveryAttempts: z.number() }).nullable(),
  retryPolicy: z.object({ minimumBackoff: duration.nullable(), maximumBackoff: duration.nullable() }).nullable(),
  bigqueryConfig: unread,
  cloudStorageConfig: unread,
  bigtableConfig: unread,
  messageTransforms: z.array(z.unknown()).default([]),
});

export const pullRequest = z.object({
  subscription: z.string(),
  maxMessages: z.number().int().positive(),
  returnImmediately: z.boolean(),
});

export const acknowledgeRequest = z.object({ subscription: z.string(), ackIds: z.array(z.string()) });
export const deadlineRequest = z.object({
  subscription: z.string(),
  ackIds: z.array(z.string()),
  ackDeadlineSeconds: z.number().int().min(0).max(600),
});

export type Duration = z.infer<typeof duration>;
export type TopicResource = z.infer<typeof topicRequest>;
export type SubscriptionResource = z.infer<typeof subscriptionRequest>;
