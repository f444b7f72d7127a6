import { parseFilter } from './filter.ts';
import type { Filter } from './filter.ts';
import { checkName } from './names.ts';
import { invalid, unsupported } from './refusal.ts';
import { pushBackoff, retryDefaults } from './retry.ts';
import type { DeadLetterPolicy, RetryPolicy } from './retry.ts';
import type { Duration, SubscriptionResource } from './wire.ts';

/** Whom the push requests of a subscription say they come from. */
export interface Oidc {
  readonly serviceAccountEmail: string;
  readonly audience: string;
}

/** Where messages are pushed to; absent in a pull subscription. */
export interface PushTarget {
  readonly endpoint: URL;
  readonly oidc: Oidc | undefined;
}

/** What a subscription does, checked and in milliseconds. */
export interface SubscriptionConfig {
  readonly name: string;
  readonly topic: string;
  readonly ackDeadlineMs: number;
  readonly ordered: boolean;
  readonly filter: Filter | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly deadLetter: DeadLetterPolicy | undefined;
  readonly push: PushTarget | undefined;
}

/** Reads a subscription as Pub/Sub would, with its defaults and its ranges (Pub/Sub RPC reference, Subscription). */
export function readSubscription(resource: SubscriptionResource): SubscriptionConfig {
  refuseUnsupported(resource);
  const push = pushTarget(resource);
  return {
    name: checkName(resource.name, 'subscriptions'),
    topic: checkName(resource.topic, 'topics'),
    ackDeadlineMs: inRange(resource.ackDeadlineSeconds || 10, { of: 'ackDeadlineSeconds', from: 10, to: 600 }) * 1000,
    ordered: resource.enableMessageOrdering,
    filter: resource.filter === '' ? undefined : parseFilter(resource.filter),
    retry: retryPolicy(resource) ?? (push === undefined ? undefined : pushBackoff),
    deadLetter: deadLetterPolicy(resource),
    push,
  };
}

function refuseUnsupported(resource: SubscriptionResource): void {
  if (resource.bigqueryConfig !== null) throw unsupported('BigQuery subscriptions');
  if (resource.cloudStorageConfig !== null) throw unsupported('Cloud Storage subscriptions');
  if (resource.bigtableConfig !== null) throw unsupported('Bigtable subscriptions');
  if (resource.messageTransforms.length > 0) throw unsupported('message transforms');
  if (resource.enableExactlyOnceDelivery) throw unsupported('exactly-once delivery');
  if (resource.pushConfig !== null && resource.pushConfig.noWrapper !== null) throw unsupported('unwrapped push');
}

function pushTarget({ pushConfig }: SubscriptionResource): PushTarget | undefined {
  if (pushConfig === null || pushConfig.pushEndpoint === '') return undefined;
  const endpoint = URL.canParse(pushConfig.pushEndpoint) ? new URL(pushConfig.pushEndpoint) : undefined;
  if (endpoint === undefined || !/^https?:$/.test(endpoint.protocol)) {
    throw invalid(`The push endpoint "${pushConfig.pushEndpoint}" is not an http or https URL.`);
  }
  return { endpoint, oidc: pushConfig.oidcToken ?? undefined };
}

function retryPolicy({ retryPolicy: policy }: SubscriptionResource): RetryPolicy | undefined {
  if (policy === null) return undefined;
  const minimumMs = millisecondsOf(policy.minimumBackoff) ?? retryDefaults.minimumMs;
  const maximumMs = millisecondsOf(policy.maximumBackoff) ?? retryDefaults.maximumMs;
  inRange(minimumMs / 1000, { of: 'minimumBackoff', from: 0, to: 600 });
  inRange(maximumMs / 1000, { of: 'maximumBackoff', from: 0, to: 600 });
  if (minimumMs > maximumMs) throw invalid('The minimumBackoff of a retry policy is larger than its maximumBackoff.');
  return { minimumMs, maximumMs };
}

function deadLetterPolicy({ deadLetterPolicy: policy }: SubscriptionResource): DeadLetterPolicy | undefined {
  if (policy === null) return undefined;
  const attempts = inRange(policy.maxDeliveryAttempts || 5, { of: 'maxDeliveryAttempts', from: 5, to: 100 });
  return { topic: checkName(policy.deadLetterTopic, 'topics'), maxDeliveryAttempts: attempts };
}

function millisecondsOf(duration: Duration | null): number | undefined {
  return duration === null ? undefined : duration.seconds * 1000 + duration.nanos / 1e6;
}

function inRange(value: number, allowed: { readonly of: string; readonly from: number; readonly to: number }): number {
  if (value >= allowed.from && value <= allowed.to) return value;
  throw invalid(`${allowed.of} must lie between ${allowed.from} and ${allowed.to}, and is ${value}.`);
}
