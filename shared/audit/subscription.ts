import type { v1 } from '@google-cloud/pubsub';

/** A message that was pulled; `ackId` stands for this delivery of it. */
export interface Pulled {
  readonly ackId: string;
  readonly messageId: string;
  readonly data: Uint8Array;
}

/** Messages to be taken one batch at a time. What is neither acknowledged nor released comes again after its deadline. */
export interface Subscription {
  /** Up to `max` messages, as soon as there is one; none when there is none for a while. */
  pull(max: number): Promise<readonly Pulled[]>;
  acknowledge(ackIds: readonly string[]): Promise<void>;
  /** Gives messages back, to be delivered again at once. */
  release(ackIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A subscription `projects/PROJECT/subscriptions/SUBSCRIPTION`. `endpoint` is `host:port`; else the client's own setting. */
export interface SubscriptionOptions {
  readonly subscription: string;
  readonly endpoint?: string | undefined;
  /** How long the first pull waits for a message; later ones wait a quarter of that. */
  readonly waitMs?: number;
}

/**
 * A pull subscription of Pub/Sub over gRPC. The client library is loaded by the first call. What Pub/Sub says against a
 * call is an Error whose message begins with `[pubsub]`, says what helps, and has the client's error as its cause.
 */
export function pubSubSubscription({ subscription, endpoint, waitMs = 8000 }: SubscriptionOptions): Subscription {
  let client: Promise<v1.SubscriberClient> | undefined;
  let reached = false;
  const ask = async <T>(work: (open: v1.SubscriberClient) => Promise<T>): Promise<T> => {
    try {
      return await work(await (client ??= connect(subscription, endpoint)));
    } catch (cause) {
      throw new Error(whyNot(cause, subscription), { cause });
    }
  };
  const bounded = { timeout: waitMs };
  return {
    pull: (max) =>
      ask(async (open) => {
        const found = await pull(open, { subscription, maxMessages: max }, reached ? waitMs / 4 : waitMs);
        if (!reached && found.length === 0) await reach(open, subscription, waitMs);
        reached = true;
        return found;
      }),
    acknowledge: async (ackIds) => {
      if (ackIds.length > 0) await ask((open) => open.acknowledge({ subscription, ackIds: [...ackIds] }, bounded));
    },
    release: async (ackIds) => {
      const now = { subscription, ackIds: [...ackIds], ackDeadlineSeconds: 0 };
      if (ackIds.length > 0) await ask((open) => open.modifyAckDeadline(now, bounded));
    },
    close: async () => {
      const open = client;
      client = undefined;
      await open?.then((one) => one.close()).catch(() => {});
    },
  };
}

async function connect(subscription: string, endpoint: string | undefined): Promise<v1.SubscriberClient> {
  const { PubSub, v1 } = await import('@google-cloud/pubsub');
  const [, projectId] = subscription.split('/');
  // Only this class reads PUBSUB_EMULATOR_HOST; only the client below pulls one batch at a time.
  const settings = new PubSub({ projectId, ...(endpoint === undefined ? {} : { apiEndpoint: endpoint }) });
  const client = new v1.SubscriberClient({ ...(await settings.getClientConfig()) });
  await client.initialize();
  return client;
}

async function pull(
  client: v1.SubscriberClient,
  asked: { readonly subscription: string; readonly maxMessages: number },
  waitMs: number,
): Promise<readonly Pulled[]> {
  try {
    // Repeating a pull whose answer was lost would lease a second batch.
    const [answer] = await client.pull(asked, { timeout: waitMs, retry: null });
    return (answer.receivedMessages ?? []).map(({ ackId, message }) => ({
      ackId: ackId ?? '',
      messageId: message?.messageId ?? '',
      data:
        typeof message?.data === 'string' ? Buffer.from(message.data, 'base64') : (message?.data ?? Buffer.alloc(0)),
    }));
  } catch (error) {
    // Pub/Sub holds a pull of an empty subscription open until something comes (Subscriber.Pull reference).
    if (codeOf(error) === codes.deadlineExceeded) return [];
    throw error;
  }
}

/** An empty subscription and one that cannot be reached look the same to a pull: throws for the latter. */
async function reach(client: v1.SubscriberClient, subscription: string, timeout: number): Promise<void> {
  try {
    await client.getSubscription({ subscription }, { timeout, retry: null });
  } catch (error) {
    // Whoever may pull may not always look at the subscription itself.
    if (codeOf(error) !== codes.permissionDenied) throw error;
  }
}

/** The gRPC status codes that mean something here (gRPC's list of status codes). */
const codes = { deadlineExceeded: 4, notFound: 5, permissionDenied: 7, failedPrecondition: 9 } as const;

function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
}

function whyNot(error: unknown, subscription: string): string {
  const code = codeOf(error);
  if (code === codes.notFound) return `[pubsub] Subscription ${subscription} does not exist.`;
  if (code === codes.permissionDenied) {
    return `[pubsub] Pulling from ${subscription} is not allowed: it takes roles/pubsub.subscriber on it.`;
  }
  if (code === codes.failedPrecondition) return `[pubsub] ${subscription} is not a pull subscription.`;
  const said = error instanceof Error ? error.message : String(error);
  return /default credentials/i.test(said)
    ? `[pubsub] There are no credentials to pull from ${subscription}: run gcloud auth application-default login.`
    : `[pubsub] ${subscription} could not be reached: ${said.slice(0, 300)}`;
}
