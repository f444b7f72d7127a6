import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { ClaimResult, Claims, Lease } from '../../shared/ledger/claims.ts';
import type { Receipts } from '../../shared/ledger/receipts.ts';
import { ChannelError, type Channel, type Sent } from '../../shared/notices/channel.ts';
import { messageOf, type Delivery } from '../../shared/notices/message.ts';
import { receiverKey, type Notice, type Receiver } from '../../shared/notices/notice.ts';
import type { Log } from '../log.ts';
import type { Channels } from './channels.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Pace } from './pace.ts';

/** What `notify` works with. */
export interface NotifyPorts {
  readonly channels: Channels;
  readonly claims: Claims;
  readonly receipts: Receipts;
  /** Where notices go that can reach nobody; without it the log line is their only trace. */
  readonly deadLetters?: DeadLetters | undefined;
  /** Keeps messages to one place apart; without it everything is sent at once, and a limit is met by delivering again. */
  readonly pace?: Pace;
  readonly log: Log;
  readonly now: () => number;
}

/** One delivery of a notice, with the event that it came in; `signal` ends all its attempts. */
export interface Work extends NotifyPorts {
  readonly notice: Notice;
  readonly event: TrailEvent;
  readonly signal: AbortSignal;
  /** When this delivery began, in epoch ms. */
  readonly beganMs: number;
  /** The message that this one belongs under, and which receiver has it. */
  readonly under?: { readonly to: string; readonly at: Pick<Sent, 'room' | 'id'> };
}

export type NotReached = Delivery['notReached'];

/**
 * What came of trying one receiver: a result, with the message if it was sent just now, when to try again (ms), or why the
 * credential of its channel was refused.
 */
export type Attempt =
  | { readonly result: ClaimResult; readonly sent?: Sent }
  | { readonly later: number }
  | { readonly refused: string };

/** All attempts of one delivery together: shorter than the lease of a claim and the time-out of the function. */
export const budgetMs = 40_000;
export const retryMs = 10_000;

/** So long a delivery waits for its turn, or for a limit that passes as soon; Pub/Sub's own pauses are ten seconds and more. */
const patienceMs = 20_000;
const shortMs = 5000;

/** Messages to one place come so far apart (Slack: one a second per channel; Google Chat and Teams by their limits). */
const spacings: ReadonlyMap<string, number> = new Map([
  ['slack', 1050],
  ['slackWebhook', 1050],
  ['googleChat', 1050],
  ['teams', 300],
]);

/** A receiver for the log, without addresses of people; the receipt has them. */
export function logged({ channel, to }: Receiver): string {
  return `${channel} ${'email' in to ? 'direct message' : to.channel}`;
}

/** What every log line says about a notice. */
export function fieldsOf(notice: Notice) {
  const { id, phase, sweepId, jobs, moreJobs } = notice;
  return { notice: id, phase, sweep: sweepId, jobs: jobs.length + moreJobs };
}

function failed(error: unknown, receiver: Receiver, work: Work): Attempt {
  const entry = { ...fieldsOf(work.notice), to: logged(receiver) };
  if (!(error instanceof ChannelError)) {
    work.log({
      severity: 'ERROR',
      message: 'A notice failed for an unknown reason; it is delivered again.',
      ...entry,
      error,
    });
    return { later: retryMs };
  }
  if (error.kind === 'target') return { result: { how: 'impossible', why: error.reason } };
  if (error.kind === 'credential') {
    const message = `The credential of a channel has to be repaired; the notice goes to others, or is delivered again: ${error.message}`;
    work.log({ severity: 'ERROR', message, event: 'channel.refused', ...entry, failure: error.kind });
    return { refused: error.reason };
  }
  const message = `A notice could not be delivered now and is delivered again: ${error.message}`;
  work.log({ severity: 'WARNING', message, event: 'notice.later', ...entry, failure: error.kind });
  return { later: error.retryAfterMs ?? retryMs };
}

async function sendOnce(channel: Channel, receiver: Receiver, notReached: NotReached, work: Work): Promise<Sent> {
  const { notice, now, signal, under } = work;
  const message = messageOf(notice, { to: receiver.to, nowMs: now(), notReached });
  const thread = under !== undefined && under.to === receiverKey(receiver) ? { under: under.at } : {};
  return channel.send(message, receiver.to, { noticeId: notice.id, notice, signal, ...thread });
}

/** A limit that passes within seconds is waited for; it needs a pace, by which the others at this place wait as well. */
function waitsFor(error: unknown, { pace, beganMs, now }: Work): number | undefined {
  if (pace === undefined || !(error instanceof ChannelError) || error.kind !== 'transient') return undefined;
  const { retryAfterMs: ms } = error;
  return ms !== undefined && ms <= shortMs && now() + ms <= beganMs + patienceMs ? ms : undefined;
}

async function sendInTurn(channel: Channel, receiver: Receiver, notReached: NotReached, work: Work): Promise<Attempt> {
  const place = receiverKey(receiver);
  const spacingMs = spacings.get(channel.name);
  for (;;) {
    const untilMs = work.beganMs + patienceMs;
    const tooLong = spacingMs === undefined ? 0 : await work.pace?.turn(place, spacingMs, untilMs);
    if (tooLong !== undefined && tooLong > 0) return { later: tooLong };
    try {
      const sent = await sendOnce(channel, receiver, notReached, work);
      return { result: { how: 'delivered', room: sent.room, id: sent.id }, sent };
    } catch (error) {
      const waitMs = spacingMs === undefined ? undefined : waitsFor(error, work);
      if (waitMs === undefined) throw error;
      work.pace?.pause(place, waitMs);
    }
  }
}

async function attempt(receiver: Receiver, notReached: NotReached, work: Work): Promise<Attempt> {
  try {
    const channel = await work.channels.get(receiver.channel);
    if (channel === undefined)
      return { result: { how: 'impossible', why: `this deployment has no channel ${receiver.channel}` } };
    return await sendInTurn(channel, receiver, notReached, work);
  } catch (error) {
    return failed(error, receiver, work);
  }
}

/**
 * Tries a receiver under a lease, and then finishes the claim, or gives it back if it has to be tried again. Where the
 * credential was refused the lease stays: what becomes of it depends on whether somebody else is reached. A claim that
 * cannot be finished after the message was sent is only logged: the receipt records it as well.
 */
export async function attemptUnder(
  lease: Lease,
  receiver: Receiver,
  notReached: NotReached,
  work: Work,
): Promise<Attempt> {
  const { claims, now, log, notice } = work;
  // A process may have stood still since it got the lease, and after the lease others send.
  const isLate = lease.untilMs - now() < budgetMs;
  const found = isLate ? { later: retryMs } : await attempt(receiver, notReached, work);
  if ('refused' in found) return found;
  if ('later' in found) {
    await claims.release(lease);
    return found;
  }
  try {
    await claims.finish(lease, found.result);
  } catch (error) {
    if (found.sent === undefined) throw error;
    const message = 'A notice was sent, but its claim could not be finished; the receipt alone records it.';
    log({ severity: 'ERROR', message, ...fieldsOf(notice), error });
  }
  return found;
}
