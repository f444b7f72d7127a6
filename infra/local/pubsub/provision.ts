import { PubSub } from '@google-cloud/pubsub';
import type { CreateSubscriptionOptions } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import type { Oidc } from './subscription-config.ts';

/** What to create; ids are short ids, not full names. Values that are left out are those of production. */
export interface Provisioning {
  readonly project: string;
  readonly topic: string;
  readonly deadLetterTopic: string;
  /** The push subscription on the topic. */
  readonly subscription: string;
  /** The pull subscription that keeps the dead letters; the id of the dead-letter topic unless told otherwise. */
  readonly deadLetterSubscription?: string;
  /** URL with its path, kept as it is. */
  readonly pushEndpoint: string;
  readonly filter?: string;
  readonly ackDeadlineSeconds?: number;
  readonly maxDeliveryAttempts?: number;
  readonly retry?: { readonly minimumSeconds: number; readonly maximumSeconds: number };
  readonly oidc?: Oidc;
}

/** Full names of what there is after provisioning. */
export interface Provisioned {
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly subscription: string;
  readonly deadLetterSubscription: string;
}

const production = {
  filter: 'attributes.kind = "notice"',
  ackDeadlineSeconds: 60,
  maxDeliveryAttempts: 50,
  retry: { minimumSeconds: 10, maximumSeconds: 600 },
} as const;

/**
 * Creates topic, dead-letter topic and subscriptions at a Pub/Sub on this machine (`127.0.0.1:PORT`) as production has
 * them. What exists already stays as it is. Throws what the official client throws, prefixed.
 */
export async function provision(host: string, wanted: Provisioning): Promise<Provisioned> {
  const { project } = wanted;
  const names: Provisioned = {
    topic: `projects/${project}/topics/${wanted.topic}`,
    deadLetterTopic: `projects/${project}/topics/${wanted.deadLetterTopic}`,
    subscription: `projects/${project}/subscriptions/${wanted.subscription}`,
    deadLetterSubscription: `projects/${project}/subscriptions/${wanted.deadLetterSubscription ?? wanted.deadLetterTopic}`,
  };
  const client = new PubSub({ apiEndpoint: host, projectId: project });
  try {
    await Promise.all(
      [names.topic, names.deadLetterTopic].map((topic) => ensure(client.createTopic(topic, bounded()))),
    );
    // The dead letters need their subscription first: a topic without one loses what it is sent.
    await ensure(client.createSubscription(names.deadLetterTopic, names.deadLetterSubscription, neverExpires()));
    await ensure(client.createSubscription(names.topic, names.subscription, pushSubscription(names, wanted)));
  } catch (cause) {
    throw new Error(`[pubsub] ${host} did not accept the topics and subscriptions of ${project}.`, { cause });
  } finally {
    await client.close();
  }
  return names;
}

// Left alone, the client would try for ten minutes to reach a host that is not there. It writes into what it is given.
function bounded(): { readonly timeout: number } {
  return { timeout: 5_000 };
}

// A policy without a time to live: the subscription lives on however idle it is.
function neverExpires(): CreateSubscriptionOptions {
  return { expirationPolicy: {}, gaxOpts: bounded() };
}

function pushSubscription(names: Provisioned, wanted: Provisioning): CreateSubscriptionOptions {
  const retry = wanted.retry ?? production.retry;
  return {
    ...neverExpires(),
    pushConfig: {
      pushEndpoint: wanted.pushEndpoint,
      ...(wanted.oidc === undefined ? {} : { oidcToken: wanted.oidc }),
    },
    filter: wanted.filter ?? production.filter,
    ackDeadlineSeconds: wanted.ackDeadlineSeconds ?? production.ackDeadlineSeconds,
    deadLetterPolicy: {
      deadLetterTopic: names.deadLetterTopic,
      maxDeliveryAttempts: wanted.maxDeliveryAttempts ?? production.maxDeliveryAttempts,
    },
    retryPolicy: {
      minimumBackoff: durationOf(retry.minimumSeconds),
      maximumBackoff: durationOf(retry.maximumSeconds),
    },
  };
}

function durationOf(seconds: number): { readonly seconds: number; readonly nanos: number } {
  const whole = Math.trunc(seconds);
  return { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) };
}

async function ensure(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === status.ALREADY_EXISTS)) throw error;
  }
}
