import { createServer } from 'node:http';
import { PubSub } from '@google-cloud/pubsub';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { provision } from '../../infra/local/pubsub/provision.ts';
import { startPubSub, type StandInPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { readLogFilter } from './log-filter.ts';
import { readTerraform } from './terraform/read.ts';

// The alerts on what Pub/Sub itself counts: their filters are read from the module, and held against what the stand-in's
// subscriptions hold while notify fails. The alerts on log lines are in metrics.test.ts.

const threshold = z.object({ filter: z.string(), comparison: z.literal('COMPARISON_GT'), threshold_value: z.number() });
const policy = z.object({ conditions: z.tuple([z.object({ condition_threshold: z.tuple([threshold]) })]) });
const subscription = z.object({ name: z.string() });

const { files } = await readTerraform();
/** Resources of one type, by name; each name is there once in a module. */
function resourcesOf(type: string): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(Object.values(files).flatMap((file) => Object.entries(file.resource[type] ?? {})));
}

const filled = (text: string) =>
  text
    .replaceAll(/\$\{google_pubsub_subscription\.(\w+)\.name\}/g, (_, name: string) => {
      return subscription.parse(resourcesOf('google_pubsub_subscription')[name]?.[0]).name;
    })
    .replaceAll('${var.name}', 'jobwarden');

/** Whether an alert fires for a value that a subscription has: its filter matches, and the value is over its threshold. */
function fires(
  alert: string,
  about: { readonly metric: string; readonly subscription: string; readonly value: number },
) {
  const [{ condition_threshold: condition }] = policy.parse(
    resourcesOf('google_monitoring_alert_policy')[alert]?.[0],
  ).conditions;
  const [{ filter, threshold_value: most }] = condition;
  const series = {
    metric: { type: `pubsub.googleapis.com/subscription/${about.metric}` },
    resource: { type: 'pubsub_subscription', labels: { subscription_id: about.subscription } },
  };
  return readLogFilter(filled(filter))(series) && about.value > most;
}

const last = (name: string) => name.slice(name.lastIndexOf('/') + 1);
let nowMs = Date.UTC(2026, 2, 11, 10);
let pubsub: StandInPubSub;
let names: Awaited<ReturnType<typeof provision>>;
const failing = createServer((_, response) => response.writeHead(503).end());

beforeAll(async () => {
  await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
  const address = failing.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  pubsub = await startPubSub({ now: () => nowMs, pace: 0.01 });
  names = await provision(pubsub.host, {
    project: 'ops',
    topic: 'jobwarden-events',
    deadLetterTopic: 'jobwarden-dead-letters',
    subscription: 'jobwarden-notify',
    pushEndpoint: `http://127.0.0.1:${port}/`,
    maxDeliveryAttempts: 5,
  });
});
afterAll(async () => {
  await pubsub.close();
  failing.closeAllConnections();
  await new Promise((resolve) => failing.close(resolve));
});

/** How old the oldest message is that the subscription still holds, in seconds. */
function oldestSeconds(): number {
  const [first] = pubsub.publishedTo(names.topic);
  const isHeld = pubsub.backlog(names.subscription) > 0;
  return first === undefined || !isHeld ? 0 : (nowMs - Date.parse(first.publishTime)) / 1000;
}

describe('while notify fails', () => {
  test('nothing fires before there is anything to tell', () => {
    const letters = { metric: 'num_undelivered_messages', subscription: last(names.deadLetterSubscription) };
    const value = pubsub.backlog(names.deadLetterSubscription);
    expect(fires('dead_letters', { ...letters, value })).toBe(false);
    const notices = { metric: 'oldest_unacked_message_age', subscription: last(names.subscription) };
    expect(fires('oldest_message', { ...notices, value: oldestSeconds() })).toBe(false);
  });

  test('a notice that nobody takes for more than ten minutes fires, and then its dead letter does', async () => {
    const client = new PubSub({ apiEndpoint: pubsub.host, projectId: 'ops' });
    await client.topic(names.topic).publishMessage({ data: Buffer.from('{}'), attributes: { kind: 'notice' } });
    await client.close();
    const notices = { metric: 'oldest_unacked_message_age', subscription: last(names.subscription) };
    expect(fires('oldest_message', { ...notices, value: oldestSeconds() })).toBe(false);
    nowMs += 601_000;
    expect(fires('oldest_message', { ...notices, value: oldestSeconds() })).toBe(true);
    expect(fires('oldest_message', { ...notices, subscription: 'other', value: oldestSeconds() })).toBe(false);
    await vi.waitFor(() => expect(pubsub.backlog(names.deadLetterSubscription)).toBe(1), { timeout: 20_000 });
    const letters = { metric: 'num_undelivered_messages', subscription: last(names.deadLetterSubscription) };
    expect(fires('dead_letters', { ...letters, value: 1 })).toBe(true);
    expect(fires('oldest_message', { ...notices, value: oldestSeconds() })).toBe(false);
  });
});
