import { receiverKey, type Receiver } from '../../shared/notices/notice.ts';
import type { Work } from './attempt.ts';

/** The same person by the other channel that reaches people one by one. */
function sameReader({ channel, to }: Receiver): Receiver | undefined {
  if (!('email' in to)) return undefined;
  if (channel === 'slack') return { channel: 'email', to };
  return channel === 'email' ? { channel: 'slack', to } : undefined;
}

async function isThere({ channels }: Work, name: string): Promise<boolean> {
  try {
    return (await channels.get(name)) !== undefined;
  } catch {
    // It is set up, and its secret is missing: the attempt says so.
    return true;
  }
}

/**
 * Whom to try, in this order: the receivers of the notice, and after one whose channel is in `refused` by then (its
 * credential is not accepted) the same person by another channel; at last, if any was refused, whoever can still be told.
 */
export async function* candidates(work: Work, refused: ReadonlySet<string>): AsyncGenerator<Receiver> {
  const seen = new Set<string>();
  const isNew = (receiver: Receiver) => seen.size < seen.add(receiverKey(receiver)).size;
  for (const receiver of work.notice.receivers) {
    if (isNew(receiver)) yield receiver;
    if (!refused.has(receiver.channel)) continue;
    const other = sameReader(receiver);
    if (other !== undefined && (await isThere(work, other.channel)) && isNew(other)) yield other;
  }
  if (refused.size === 0) return;
  for (const receiver of await work.channels.lastResorts()) if (isNew(receiver)) yield receiver;
}
