import type { ClaimResult, Claims, Lease } from '../../shared/ledger/claims.ts';
import type { Receipts } from '../../shared/ledger/receipts.ts';
import { ChannelError, type Channel, type Sent } from '../../shared/notices/channel.ts';
import { messageOf, type Delivery } from '../../shared/notices/message.ts';
import { receiverKey, type Notice, type Receiver } from '../../shared/notices/notice.ts';
import type { Log } from '../log.ts';

/** What `notify` works with. */
export interface NotifyPorts {
  readonly channel: Channel;
  readonly claims: Claims;
  readonly receipts: Receipts;
  readonly log: Log;
  readonly now: () => number;
}

/** What became of one delivery of a notice. `later`: deliver it again. */
export type Delivered =
  | { readonly kind: 'delivered' | 'duplicate' | 'undeliverable' }
  | { readonly kind: 'later'; readonly retryAfterMs: number };

/** All attempts of one delivery together: shorter than the lease of a claim and the time-out of the function. */
const budgetMs = 40_000;
const retryMs = 10_000;

type NotReached = Delivery['notReached'];

interface Work extends NotifyPorts {
  readonly notice: Notice;
  readonly signal: AbortSignal;
}

// Addresses of people stay out of the log; the receipt has them.
function logged({ channel, to }: Receiver): string {
  return `${channel} ${'email' in to ? 'direct message' : to.channel}`;
}

function fieldsOf(notice: Notice) {
  const { id, phase, sweepId, jobs, moreJobs } = notice;
  return { notice: id, phase, sweep: sweepId, jobs: jobs.length + moreJobs };
}

async function close(
  work: Work,
  result: { readonly sent?: { readonly receiver: Receiver; readonly at: Sent }; readonly notReached: NotReached },
) {
  const { notice, receipts, now } = work;
  const { sent } = result;
  await receipts.put({
    noticeId: notice.id,
    how: sent === undefined ? 'undeliverable' : 'delivered',
    atMs: now(),
    ...(sent === undefined ? {} : { to: receiverKey(sent.receiver), message: { room: sent.at.room, id: sent.at.id } }),
    cases: notice.jobs.map((job) => job.case),
    notReached: result.notReached.map(({ receiver, why }) => `${receiverKey(receiver)}: ${why}`),
  });
}

type Attempt = { readonly result: ClaimResult; readonly sent?: Sent } | { readonly later: number };

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

async function claimed(
  receiver: Receiver,
  notReached: NotReached,
  work: Work & { readonly lease: Lease },
): Promise<Attempt> {
  const found = await attempt(receiver, notReached, work);
  await ('later' in found ? work.claims.release(work.lease) : work.claims.finish(work.lease, found.result));
  return found;
}

async function tryReceivers(work: Work): Promise<Delivered> {
  const { notice, claims, now, log } = work;
  const notReached: { receiver: Receiver; why: string }[] = [];
  for (const receiver of notice.receivers) {
    const claim = await claims.claim(notice.id, receiverKey(receiver));
    if (claim.kind === 'busy') return { kind: 'later', retryAfterMs: Math.max(1000, claim.untilMs - now()) };
    const found: Attempt =
      claim.kind === 'done'
        ? { result: claim.result }
        : await claimed(receiver, notReached, { ...work, lease: claim.lease });
    if ('later' in found) return { kind: 'later', retryAfterMs: found.later };
    if (found.result.how === 'impossible') {
      notReached.push({ receiver, why: found.result.why });
      continue;
    }
    await close(work, { sent: { receiver, at: found.result }, notReached });
    if (found.sent === undefined) return { kind: 'duplicate' };
    const reduced = found.sent.reduced === undefined ? {} : { reduced: found.sent.reduced };
    const skipped = notReached.map(({ why }) => why);
    log({
      severity: 'INFO',
      message: 'Notice delivered.',
      ...fieldsOf(notice),
      to: logged(receiver),
      skipped,
      ...reduced,
    });
    return { kind: 'delivered' };
  }
  await close(work, { notReached });
  const tried = notReached.map(({ receiver, why }) => `${logged(receiver)}: ${why}`);
  const why = tried.length === 0 ? 'the policy names nobody to tell' : tried.join('; ');
  log({ severity: 'ERROR', message: `A notice cannot be delivered to anybody: ${why}`, ...fieldsOf(notice) });
  return { kind: 'undeliverable' };
}

/**
 * Delivers a notice to the first of its receivers that can be reached, once. A receiver that can never be reached hands
 * over to the next one; anything that may pass asks for another delivery. Throws what the claims or receipts throw.
 */
export async function notify(notice: Notice, ports: NotifyPorts): Promise<Delivered> {
  const known = await ports.receipts.get(notice.id);
  const outcome: Delivered =
    known === undefined
      ? await tryReceivers({ ...ports, notice, signal: AbortSignal.timeout(budgetMs) })
      : { kind: 'duplicate' };
  if (outcome.kind === 'duplicate')
    ports.log({ severity: 'INFO', message: 'This notice was handled before.', ...fieldsOf(notice) });
  return outcome;
}
