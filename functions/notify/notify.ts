import type { TrailEvent } from '../../shared/audit/trail.ts';
import type { Lease } from '../../shared/ledger/claims.ts';
import type { Sent } from '../../shared/notices/channel.ts';
import { noticeEvent } from '../../shared/notices/event.ts';
import { receiverKey, type Notice, type Receiver } from '../../shared/notices/notice.ts';
import {
  attemptUnder,
  budgetMs,
  fieldsOf,
  logged,
  retryMs,
  type Attempt,
  type NotifyPorts,
  type NotReached,
  type Work,
} from './attempt.ts';
import { candidates } from './candidates.ts';

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

/** A receiver whose channel's credential was refused, still claimed by this delivery. */
interface Held {
  readonly lease: Lease;
  readonly why: string;
}

interface Trying {
  readonly notReached: { receiver: Receiver; why: string }[];
  readonly refused: Set<string>;
  readonly held: Held[];
}

/** How a claim says that it was the credential; a later delivery then takes the same way to whoever was told instead. */
const repair = 'the access of the channel has to be repaired';

/** Tries one receiver; undefined: go on to the next one. */
async function tryOne(receiver: Receiver, work: Work, trying: Trying): Promise<Tried | undefined> {
  const { notReached, refused, held } = trying;
  const { notice, claims, now } = work;
  const claim = await claims.claim(notice.id, receiverKey(receiver));
  if (claim.kind === 'busy') return { kind: 'later', retryAfterMs: Math.max(1000, claim.untilMs - now()) };
  const found: Attempt =
    claim.kind === 'done' ? { result: claim.result } : await attemptUnder(claim.lease, receiver, notReached, work);
  if ('later' in found) return { kind: 'later', retryAfterMs: found.later };
  if ('refused' in found) {
    const why = `${repair}: ${found.refused}`;
    notReached.push({ receiver, why });
    refused.add(receiver.channel);
    if (claim.kind === 'mine') held.push({ lease: claim.lease, why });
    return undefined;
  }
  if (found.result.how === 'delivered')
    return { kind: 'reached', receiver, at: found.sent ?? found.result, isNew: found.sent !== undefined };
  const { why } = found.result;
  if (why.startsWith(repair)) refused.add(receiver.channel);
  notReached.push({ receiver, why });
  return undefined;
}

/** Whoever could not be told for want of a credential is settled once somebody else was told, and tried again otherwise. */
async function settle({ held }: Trying, isReached: boolean, { claims }: Work): Promise<void> {
  for (const { lease, why } of held) {
    if (isReached) await claims.finish(lease, { how: 'impossible', why });
    else await claims.release(lease);
  }
}

/** Tries the receivers in order until one is reached; those that cannot be are added to `notReached`. */
async function tryReceivers(work: Work, notReached: Trying['notReached']): Promise<Tried> {
  const trying: Trying = { notReached, refused: new Set(), held: [] };
  for await (const receiver of candidates(work, trying.refused)) {
    if (trying.refused.has(receiver.channel)) continue;
    const tried = await tryOne(receiver, work, trying);
    if (tried === undefined) continue;
    await settle(trying, tried.kind === 'reached', work);
    return tried;
  }
  await settle(trying, false, work);
  return trying.refused.size > 0 ? { kind: 'later', retryAfterMs: retryMs } : { kind: 'nobody' };
}

/** The dead letter comes before the receipt: a delivery that ends between the two leaves two letters rather than none. */
async function giveUp(work: Work, notReached: NotReached): Promise<Delivered> {
  const tried = notReached.map(({ receiver, why }) => `${logged(receiver)}: ${why}`);
  const why = tried.length === 0 ? 'the policy names nobody to tell' : tried.join('; ');
  await work.deadLetters?.keep(work.event, why);
  await close(work, { notReached });
  const message = `A notice cannot be delivered to anybody: ${why}`;
  work.log({ severity: 'ERROR', message, event: 'notice.undeliverable', ...fieldsOf(work.notice) });
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
  work.log({
    severity: 'INFO',
    message: 'Notice delivered.',
    event: 'notice.delivered',
    ...fieldsOf(work.notice),
    ...about,
    ...reduced,
  });
  return { kind: 'delivered' };
}

/** So long the rest of a notice waits for the message that it belongs under; after that it stands alone. */
const threadMs = 120_000;

/** The message that this notice belongs under; `wait` while it is on its way. */
async function threadOf(
  { follows, atMs }: Notice,
  { receipts, now }: NotifyPorts,
): Promise<Pick<Work, 'under'> | 'wait'> {
  if (follows === undefined) return {};
  const receipt = await receipts.get(follows);
  if (receipt === undefined) return now() - atMs < threadMs ? 'wait' : {};
  const { to, message } = receipt;
  return to === undefined || message === undefined ? {} : { under: { to, at: message } };
}

/**
 * Delivers a notice to the first of its receivers that can be reached, once. A receiver that can never be reached hands
 * over to the next one; so does one whose channel's credential is refused, with the fallbacks of this deployment behind
 * it; anything that may pass asks for another delivery. Each receiver is claimed, tried, and the claim finished, and then
 * the receipt is written: only an end between sending and finishing leads to a second message. Throws what the claims,
 * receipts or dead letters throw. `event` is the notice as it came, for the dead letter.
 */
export async function notify(
  notice: Notice,
  ports: NotifyPorts,
  event: TrailEvent = noticeEvent(notice, unknownSource),
): Promise<Delivered> {
  const known = await ports.receipts.get(notice.id);
  if (known !== undefined) return duplicate(notice, ports);
  const thread = await threadOf(notice, ports);
  if (thread === 'wait') return { kind: 'later', retryAfterMs: retryMs };
  const work: Work = {
    ...ports,
    ...thread,
    notice,
    event,
    beganMs: ports.now(),
    signal: AbortSignal.timeout(budgetMs),
  };
  const outcome = await deliver(work);
  return outcome.kind === 'duplicate' ? duplicate(notice, ports) : outcome;
}

function duplicate(notice: Notice, { log }: NotifyPorts): Delivered {
  log({ severity: 'INFO', message: 'This notice was handled before.', ...fieldsOf(notice) });
  return { kind: 'duplicate' };
}
