import { partsOf } from './names.ts';

/** When a message that was not acknowledged is delivered again: exponential between the two, in milliseconds. */
export interface RetryPolicy {
  readonly minimumMs: number;
  readonly maximumMs: number;
}

/** After how many deliveries a message goes to which topic instead of being delivered again. */
export interface DeadLetterPolicy {
  readonly topic: string;
  readonly maxDeliveryAttempts: number;
}

/** What happens to a message after a delivery that was not acknowledged. */
export type AfterFailure = { readonly next: 'again'; readonly waitMs: number } | { readonly next: 'dead letter' };

/** Push back-off of a subscription without a retry policy (Pub/Sub documentation on push). */
export const pushBackoff: RetryPolicy = { minimumMs: 100, maximumMs: 60_000 };

/** What a retry policy means where it leaves a value out (Pub/Sub RPC reference, RetryPolicy). */
export const retryDefaults: RetryPolicy = { minimumMs: 10_000, maximumMs: 600_000 };

// Doubling zero gives zero for ever; from here a policy with no minimum still backs off.
const smallestStepMs = 100;

/** Milliseconds to wait after the given failed attempt (1 is the first); undefined policy means at once, as for pull. */
export function backoffMs(policy: RetryPolicy | undefined, attempt: number): number {
  if (policy === undefined) return 0;
  const first = attempt === 1 ? policy.minimumMs : Math.max(policy.minimumMs, smallestStepMs);
  return Math.min(policy.maximumMs, first * 2 ** (attempt - 1));
}

/** Decides between another delivery and the dead-letter topic after the given failed attempt (1 is the first). */
export function afterFailure(
  attempt: number,
  policies: { readonly retry?: RetryPolicy | undefined; readonly deadLetter?: DeadLetterPolicy | undefined },
): AfterFailure {
  const last = policies.deadLetter?.maxDeliveryAttempts ?? Infinity;
  return attempt >= last ? { next: 'dead letter' } : { next: 'again', waitMs: backoffMs(policies.retry, attempt) };
}

/** The attributes Pub/Sub adds to a message it forwards to a dead-letter topic; `attempts` is how often it was delivered. */
export function deadLetterAttributes(from: {
  readonly subscription: string;
  readonly attempts: number;
  readonly publishedAtMs: number;
}): Readonly<Record<string, string>> {
  const { project, id } = partsOf(from.subscription);
  return {
    CloudPubSubDeadLetterSourceDeliveryCount: String(from.attempts),
    CloudPubSubDeadLetterSourceSubscription: id,
    CloudPubSubDeadLetterSourceSubscriptionProject: project,
    CloudPubSubDeadLetterSourceTopicPublishTime: new Date(from.publishedAtMs).toISOString().replace('Z', '+00:00'),
  };
}
