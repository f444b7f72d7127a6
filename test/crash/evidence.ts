import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { StandInBigQuery } from '../../infra/local/bigquery/server.ts';
import type { StandInPubSub } from '../../infra/local/pubsub/pubsub.ts';
import type { SlackStandIn } from '../../infra/local/slack/slack.ts';
import { ledgerSchema, type Case, type LedgerDocument } from '../../shared/ledger/document.ts';
import { objectReceipts } from '../../shared/ledger/object-receipts.ts';
import type { Receipt } from '../../shared/ledger/receipts.ts';
import { openState } from '../../shared/ledger/state.ts';
import type { TrailEvent } from '../../shared/audit/trail.ts';
import { noticeType } from '../../shared/notices/notice.ts';
import { foldersOf } from '../../shared/objects/directory/file-names.ts';
import type { Boundary } from './gate.ts';
import { topic } from './lane.ts';

/** A cancel that reached BigQuery, and what the ledger said of its job at that moment. */
export interface Cancel {
  readonly job: string;
  readonly atMs: number;
  readonly known: Case | undefined;
  /** Whether the end of the job was on record by then. */
  readonly isOver: boolean;
}

/** All that is left after a run, for the promises to be held against. */
export interface Evidence {
  readonly boundary: Boundary | undefined;
  /** How many processes ended. */
  readonly gone: number;
  readonly sweeps: number;
  readonly isSettled: boolean;
  readonly cancels: readonly Cancel[];
  /** Every event that was in an outbox at any time, by id. */
  readonly recorded: ReadonlyMap<string, TrailEvent>;
  /** In the order in which the topic took them, with repetitions. */
  readonly published: readonly TrailEvent[];
  readonly deadLetters: readonly TrailEvent[];
  /** The notices that the messages in the workspace are of. */
  readonly messages: readonly string[];
  readonly receipts: ReadonlyMap<string, Receipt>;
  readonly ledger: LedgerDocument | undefined;
  readonly stateOf: (job: string) => string | undefined;
  readonly logs: readonly string[];
}

const event = z.custom<TrailEvent>((value) => z.object({ id: z.string(), type: z.string() }).safeParse(value).success);
const inMessage = z.object({ event_payload: z.object({ notice_id: z.string() }) });

/** Every generation of the ledger that was seen: each is read once, before a later sweep removes it. */
export function ledgerWatch(state: string) {
  const folder = join(state, ...foldersOf('ledger.json'));
  const read = new Map<number, LedgerDocument>();
  const look = async (): Promise<void> => {
    const names = await readdir(folder).catch(() => []);
    for (const number of names.filter((name) => /^\d+$/.test(name)).map(Number)) {
      // The number before the first is a link to nowhere, and the oldest may go at any time.
      const text = read.has(number)
        ? undefined
        : await readFile(join(folder, String(number)), 'utf8').catch(() => undefined);
      if (text !== undefined) read.set(number, ledgerSchema.parse(JSON.parse(text)));
    }
  };
  const latest = (): LedgerDocument | undefined => read.get(Math.max(...read.keys()));
  const outboxes = (): ReadonlyMap<string, TrailEvent> =>
    new Map([...read.values()].flatMap(({ outbox }) => outbox.map((one) => [one.id, one] as const)));
  return { look, latest, outboxes };
}

/** What a topic has taken, as the events that were published. */
export function eventsOn(pubsub: Pick<StandInPubSub, 'publishedTo'>, name: string): readonly TrailEvent[] {
  return pubsub.publishedTo(name).map(({ data }) => event.parse(JSON.parse(data.toString('utf8'))));
}

/** The case of a job in a ledger. */
export function caseOf(ledger: LedgerDocument | undefined, job: string): Case | undefined {
  return Object.values(ledger?.cases ?? {}).find((one) => one.job.id === job);
}

interface Places {
  readonly bigquery: Pick<StandInBigQuery, 'job'>;
  readonly pubsub: Pick<StandInPubSub, 'publishedTo'>;
  readonly slack: Pick<SlackStandIn, 'inbox'>;
  readonly state: string;
}

/** Gathers from the stand-ins and the state what is left after a run. */
export async function gather({ bigquery, pubsub, slack, state }: Places) {
  const published = eventsOn(pubsub, topic);
  const store = objectReceipts(openState(state, { now: Date.now }), { now: Date.now });
  const receipts = new Map<string, Receipt>();
  for (const { id } of published.filter(({ type }) => type === noticeType)) {
    const receipt = await store.get(id);
    if (receipt !== undefined) receipts.set(id, receipt);
  }
  return {
    published,
    deadLetters: eventsOn(pubsub, `${topic}-dead-letters`),
    messages: slack.inbox().map(({ metadata }) => inMessage.parse(metadata).event_payload.notice_id),
    receipts,
    stateOf: (job: string) =>
      ['analytics-prod', 'research-eu'].map((project) => bigquery.job(project, job)?.status.state).find(Boolean),
  };
}
