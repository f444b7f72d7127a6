import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { Sent } from '../../shared/notices/channel.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { receiverKey, type Notice, type Receiver } from '../../shared/notices/notice.ts';
import {
  attemptUnder,
  budgetMs,
  fieldsOf,
  logged,
  type Attempt,
  type NotifyPorts,
  type NotReached,
  type Work,
} from './attempt.ts';

/** What became of one delivery of a notice. `later`: deliver it again. */
export type Delivered =
  | { readonly kind: 'delivered' | 'duplicate' | 'undeliverable' }
  | { readonly kind: 'later'; readonly retryAfterMs: number };

/** The source of a notice that came without one. */
export const unknownSource = '//jobwarden/notify';

interface Reached {
  readonly receiver: Receiver;
  readonly at: Sent;
}

async function close(work: Work, { sent, notReached }: { readonly sent?: Reached; readonly notReached: NotReached }) {
  const { notice, receipts, now } = work;
  await receipts.put({
    noticeId: notice.id,
    how: sent === undefined ? 'undeliverable' : 'delivered',
    atMs: now(),
    ...(sent === undefined ? {} : { to: receiverKey(sent.receiver), message: { room: sent.at.room, id: sent.at.id } }),
    cases: notice.jobs.map((job) => job.case),
    notReached: notReached.map(({ receiver, why }) => `${receiverKey(receiver)}: ${why}`),
  });
}

type Tried =
  | ({ readonly kind: 'reached'; readonly isNew: boolean } & Reached)
  | { readonly kind: 'nobody' }
  | { readonly kind: 'later'; readonly retryAfterMs: number };

/** Tries the receivers in order until one is reached; those that cannot be are added to `notReached`. */
async function tryReceivers(work: Work, notReached: { receiver: Receiver; why: string }[]): Promise<Tried> {
  const { notice, claims, now } = work;
  for (const receiver of notice.receivers) {
    const claim = await claims.claim(notice.id, receiverKey(receiver));
    if (claim.kind === 'busy') return { kind: 'later', retryAfterMs: Math.max(1000, claim.untilMs - now()) };
    const found: Attempt =
      claim.kind === 'done' ? { result: claim.result } : await attemptUnder(claim.lease, receiver, notReached, work);
    if ('later' in found) return { kind: 'later', retryAfterMs: found.later };
    if (found.result.how === 'delivered')
      return { kind: 'reached', receiver, at: found.sent ?? found.result, isNew: found.sent !== undefined };
    notReached.push({ receiver, why: found.result.why });
  }
  return { kind: 'nobody' };
}

/** The dead letter comes before the receipt: a delivery that ends between the two leaves two letters rather than none. */
async function giveUp(work: Work, notReached: NotReached): Promise<Delivered> {
  const tried = notReached.map(({ receiver, why }) => `${logged(receiver)}: ${why}`);
  const why = tried.length === 0 ? 'the policy names nobody to tell' : tried.join('; ');
  await work.deadLetters?.keep(work.event, why);
  await close(work, { notReached });
  const message = `A notice cannot be delivered to anybody: ${why}`;
  work.log({ severity: 'ERROR', message, ...fieldsOf(work.notice) });
  return { kind: 'undeliverable' };
}

async function deliver(work: Work): Promise<Delivered> {
  const notReached: { receiver: Receiver; why: string }[] = [];
  const tried = await tryReceivers(work, notReached);
  if (tried.kind === 'later') return tried;
  if (tried.kind === 'nobody') return giveUp(work, notReached);
  const { receiver, at } = tried;
  await close(work, { sent: { receiver, at }, notReached });
  if (!tried.isNew) return { kind: 'duplicate' };
  const about = { to: logged(receiver), skipped: notReached.map(({ why }) => why) };
  const reduced = at.reduced === undefined ? {} : { reduced: at.reduced };
  work.log({ severity: 'INFO', message: 'Notice delivered.', ...fieldsOf(work.notice), ...about, ...reduced });
  return { kind: 'delivered' };
}

/**
 * Delivers a notice to the first of its receivers that can be reached, once. A receiver that can never be reached hands
 * over to the next one; anything that may pass asks for another delivery. Each receiver is claimed, tried, and the claim
 * finished, and then the receipt is written: only an end between sending and finishing leads to a second message. Throws
 * what the claims, receipts or dead letters throw. `event` is the notice as it came, for the dead letter.
 */
export async function notify(
  notice: Notice,
  ports: NotifyPorts,
  event: TrailEvent = noticeEvent(notice, unknownSource),
): Promise<Delivered> {
  const known = await ports.receipts.get(notice.id);
  const outcome: Delivered =
    known === undefined
      ? await deliver({ ...ports, notice, event, signal: AbortSignal.timeout(budgetMs) })
      : { kind: 'duplicate' };
  if (outcome.kind === 'duplicate')
    ports.log({ severity: 'INFO', message: 'This notice was handled before.', ...fieldsOf(notice) });
  return outcome;
}
