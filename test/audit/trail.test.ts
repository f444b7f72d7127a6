import { execFile } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { PubSub, v1 } from '@google-cloud/pubsub';
import { status } from '@grpc/grpc-js';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../infra/local/pubsub/port.ts';
import { officialEmulatorInstalled, startOfficialEmulator } from '../../infra/local/pubsub/official.ts';
import { startPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { Refusal } from '../../infra/local/pubsub/refusal.ts';
import { caseId } from '../../shared/audit/event.ts';
import { jobEvent } from '../../shared/audit/job-event.ts';
import { memoryTrail, pubSubTrail, type TrailEvent } from '../../shared/audit/trail.ts';
import { aJob, aVerdict, nowMs } from '../make.ts';
import { scriptedPubSub, type Answer } from './scripted-pubsub.ts';

// Synthetic: no such project, job or policy exists.
const project = 'jobwarden-test';
const topic = `projects/${project}/topics/audit`;
const context = {
  source: '//jobwarden/test',
  sweepId: 'sweep-1',
  nowMs,
  policy: { sha256: 'ab'.repeat(32), where: 'policy.yaml' },
};

function anEvent(sequence = 1, fields: { readonly rule?: string; readonly id?: string } = {}): TrailEvent {
  const verdict = aVerdict({ job: aJob({ id: fields.id ?? 'job-1' }), rule: fields.rule ?? 'long-queries' });
  return jobEvent({
    name: 'cancel.intended',
    verdict,
    case: caseId(verdict.job),
    sequence,
    attempt: sequence,
    context,
  });
}

const bulky = (event: TrailEvent, bytes: number): TrailEvent => ({ ...event, data: 'x'.repeat(bytes) });

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** A trail to the topic at the host that is closed after the test. */
function trailTo(host: string, fields: { readonly topic?: string; readonly timeoutMs?: number } = {}) {
  const trail = pubSubTrail({ topic, endpoint: host, ...fields });
  closers.push(() => trail.close());
  return trail;
}

async function scripted(answer: Answer) {
  const server = await scriptedPubSub(answer);
  closers.push(server.close);
  return server;
}

/** What a trail must do at any Pub/Sub, with the official client on both sides. */
function describeTrail(
  name: string,
  start: () => Promise<{ readonly host: string; readonly close: () => Promise<void> }>,
) {
  describe(`a trail to ${name}`, () => {
    let server: Awaited<ReturnType<typeof start>>;
    let client: PubSub;
    let subscriber: v1.SubscriberClient;
    let topics = 0;
    beforeAll(async () => {
      server = await start();
      client = new PubSub({ projectId: project, apiEndpoint: server.host });
      subscriber = new v1.SubscriberClient({ ...(await client.getClientConfig()) });
    });
    afterAll(async () => {
      await subscriber.close();
      await client.close();
      await server.close();
    });

    /** A trail to a topic of its own, and what arrives there. */
    const started = async () => {
      const name = `projects/${project}/topics/audit-${(topics += 1)}`;
      await client.createTopic(name);
      const [{ name: subscription }] = await client.topic(name).createSubscription(`all-${topics}`);
      const arrived = async (count: number) => {
        const messages: { readonly messageId: string; readonly body: unknown; readonly attributes: object }[] = [];
        while (messages.length < count) {
          const [answer] = await subscriber.pull({ subscription, maxMessages: 1000 });
          const received = answer.receivedMessages ?? [];
          if (received.length === 0) continue;
          await subscriber.acknowledge({ subscription, ackIds: received.map(({ ackId }) => ackId ?? '') });
          for (const { message } of received) {
            const body: unknown = JSON.parse(Buffer.from(message?.data ?? '').toString('utf8'));
            messages.push({ messageId: message?.messageId ?? '', body, attributes: { ...message?.attributes } });
          }
        }
        return messages;
      };
      return { trail: trailTo(server.host, { topic: name }), arrived };
    };

    it('publishes each event as structured JSON with its attributes and answers with its message id', async () => {
      const { trail, arrived } = await started();
      const events = [anEvent(1), anEvent(2), anEvent(1, { id: 'job-2' })];
      const results = await trail.publish(events);
      expect(results.map(({ id, accepted }) => [id, accepted])).toEqual(events.map(({ id }) => [id, true]));
      const messages = await arrived(3);
      expect(messages.map(({ body }) => body)).toEqual(JSON.parse(JSON.stringify(events)));
      expect(messages.map(({ messageId }) => messageId)).toEqual(results.map(({ messageId }) => messageId));
      expect(messages[0]?.attributes).toEqual({
        kind: 'audit',
        event: 'cancel.intended',
        severity: 'NOTICE',
        engine: 'bigquery',
        project: 'analytics-prod',
        rule: 'long-queries',
        action: 'cancel',
      });
    });

    it('says which topic is missing and how to create it', async () => {
      const missing = `projects/${project}/topics/nowhere`;
      const results = await trailTo(server.host, { topic: missing }).publish([anEvent(1), anEvent(2)]);
      expect(results.map(({ accepted }) => accepted)).toEqual([false, false]);
      for (const { why } of results) {
        expect(why).toBe(
          `[pubsub] Topic ${missing} does not exist: create it (gcloud pubsub topics create nowhere --project=${project}) or correct JOBWARDEN_TOPIC.`,
        );
      }
    });

    it('publishes an event of a megabyte', async () => {
      const { trail, arrived } = await started();
      const [result] = await trail.publish([bulky(anEvent(), 1_000_000)]);
      expect(result).toMatchObject({ accepted: true });
      expect(JSON.stringify((await arrived(1))[0]?.body).length).toBeGreaterThan(1_000_000);
    });

    it('publishes what has odd characters in its attributes', async () => {
      const { trail, arrived } = await started();
      const events = ['ä\u0000\n😀', '"<>&\\', '€'.repeat(1000)].map((rule) => anEvent(1, { rule }));
      const results = await trail.publish(events);
      expect(results.map(({ accepted, why }) => [accepted, why])).toEqual(events.map(() => [true, undefined]));
      const rules = (await arrived(3)).map(({ attributes }) => new Map(Object.entries(attributes)).get('rule'));
      // A rule's name in an event has 300 characters at most; 300 euro signs fit into an attribute.
      expect(rules).toEqual(['ä 😀', '"<>&\\', `${'€'.repeat(299)}…`]);
    });

    it('publishes more than fits into one request, in order', async () => {
      const { trail, arrived } = await started();
      const events = Array.from({ length: 1201 }, (_, at) => anEvent(at + 1));
      const results = await trail.publish(events);
      expect(results.filter(({ accepted }) => !accepted)).toEqual([]);
      const ids = (await arrived(1201)).map(({ messageId }) => messageId);
      expect(new Set(ids)).toEqual(new Set(results.map(({ messageId }) => messageId)));
    });
  });
}

describeTrail('the stand-in Pub/Sub', startPubSub);

const installed = officialEmulatorInstalled();
if (!installed)
  console.info('Skipped: a trail to the official Pub/Sub emulator; google-cloud-cli does not have it here.');
describe.skipIf(!installed)('where google-cloud-cli has its emulator', () => {
  describeTrail('the official Pub/Sub emulator', startOfficialEmulator);
});

it('finds the endpoint in PUBSUB_EMULATOR_HOST when none is given', async () => {
  const server = await scripted((texts) => texts.map((_, at) => `m${at}`));
  process.env['PUBSUB_EMULATOR_HOST'] = server.host;
  closers.push(async () => void delete process.env['PUBSUB_EMULATOR_HOST']);
  const trail = pubSubTrail({ topic });
  closers.push(() => trail.close());
  expect(await trail.publish([anEvent()])).toEqual([{ id: anEvent().id, accepted: true, messageId: 'm0' }]);
});

it('sends the events of one call in one request', async () => {
  const server = await scripted((texts) => texts.map((_, at) => `m${at}`));
  await trailTo(server.host).publish([anEvent(1), anEvent(2), anEvent(3)]);
  expect(server.requests).toEqual([3]);
});

it('tries again when the service is not available', async () => {
  const server = await scripted((texts, nth) => {
    if (nth < 2) throw new Refusal(status.UNAVAILABLE, 'not now');
    return texts.map((_, at) => `m${at}`);
  });
  expect(await trailTo(server.host).publish([anEvent()])).toMatchObject([{ accepted: true }]);
  expect(server.requests).toEqual([1, 1, 1]);
});

it('does not try again what is not allowed, and says which role is missing', async () => {
  const server = await scripted(() => {
    throw new Refusal(status.PERMISSION_DENIED, 'no');
  });
  const [result] = await trailTo(server.host).publish([anEvent()]);
  expect(result).toEqual({
    id: anEvent().id,
    accepted: false,
    why: `[pubsub] Publishing to ${topic} is not allowed: grant the service account roles/pubsub.publisher on it.`,
  });
  expect(server.requests).toEqual([1]);
});

it('refuses only the event that Pub/Sub finds fault with', async () => {
  const server = await scripted((texts) => {
    if (texts.some((text) => text.includes('"sequence":4'))) throw new Refusal(status.INVALID_ARGUMENT, 'odd message');
    return texts.map((_, at) => `m${at}`);
  });
  const results = await trailTo(server.host).publish([1, 2, 3, 4, 5, 6].map((sequence) => anEvent(sequence)));
  expect(results.map(({ accepted }) => accepted)).toEqual([true, true, true, false, true, true]);
  expect(results[3]?.why).toMatch(/did not take this event: .*odd message/);
});

it('refuses an event that is too large or no JSON by itself, and publishes the others', async () => {
  const server = await scripted((texts) => texts.map((_, at) => `m${at}`));
  const noJson: TrailEvent = { ...anEvent(3), data: 1n };
  const results = await trailTo(server.host).publish([anEvent(1), bulky(anEvent(2), 9_500_000), noJson, anEvent(4)]);
  expect(results.map(({ accepted }) => accepted)).toEqual([true, false, false, true]);
  expect(results[1]?.why).toMatch(/^\[pubsub\] The event has 95\d{5} bytes; at most 9000000 can be published\.$/);
  expect(results[2]?.why).toMatch(/^\[pubsub\] The event is no JSON: /);
});

it('does not take an event for accepted that got no message id', async () => {
  const server = await scripted(() => ['m0']);
  expect(await trailTo(server.host).publish([anEvent(1), anEvent(2)])).toMatchObject([
    { accepted: true, messageId: 'm0' },
    { accepted: false, why: `[pubsub] ${topic} gave no message id for this event.` },
  ]);
});

it('leaves the rest untried once a request has failed, so that no case has a gap', async () => {
  const server = await scripted((texts, nth) => {
    if (nth === 1) throw new Refusal(status.PERMISSION_DENIED, 'no more');
    return texts.map((_, at) => `m${at}`);
  });
  const results = await trailTo(server.host).publish(Array.from({ length: 1500 }, (_, at) => anEvent(at)));
  expect(server.requests).toEqual([500, 500]);
  expect(results.map(({ accepted }) => accepted).lastIndexOf(true)).toBe(499);
});

it('gives every event back within its time when nobody listens', async () => {
  const trail = trailTo(`127.0.0.1:${await freePort()}`, { timeoutMs: 3000 });
  const startedMs = performance.now();
  const results = await trail.publish([anEvent(1), anEvent(2)]);
  expect(performance.now() - startedMs).toBeLessThan(6000);
  expect(results.map(({ accepted }) => accepted)).toEqual([false, false]);
  expect(results[0]?.why).toMatch(
    /^\[pubsub\] projects\/jobwarden-test\/topics\/audit could not be reached: .*ECONNREFUSED/,
  );
});

it('gives every event back within its time when the service never answers', async () => {
  const server = await scripted(() => new Promise(() => {}));
  const startedMs = performance.now();
  const results = await trailTo(server.host, { timeoutMs: 1000 }).publish([anEvent()]);
  expect(performance.now() - startedMs).toBeLessThan(4000);
  expect(results).toMatchObject([{ accepted: false }]);
});

it('gives every event back within its time when the port is taken by something silent', async () => {
  const sockets = new Set<Socket>();
  const port = await freePort();
  const silent = createServer((socket) => sockets.add(socket));
  await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const startedMs = performance.now();
  const results = await trailTo(`127.0.0.1:${port}`, { timeoutMs: 1000 }).publish([anEvent()]);
  expect(performance.now() - startedMs).toBeLessThan(4000);
  expect(results).toMatchObject([{ accepted: false }]);
});

it('publishes again after it was closed', async () => {
  const server = await scripted((texts) => texts.map((_, at) => `m${at}`));
  const trail = trailTo(server.host);
  await trail.publish([anEvent(1)]);
  await trail.close();
  await trail.close();
  expect(await trail.publish([anEvent(2)])).toMatchObject([{ accepted: true }]);
});

/** What a process of its own prints that begins with `pubSubTrail` imported. */
async function inAProcess(script: string, env: NodeJS.ProcessEnv = {}): Promise<unknown> {
  const code = `import { pubSubTrail } from './shared/audit/trail.ts';\n${script}`;
  const nobody = { PATH: process.env['PATH'], METADATA_SERVER_DETECTION: 'none', HOME: '/nonexistent', ...env };
  const args = ['--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: nobody });
  return JSON.parse(stdout);
}

it('loads no client library as long as there is nothing to publish', async () => {
  const printed = await inAProcess(`
    import { createRequire } from 'node:module';
    const trail = pubSubTrail({ topic: ${JSON.stringify(topic)} });
    const results = await trail.publish([]);
    await trail.close();
    const loaded = Object.keys(createRequire(process.cwd() + '/x.js').cache).filter((path) => path.includes('google'));
    console.log(JSON.stringify({ results, loaded }));`);
  expect(printed).toEqual({ results: [], loaded: [] });
});

it('says that there are no credentials, lets the process live, and starts anew with the next call', async () => {
  const server = await scripted((texts) => texts.map((_, at) => `m${at}`));
  const printed = await inAProcess(`
    const trail = pubSubTrail({ topic: ${JSON.stringify(topic)} });
    const event = ${JSON.stringify(anEvent())};
    const results = [...await trail.publish([event]), ...await trail.publish([event])];
    process.env.PUBSUB_EMULATOR_HOST = ${JSON.stringify(server.host)};
    results.push(...await trail.publish([event]));
    await trail.close();
    console.log(JSON.stringify(results));`);
  const { id } = anEvent();
  const why = `[pubsub] There are no credentials to publish to ${topic}: give the function a service account, or run gcloud auth application-default login.`;
  const refused = { id, accepted: false, why };
  expect(printed).toEqual([refused, refused, { id, accepted: true, messageId: 'm0' }]);
});

it('keeps what it is given, in order, where there is no Pub/Sub', async () => {
  const trail = memoryTrail();
  expect(await trail.publish([anEvent(1), anEvent(2)])).toMatchObject([
    { accepted: true, messageId: '1' },
    { accepted: true, messageId: '2' },
  ]);
  expect(trail.events.map(({ sequence }) => sequence)).toEqual([1, 2]);
});
