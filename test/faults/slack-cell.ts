import { notifyHandler } from '../../functions/notify/handler.ts';
import { startSlack } from '../../infra/local/slack/slack.ts';
import { memoryClaims } from '../../shared/ledger/claims.ts';
import { memoryReceipts } from '../../shared/ledger/receipts.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import type { Notice } from '../../shared/notices/notice.ts';
import { slackChannel } from '../../shared/notices/slack.ts';
import type { LogEntry } from '../../functions/log.ts';
import { aNotice } from '../notices/make.ts';
import { channelsOf } from '../notify/make.ts';
import { logInto } from '../secrets/listen.ts';
import { isSilent, type Kind } from './kinds.ts';
import { startProxy } from './proxy.ts';

// Synthetic: no such person, job or channel exists.

/** What `notify` asks of Slack to reach a person. */
export const slackCalls = ['users.lookupByEmail', 'conversations.open', 'chat.postMessage'] as const;
export type SlackCall = (typeof slackCalls)[number];

/** An answer to a delivery. */
interface Answered {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** What was seen in one cell: of the delivery in which a call failed, and of those after it was repaired. */
export interface SlackSeen {
  readonly failed: number;
  readonly answer: Answered;
  /** Why, as the log has it. */
  readonly says: string;
  /** Who got the notice by then: the person, or the channel that comes after them. */
  readonly meanwhile: readonly string[];
  /** A notice to a channel, delivered while the call fails. */
  readonly others: number;
  /** Deliveries until the answer was 204, the failing one counted. */
  readonly deliveries: number;
  /** Who got it in the end; twice where nobody could know that it had arrived. */
  readonly inbox: readonly string[];
  readonly receipt: string | undefined;
  readonly deadLetters: number;
}

const mostDeliveries = 5;
const person = { channel: 'slack', to: { email: 'sam@example.com' } } as const;
const room = { channel: 'slack', to: { channel: '#data-unowned' } } as const;
const otherRoom = { channel: 'slack', to: { channel: '#another' } } as const;

function world(url: string, kind: Kind, log: LogEntry[]) {
  let offsetMs = 0;
  const now = () => Date.now() + offsetMs;
  const receipts = memoryReceipts();
  const letters: string[] = [];
  const handle = notifyHandler({
    channels: channelsOf([
      slackChannel({ token: 'xoxb-faults', baseUrl: `${url}/api/`, timeoutMs: isSilent.has(kind) ? 1000 : 8000 }),
    ]),
    claims: memoryClaims({ now }),
    receipts,
    deadLetters: { keep: async ({ id }) => void letters.push(id) },
    log: logInto(log),
    now,
  });
  const deliver = async (notice: Notice): Promise<Answered> => {
    let status = 0;
    let retryAfter: string | undefined;
    const data = Buffer.from(JSON.stringify(noticeEvent(notice, '//faults'))).toString('base64');
    const set = (name: string, value: string) => {
      if (name === 'Retry-After') retryAfter = value;
    };
    const response = { status: (code: number) => (status = code), set, send: () => 0, end: () => 0 };
    await handle({ method: 'POST', headers: {}, body: { message: { data } } }, response);
    return { status, retryAfter };
  };
  const receipt = async ({ id }: Notice) => (await receipts.get(id))?.how;
  return { deliver, receipt, letters, wait: () => void (offsetMs += 150_000) };
}

/** Plays one cell: a notice to a person, then a channel, in a workspace of its own. */
export async function slackCell(call: SlackCall, kind: Kind): Promise<SlackSeen> {
  const slack = await startSlack();
  const proxy = await startProxy({ upstream: slack.url, api: 'slack', now: Date.now });
  const log: LogEntry[] = [];
  const { deliver, receipt, letters, wait } = world(proxy.url, kind, log);
  const notice: Notice = { ...aNotice(), receivers: [person, room] };
  const inbox = () => slack.inbox().map(({ to }) => to);
  try {
    proxy.fail({ kind, hits: ({ path }) => path.endsWith(`/${call}`) });
    const answer = await deliver(notice);
    const says = log.filter(({ severity }) => severity !== 'DEBUG').map(({ message }) => message)[0] ?? '';
    const skipped = log.flatMap(({ skipped }) => (Array.isArray(skipped) ? skipped.map(String) : []));
    const meanwhile = inbox();
    const { status: others } = await deliver({ ...notice, id: 'notice-of-others', receivers: [otherRoom] });
    const failed = proxy.failed();
    proxy.fail(undefined);
    let deliveries = 1;
    for (let last = answer.status; last !== 204 && deliveries < mostDeliveries; deliveries += 1) {
      wait();
      last = (await deliver(notice)).status;
    }
    const ends = inbox().filter((to) => to !== '#another');
    // What the log says around Slack's own failure is not what this is about.
    const why = /\[slack\] .*$/.exec(says)?.[0] ?? [says, ...skipped].join(' ');
    const deadLetters = letters.filter((id) => id === notice.id).length;
    return {
      failed,
      answer,
      says: why,
      meanwhile,
      others,
      deliveries,
      inbox: ends,
      receipt: await receipt(notice),
      deadLetters,
    };
  } finally {
    await proxy.close();
    await slack.close();
  }
}
