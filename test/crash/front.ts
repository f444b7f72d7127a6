import type { Role } from './control.ts';
import { bigqueryName, cancelledBy, slackName } from './exchanges.ts';
import { Ended, openGate, type Exchange, type Gate } from './gate.ts';
import { startGrpcProxy } from './grpc-proxy.ts';
import { forward, isBroken, startProxy, type Answered, type Asked, type Proxy } from './http-proxy.ts';
import { oneByOne, type Work } from './work.ts';

/** Where the stand-ins of one run are, and who hears of a cancel before it is handled. */
export interface Upstream {
  /** URLs, and `host:port` for Pub/Sub. */
  readonly bigquery: string;
  readonly pubsub: string;
  readonly slack: string;
  readonly beforeCancel: (job: string) => Promise<void>;
}

/** The proxies around both processes, which outlive the stand-ins behind them: every request goes through the gate. */
export interface Front {
  readonly urls: Readonly<Record<'bigquery' | 'slack' | 'push', string>>;
  /** The Pub/Sub that a process publishes to, as `host:port`. */
  readonly pubsub: Readonly<Record<Role, string>>;
  /** From now on requests go there, through this gate. */
  readonly attach: (upstream: Upstream, gate: Gate) => void;
  readonly gate: () => Gate;
  /** Asks for a sweep, as the scheduler does. Its answer may get lost, as anything may. */
  readonly sweep: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** What the front needs: the time, who is under way, and where the process of a role listens. */
interface Behind {
  readonly now: () => number;
  readonly work: Work;
  readonly urlOf: (role: Role) => Promise<string>;
}

const nobody = openGate(undefined, async () => undefined);

/** Requests from the processes to the stand-ins, and from the stand-ins to the processes. */
function openWays({ work, urlOf }: Behind) {
  let to: Upstream | undefined;
  let gate = nobody;
  const here = (): Upstream => {
    if (to === undefined) throw new Error('[crash] there is a request before there is a run');
    return to;
  };
  const outward = async <T>(exchange: Exchange, handle: () => Promise<T>): Promise<T> =>
    work.during('stand-ins', async () => gate.pass(exchange, handle));
  const inward = async (exchange: Exchange, asked: Asked): Promise<Answered> =>
    work.during(exchange.by, async () => gate.pass(exchange, async () => forward(await urlOf(exchange.by), asked)));
  const attach: Front['attach'] = (upstream, next) => {
    to = upstream;
    gate = next;
  };
  return { here, outward, inward, attach, gate: () => gate };
}

async function startProxies(ways: ReturnType<typeof openWays>, now: () => number) {
  const { here, outward, inward } = ways;
  const bigquery = async (asked: Asked): Promise<Answered> =>
    outward({ by: 'watch', name: bigqueryName(asked) }, async () => {
      const job = cancelledBy(asked);
      if (job !== undefined) await here().beforeCancel(job);
      return forward(here().bigquery, asked);
    });
  const slack = async (asked: Asked): Promise<Answered> =>
    outward({ by: 'notify', name: slackName(asked) }, async () => forward(here().slack, asked));
  // One after the other: so the requests of every run come in the same order.
  const inTurn = oneByOne();
  const push = async (asked: Asked): Promise<Answered> =>
    inTurn(async () => inward({ by: 'notify', name: 'push' }, asked));
  const pubsub = async (by: Role): Promise<Proxy> =>
    startGrpcProxy(
      () => here().pubsub,
      async (call) => outward({ by, name: 'publish' }, call),
    );
  return {
    bigquery: await startProxy(bigquery, now),
    slack: await startProxy(slack, now),
    push: await startProxy(push, now),
    watch: await pubsub('watch'),
    notify: await pubsub('notify'),
  };
}

/** Opens the proxies on 127.0.0.1. */
export async function openFront(behind: Behind): Promise<Front> {
  const ways = openWays(behind);
  const { bigquery, slack, push, watch, notify } = await startProxies(ways, behind.now);
  return {
    urls: { bigquery: bigquery.url, slack: slack.url, push: push.url },
    pubsub: { watch: new URL(watch.url).host, notify: new URL(notify.url).host },
    attach: ways.attach,
    gate: ways.gate,
    sweep: async () => {
      const asked = { method: 'POST', path: '/', headers: {}, body: Buffer.alloc(0) };
      try {
        await ways.inward({ by: 'watch', name: 'sweep' }, asked);
      } catch (error) {
        if (!(error instanceof Ended) && !isBroken(error)) throw error;
      }
    },
    close: async () => {
      for (const proxy of [bigquery, slack, push, watch, notify]) await proxy.close();
    },
  };
}
