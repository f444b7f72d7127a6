import type { v1 } from '@google-cloud/pubsub';
import { publishAll, type Message, type PublishResult } from './batches.ts';
import { isAnswer, TooLate, worthRetrying } from './refused.ts';

/**
 * A CloudEvent in structured form, as it goes out: an audit event, or something else for the same topic, such as a
 * notice. Its `type` decides the attribute `kind` that subscriptions filter on.
 */
export interface TrailEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly dataschema?: string;
  readonly correlationid: string;
  readonly severity: string;
  readonly case?: string;
  readonly sequence?: number;
  readonly data: unknown;
}

/**
 * Where events go. `publish` answers with one result per event, in the order given, and never throws. Events arrive in
 * that order; after a failure that is not an event's own fault the rest of the call is not tried, so no case has gaps.
 */
export interface Trail {
  publish(events: readonly TrailEvent[]): Promise<readonly PublishResult[]>;
}

/** A topic `projects/PROJECT/topics/TOPIC`. `endpoint` is `host:port`; without it the client's own setting decides. */
export interface PubSubTrailOptions {
  readonly topic: string;
  readonly endpoint?: string;
  /** For one call of `publish` and all it needs: loading, connecting, retries, batches. */
  readonly timeoutMs?: number;
}

/** A trail that keeps what it is given: for tests, and for running without Pub/Sub. */
export function memoryTrail(): Trail & { readonly events: readonly TrailEvent[] } {
  const events: TrailEvent[] = [];
  const keep = (event: TrailEvent): PublishResult => ({
    id: event.id,
    accepted: true,
    messageId: String(events.push(event)),
  });
  return { events, publish: async (given) => given.map(keep) };
}

/**
 * A trail to a Pub/Sub topic over gRPC. The client library is loaded by the first event, and not before. `close` ends
 * the connection; a later `publish` opens a new one.
 */
export function pubSubTrail(options: PubSubTrailOptions): Trail & { close(): Promise<void> } {
  const { topic, timeoutMs = 8000 } = options;
  let client: Promise<v1.PublisherClient> | undefined;

  const drop = async (): Promise<void> => {
    const open = client;
    client = undefined;
    // One that never opened has nothing to close, and its failure was told to whoever published.
    await open?.then((one) => one.close()).catch(() => {});
  };

  const request = async (batch: readonly Message[], untilMs: number): Promise<readonly string[]> => {
    const messages = batch.map(({ data, attributes }) => ({ data, attributes }));
    const leftMs = (): number => Math.max(1, untilMs - performance.now());
    const answer = await within(leftMs(), async (signal) => {
      const open = await (client ??= connect(options));
      return open.publish({ topic, messages }, { ...patience(leftMs()), signal });
    });
    return answer[0].messageIds ?? [];
  };

  const publish = async (events: readonly TrailEvent[]): Promise<readonly PublishResult[]> => {
    const untilMs = performance.now() + timeoutMs;
    return publishAll(events, topic, async (batch) => {
      try {
        return await request(batch, untilMs);
      } catch (error) {
        // A client that found no credentials, or still looks for them, never gets well.
        if (!isAnswer(error)) void drop();
        throw error;
      }
    });
  };
  return { publish, close: drop };
}

async function connect({ topic, endpoint }: PubSubTrailOptions): Promise<v1.PublisherClient> {
  const { PubSub, v1 } = await import('@google-cloud/pubsub');
  const [, projectId] = topic.split('/');
  // Only this class reads PUBSUB_EMULATOR_HOST; only the client below takes a deadline and a signal for each call.
  const settings = new PubSub({ projectId, ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }) });
  const client = new v1.PublisherClient({ ...(await settings.getClientConfig()) });
  // Left to its first call, a client without credentials ends the process by an unhandled rejection.
  await client.initialize();
  return client;
}

/**
 * Retries with short pauses. No attempt takes more than half of the time, so that a hung one is repeated, and the
 * library gives up a little before the clock does, because it knows the reason.
 */
function patience(leftMs: number) {
  const attemptMs = Math.ceil(leftMs / 2);
  const backoffSettings = {
    initialRetryDelayMillis: 100,
    retryDelayMultiplier: 2,
    maxRetryDelayMillis: 500,
    initialRpcTimeoutMillis: attemptMs,
    rpcTimeoutMultiplier: 1,
    maxRpcTimeoutMillis: attemptMs,
    totalTimeoutMillis: Math.ceil(leftMs * 0.8),
  };
  return { retry: { retryCodes: [...worthRetrying], backoffSettings } };
}

/** The library's own time-out does not cover looking for credentials, so the clock is watched here as well. */
async function within<T>(leftMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TooLate(leftMs));
      stop.abort();
    }, leftMs);
  });
  try {
    return await Promise.race([work(stop.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
