import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { ClaimResult, Claims, Lease } from '../../shared/ledger/claims.ts';
import type { Receipts } from '../../shared/ledger/receipts.ts';
import { ChannelError, type Channel, type Sent } from '../../shared/notices/channel.ts';
import { messageOf, type Delivery } from '../../shared/notices/message.ts';
import type { Notice, Receiver } from '../../shared/notices/notice.ts';
import type { Log } from '../log.ts';
import type { DeadLetters } from './dead-letters.ts';

/** What `notify` works with. */
export interface NotifyPorts {
  readonly channel: Channel;
  readonly claims: Claims;
  readonly receipts: Receipts;
  /** Where notices go that can reach nobody; without it the log line is their only trace. */
  readonly deadLetters?: DeadLetters | undefined;
  readonly log: Log;
  readonly now: () => number;
}

/** One delivery of a notice, with the event that it came in; `signal` ends all its attempts. */
export interface Work extends NotifyPorts {
  readonly notice: Notice;
  readonly event: TrailEvent;
  readonly signal: AbortSignal;
}

export type NotReached = Delivery['notReached'];

/** What came of trying one receiver: a result, with the message if it was sent just now, or when to try again (ms). */
export type Attempt = { readonly result: ClaimResult; readonly sent?: Sent } | { readonly later: number };

/** All attempts of one delivery together: shorter than the lease of a claim and the time-out of the function. */
export const budgetMs = 40_000;
const retryMs = 10_000;

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
  const isAccess = error.kind === 'credential';
  const message = isAccess
    ? `Nothing can be sent until the channel's credential is repaired; the notice is delivered again: ${error.message}`
    : `A notice could not be delivered now and is delivered again: ${error.message}`;
  work.log({ severity: isAccess ? 'ERROR' : 'WARNING', message, ...entry, failure: error.kind });
  return { later: error.retryAfterMs ?? retryMs };
}

async function attempt(receiver: Receiver, notReached: NotReached, work: Work): Promise<Attempt> {
  const { notice, channel, now, signal } = work;
  if (receiver.channel !== channel.name)
    return { result: { how: 'impossible', why: `this deployment has no channel ${receiver.channel}` } };
  try {
    const message = messageOf(notice, { to: receiver.to, nowMs: now(), notReached });
    const sent = await channel.send(message, receiver.to, { noticeId: notice.id, signal });
    return { result: { how: 'delivered', room: sent.room, id: sent.id }, sent };
  } catch (error) {
    return failed(error, receiver, work);
  }
}

/**
 * Tries a receiver under a lease, and then finishes the claim, or gives it back if it has to be tried again. A claim that
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
