import { fileURLToPath } from 'node:url';
import { describe, expect, it, test, type TestContext } from 'vitest';
import { z } from 'zod';
import { startCloud, type LocalCloud } from '../../infra/local/cloud.ts';
import { officialEmulatorInstalled } from '../../infra/local/pubsub/official.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import { openState } from '../../shared/ledger/state.ts';
import { jobwarden, lettersIn } from './letters.ts';
import { eventually } from './local-process.ts';

// Synthetic: no such project, person, job or channel exists. Both functions are processes of their own, with policy and
// state in the stand-in for Cloud Storage; Pub/Sub is the stand-in, and then Google's own emulator.
const policyFile = fileURLToPath(new URL('../fixtures/acceptance.yaml', import.meta.url));
const deadLetters = 'projects/jobwarden-local/subscriptions/jobwarden-dead-letters';
const attempts = 5;

type Broker = 'built-in' | 'official';
const wasRunWith = new Set<Broker>();

const summary = z.object({
  status: z.string(),
  outcomes: z.record(z.string(), z.number()),
  events: z.object({ waiting: z.number() }),
  troubles: z.array(z.string()),
});
const logLine = z.object({ message: z.string(), notice: z.string().optional() });

interface Whole {
  readonly cloud: LocalCloud;
  /** A job of `WHO@example.com` runs away; resolves once it is cancelled, and the sweep could publish that. */
  runaway(who: string): Promise<void>;
  /** How often the log of `notify` says so of any notice. */
  said(text: string): number;
  /** What the newest log line that says so is about. */
  noticeOf(text: string): string;
  receipt(notice: string): Promise<string | undefined>;
  letters(): ReturnType<typeof lettersIn>;
  replay(): ReturnType<typeof jobwarden>;
  /** Whom the messages went to, in order. */
  inbox(): readonly string[];
}

async function sweep({ watch }: LocalCloud) {
  return summary.parse(await (await fetch(watch, { method: 'POST' })).json());
}

async function theWhole(pubsub: Broker, { onTestFinished }: TestContext): Promise<Whole> {
  const log: z.infer<typeof logLine>[] = [];
  const onLog = (line: string) => {
    if (line.startsWith('{')) log.push(logLine.parse(JSON.parse(line)));
  };
  const delivery = { retry: { minimumSeconds: 0.2, maximumSeconds: 1 }, maxDeliveryAttempts: attempts };
  const cloud = await startCloud({ policyFile, pubsub, mode: 'enforce', state: 'bucket', delivery, onLog });
  onTestFinished(() => cloud.close());
  const { bigquery, environment, slack } = cloud;
  const state = openState(environment['JOBWARDEN_STATE'] ?? '', { now: Date.now, endpoint: cloud.storage?.url });
  const saying = (text: string) => log.filter(({ message, notice }) => notice !== undefined && message.includes(text));
  return {
    cloud,
    runaway: async (who) => {
      bigquery.addJob({
        project: 'acceptance',
        id: `runaway_of_${who}`,
        principal: `${who}@example.com`,
        labels: { env: 'sandbox' },
        query: 'SELECT 1',
        onCancel: { how: 'stops', afterMs: 0 },
      });
      const swept = await eventually(
        () => sweep(cloud),
        ({ outcomes }) => outcomes['cancelled'] === 1,
      );
      expect(swept).toMatchObject({ status: 'ok', events: { waiting: 0 }, troubles: [] });
    },
    said: (text) => saying(text).length,
    noticeOf: (text) => saying(text).at(-1)?.notice ?? '',
    receipt: async (notice) => (await objectReceipts(state, { now: Date.now }).get(notice))?.how,
    letters: () => lettersIn(deadLetters, cloud.pubsub),
    replay: () => jobwarden(['replay'], environment),
    inbox: () => slack.inbox().map(({ to }) => to),
  };
}

const again = 'could not be delivered now and is delivered again';

/** Slack is down for two deliveries; `notify` answers 503, and Pub/Sub delivers until it is up again. */
async function failsAndRecovers(whole: Whole): Promise<void> {
  whole.cloud.slack.faults.add({ fault: 'server-error', method: 'chat.postMessage', times: 2 });
  await whole.runaway('ada');
  await eventually(
    async () => whole.said('Notice delivered'),
    (count) => count === 1,
  );
  expect(whole.said(again)).toBe(2);
  expect(whole.inbox()).toEqual(['ada@example.com']);
  expect(await whole.receipt(whole.noticeOf('Notice delivered'))).toBe('delivered');
}

/** Neither the owner nor the fallback can ever be reached: `notify` publishes the dead letter itself. */
async function reachesNobody(whole: Whole): Promise<void> {
  whole.cloud.slack.faults.add({ fault: 'users_not_found', method: 'users.lookupByEmail', times: 0 });
  whole.cloud.slack.faults.add({ fault: 'channel_not_found', method: 'chat.postMessage', times: 0 });
  await whole.runaway('bo');
  await eventually(
    async () => whole.said('cannot be delivered to anybody'),
    (count) => count === 1,
  );
  const notice = whole.noticeOf('cannot be delivered to anybody');
  expect(await whole.receipt(notice)).toBe('undeliverable');
  const [letter, ...others] = await whole.letters();
  expect(letter).toMatchObject({
    id: notice,
    reason: expect.stringMatching(/^slack direct message: .+; slack #data-cost: /),
  });
  expect(others).toEqual([]);
  expect(whole.inbox()).toEqual(['ada@example.com']);

  whole.cloud.slack.faults.clear();
  expect(await whole.replay()).toMatchObject({ code: 0, out: expect.stringContaining(notice) });
  await eventually(
    () => whole.receipt(notice),
    (how) => how === 'delivered',
  );
  expect(whole.inbox()).toEqual(['ada@example.com', 'bo@example.com']);
}

/** Slack stays down: after the last attempt Pub/Sub makes a dead letter of what `notify` never gave up. */
async function staysTransient(whole: Whole, pubsub: Broker): Promise<void> {
  whole.cloud.slack.faults.add({ fault: 'server-error', times: 0 });
  const before = whole.said(again);
  await whole.runaway('cy');
  const [letter, ...others] = await eventually(whole.letters, ({ length }) => length > 0, 40_000);
  const notice = whole.noticeOf(again);
  expect(letter).toMatchObject({ id: notice });
  expect(letter?.reason).toBeUndefined();
  expect(others).toEqual([]);
  // Google's counts attempts "on a best-effort basis", those among them of which a busy process never hears.
  const least = pubsub === 'official' ? 2 : attempts;
  const heard = await eventually(
    async () => whole.said(again) - before,
    (count) => count >= least,
  );
  expect(heard).toBeLessThanOrEqual(attempts);
  expect(await whole.receipt(notice)).toBeUndefined();

  whole.cloud.slack.faults.clear();
  const gaveUp = expect.stringContaining('Pub/Sub gave up delivering it');
  expect(await whole.replay()).toMatchObject({ code: 0, out: gaveUp });
  await eventually(
    () => whole.receipt(notice),
    (how) => how === 'delivered',
  );
  expect(whole.inbox()).toEqual(['ada@example.com', 'bo@example.com', 'cy@example.com']);
}

async function deliversAll(pubsub: Broker, context: TestContext): Promise<void> {
  const whole = await theWhole(pubsub, context);
  await failsAndRecovers(whole);
  await reachesNobody(whole);
  await staysTransient(whole, pubsub);
  expect(await whole.replay()).toMatchObject({ code: 0, out: expect.stringContaining('nothing to replay') });
  expect(await sweep(whole.cloud)).toMatchObject({ status: 'ok', events: { waiting: 0 } });
  expect(whole.inbox()).toHaveLength(3);
  wasRunWith.add(pubsub);
}

describe('watch → Pub/Sub → notify → Slack, when deliveries fail: each owner is told, and told once,', () => {
  // Side by side: nearly all of it is waiting for the next delivery.
  const side = { timeout: 240_000, concurrent: true };
  it('with the built-in Pub/Sub', side, (context) => deliversAll('built-in', context));

  const isThere = officialEmulatorInstalled();
  const title = `with the official emulator (${isThere ? 'installed' : 'skipped: google-cloud-cli has none here'})`;
  it.skipIf(!isThere)(title, side, (context) => deliversAll('official', context));

  test.runIf(isThere && process.env['CI'] === 'true')('was run with the official emulator in CI', () => {
    expect([...wasRunWith]).toContain('official');
  });
});
