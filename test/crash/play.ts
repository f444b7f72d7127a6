import { startBigQuery, type StandInBigQuery } from '../../infra/local/bigquery/server.ts';
import { provision } from '../../infra/local/pubsub/provision.ts';
import { startPubSub, type StandInPubSub } from '../../infra/local/pubsub/pubsub.ts';
import { startSlack, type SlackStandIn } from '../../infra/local/slack/slack.ts';
import { isBeingCancelled } from '../../shared/ledger/case.ts';
import { caseOf, eventsOn, gather, ledgerWatch, type Cancel, type Evidence } from './evidence.ts';
import type { Boundary } from './gate.ts';
import { topic, type Lane } from './lane.ts';
import { actors, policies, policyChangesAt, sweeps, workspace } from './story.ts';

const minuteMs = 60_000;
const project = 'jobwarden-local';
const subscription = `projects/${project}/subscriptions/notify`;

interface StandIns {
  readonly bigquery: StandInBigQuery;
  readonly pubsub: StandInPubSub;
  readonly slack: SlackStandIn;
}

async function startStandIns({ clock, pushUrl }: Lane): Promise<StandIns> {
  const { now, after } = clock;
  const [bigquery, pubsub, slack] = await Promise.all([
    startBigQuery({ now }),
    startPubSub({ now, after }),
    startSlack({ now, ...workspace }),
  ]);
  const name = 'jobwarden';
  const wanted = { project, topic: name, deadLetterTopic: `${name}-dead-letters`, subscription: 'notify' };
  await provision(pubsub.host, { ...wanted, pushEndpoint: pushUrl });
  return { bigquery, pubsub, slack };
}

type Ledgers = ReturnType<typeof ledgerWatch>;

/** Nothing is left to be done: every story is over, and every notice was taken. */
function isSettled(ledgers: Ledgers, pubsub: StandInPubSub): boolean {
  const ledger = ledgers.latest();
  const open = Object.values(ledger?.cases ?? {});
  return (
    ledger !== undefined &&
    ledger.outbox.length === 0 &&
    !open.some(isBeingCancelled) &&
    actors.every(({ spec, isCancelled }) => !isCancelled || caseOf(ledger, spec.id)?.state === 'closed') &&
    pubsub.backlog(subscription) === 0
  );
}

async function sweepOn(lane: Lane, { pubsub }: StandIns, ledgers: Ledgers) {
  const beganAtMs = lane.clock.now();
  for (let count = 0; ; count += 1) {
    const isOver = count >= sweeps.least && isSettled(ledgers, pubsub);
    if (isOver || count >= sweeps.most) return { sweeps: count, isSettled: isOver };
    if (count === policyChangesAt) await lane.setPolicy(policies.after);
    const sweep = { isOver: false };
    const swept = lane.sweep().finally(() => {
      sweep.isOver = true;
    });
    await lane.clock.runTo(beganAtMs + (count + 1) * minuteMs);
    // On a slow machine a sweep takes longer than its minute.
    while (!sweep.isOver) await lane.clock.runTo(lane.clock.now() + 1000);
    await swept;
    await ledgers.look();
  }
}

async function tell(lane: Lane, standIns: StandIns, boundary: Boundary | undefined): Promise<Evidence> {
  const { bigquery, pubsub, slack } = standIns;
  const ledgers = ledgerWatch(lane.state);
  const cancels: Cancel[] = [];
  const beforeCancel = async (job: string): Promise<void> => {
    await ledgers.look();
    const known = caseOf(ledgers.latest(), job);
    const ends = [...eventsOn(pubsub, topic), ...ledgers.outboxes().values()];
    const isOver =
      known?.state === 'closed' || ends.some((one) => one.case === known?.id && /\.confirmed\./.test(one.type));
    cancels.push({ job, atMs: lane.clock.now(), known, isOver });
  };
  await lane.attach({ bigquery: bigquery.url, pubsub: pubsub.host, slack: slack.url, beforeCancel }, boundary);
  const goneBefore = lane.crew.gone();
  lane.crew.takeLogs();
  for (const { spec } of actors) bigquery.addJob(spec);
  const swept = await sweepOn(lane, standIns, ledgers);
  return {
    boundary,
    gone: lane.crew.gone() - goneBefore,
    ...swept,
    cancels,
    recorded: ledgers.outboxes(),
    ledger: ledgers.latest(),
    ...(await gather({ ...standIns, state: lane.state })),
    logs: lane.crew.takeLogs(),
  };
}

/** Plays the story once, with a process that ends at the boundary if there is one, until nothing is left to be done. */
export async function play(lane: Lane, boundary: Boundary | undefined): Promise<Evidence> {
  await lane.begin(policies.before);
  const standIns = await startStandIns(lane);
  try {
    return await tell(lane, standIns, boundary);
  } finally {
    await Promise.all(Object.values(standIns).map(async (one) => one.close()));
  }
}
