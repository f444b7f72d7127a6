import type { Pulled, Subscription } from '../../shared/audit/subscription.ts';
import type { Trail } from '../../shared/audit/trail.ts';
import type { Claims } from '../../shared/ledger/claims.ts';
import type { Receipts } from '../../shared/ledger/receipts.ts';
import { readLetter, type Letter } from './dead-letter.ts';

/** What replaying works with. */
export interface ReplayPorts {
  readonly letters: Subscription;
  readonly trail: Trail;
  readonly claims: Claims;
  readonly receipts: Receipts;
}

/** How far it may go; `progress` hears the number of letters seen so far. */
export interface ReplayOptions {
  readonly max: number;
  readonly dryRun: boolean;
  readonly progress: (seen: number) => void;
}

/** What came of it. `left`: letters that stay where they are. `failed`: why it ended early. */
export interface Replayed {
  readonly replayed: readonly Letter[];
  readonly left: readonly { readonly messageId: string; readonly why: string }[];
  readonly failed?: string;
}

/** As many as are handled before their deadline, which is 10 s unless told otherwise. */
const batchSize = 10;

interface Run {
  readonly replayed: Letter[];
  readonly left: { messageId: string; why: string }[];
  readonly seen: Map<string, 'done' | 'held'>;
  readonly held: string[];
}

/** Publishes one letter again, having taken back what would keep it from being delivered; says why if that failed. */
async function publishAgain({ event, notice }: Letter, ports: ReplayPorts): Promise<string | undefined> {
  await ports.claims.reopen(notice.id);
  await ports.receipts.reopen(notice.id);
  const [result] = await ports.trail.publish([event]);
  return result?.accepted === true ? undefined : (result?.why ?? 'it was not accepted');
}

/** The letter in a message, or why it stays. What `notify` gives up once more is not sent around in circles. */
function letterIn({ data }: Pulled, { replayed }: Run): Letter | { readonly why: string } {
  const letter = readLetter(data);
  if ('why' in letter) return letter;
  const isKnown = replayed.some(({ notice }) => notice.id === letter.notice.id);
  return isKnown ? { why: `${letter.notice.id} was replayed just now` } : letter;
}

/** Handles one message; the sentence says why nothing more can be done. */
async function handle(
  message: Pulled,
  run: Run,
  about: { readonly ports: ReplayPorts; readonly dryRun: boolean },
): Promise<string | undefined> {
  const { ports, dryRun } = about;
  const { messageId, ackId } = message;
  const letter = letterIn(message, run);
  run.seen.set(messageId, 'held');
  run.held.push(ackId);
  if ('why' in letter) {
    run.left.push({ messageId, why: letter.why });
    return undefined;
  }
  const failed = dryRun ? undefined : await publishAgain(letter, ports);
  if (failed !== undefined) return failed;
  run.replayed.push(letter);
  if (dryRun) return undefined;
  run.seen.set(messageId, 'done');
  run.held.pop();
  await ports.letters.acknowledge([ackId]);
  return undefined;
}

/**
 * Takes dead letters and publishes their notices again, one by one: what keeps a notice from being delivered is taken
 * back first, and the letter is acknowledged last, so that an end at any point loses nothing. Throws what the ports throw.
 */
export async function replayLetters(ports: ReplayPorts, { max, dryRun, progress }: ReplayOptions): Promise<Replayed> {
  const run: Run = { replayed: [], left: [], seen: new Map(), held: [] };
  const { replayed, left, seen, held } = run;
  try {
    while (seen.size < max) {
      const batch = await ports.letters.pull(Math.min(batchSize, max - seen.size));
      const late = batch.filter(({ messageId }) => seen.get(messageId) === 'done');
      await ports.letters.acknowledge(late.map(({ ackId }) => ackId));
      const fresh = batch.filter(({ messageId }) => !seen.has(messageId));
      held.push(...batch.filter(({ messageId }) => seen.get(messageId) === 'held').map(({ ackId }) => ackId));
      if (fresh.length === 0) break;
      for (const [at, message] of fresh.entries()) {
        const failed = await handle(message, run, { ports, dryRun });
        if (failed === undefined) continue;
        held.push(...fresh.slice(at + 1).map(({ ackId }) => ackId));
        return { replayed, left, failed };
      }
      progress(seen.size);
    }
    return { replayed, left };
  } finally {
    await ports.letters.release(held);
  }
}
