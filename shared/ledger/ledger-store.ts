import type { Objects } from '../objects/objects.ts';
import { emptyLedger, ledgerSchema, type LedgerDocument } from './document.ts';
import type { Ledger } from './ledger.ts';
import { readRecord, RecordError, swapRecord, type Kind } from './records.ts';

/** How the ledger is kept. `now` is epoch ms, `wait` takes ms, and `timeoutMs` is for each call to the store. */
export interface ObjectLedgerOptions {
  /** The name of the object, `ledger.json` unless told otherwise. */
  readonly name?: string;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly timeoutMs?: number;
}

const kind: Kind<LedgerDocument> = {
  schema: ledgerSchema,
  version: 1,
  is: 'The ledger',
  cure: 'Bring an earlier copy back, or move it away: then Jobwarden begins without open cases.',
};

/** Cloud Storage takes one write a second to an object (its documentation on quotas). */
const betweenSwapsMs = 1000;
/** Less than a reader takes: what cannot be read again must not be written. */
const mostBytes = 48 * 1024 * 1024;

/**
 * The ledger as one object of a store; its generation is `absent` while there is none. It is checked when it is read and
 * before it is written: what is broken or newer is a `RecordError`, and nothing is written over it. Swaps go one after the
 * other, at most one a second. A swap whose answer was lost is looked for; where it cannot be told what became of it, the
 * store's error is thrown.
 */
export function objectLedger(objects: Objects, options: ObjectLedgerOptions): Ledger {
  const { name = 'ledger.json', now, wait, timeoutMs = 8000 } = options;
  let lastSwapMs = Number.NEGATIVE_INFINITY;
  let turn: Promise<unknown> = Promise.resolve();

  const swap = async (bytes: Uint8Array, generation: string): Promise<string | undefined> => {
    // A clock that was set back must not hold a swap up for longer than that.
    const waitMs = Math.min(betweenSwapsMs, lastSwapMs + betweenSwapsMs - now());
    if (waitMs > 0) await wait(waitMs);
    try {
      const answer = await swapRecord(objects, name, { bytes, ifGeneration: generation, now, timeoutMs });
      return answer === 'lost' ? undefined : answer.generation;
    } finally {
      lastSwapMs = now();
    }
  };

  return {
    read: async () => {
      const stored = await readRecord(objects, name, { ...kind, now, timeoutMs });
      return stored === undefined
        ? { document: emptyLedger, generation: 'absent' }
        : { document: stored.value, generation: stored.generation };
    },
    swap: async (document, generation) => {
      const bytes = bytesOf(document, `${objects.place}/${name}`);
      const mine = turn.then(() => swap(bytes, generation));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}

/** The document as bytes; one that could not be read again is a `RecordError`. */
function bytesOf(document: LedgerDocument, where: string): Uint8Array {
  const checked = ledgerSchema.safeParse(document);
  if (!checked.success) {
    const [issue] = checked.error.issues;
    const fault = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'wrong'}`.slice(0, 300);
    throw new RecordError(`A ledger that could not be read again is not written to ${where}: ${fault}.`);
  }
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  if (bytes.length <= mostBytes) return bytes;
  const size = `${bytes.length} bytes, more than ${mostBytes}`;
  throw new RecordError(`The ledger is too large to be written to ${where}: ${size}.`);
}
