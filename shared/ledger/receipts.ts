/** Proof of what became of a notice. Only the cases in `cases` were named in it: the others have not been told. */
export interface Receipt {
  readonly noticeId: string;
  readonly how: 'delivered' | 'undeliverable';
  readonly atMs: number;
  /** The receiver that got it, as `slack:alice@example.com`, and where the message stands. */
  readonly to?: string;
  readonly message?: { readonly room: string; readonly id: string };
  readonly cases: readonly string[];
  /** Receivers that could not be reached, with the reason. */
  readonly notReached: readonly string[];
}

/** Receipts by notice. The first one of a notice stays: `put` of another changes nothing. */
export interface Receipts {
  get(noticeId: string): Promise<Receipt | undefined>;
  put(receipt: Receipt): Promise<void>;
  /** Takes back that a notice is undeliverable, so that it is delivered again. False: nothing said that it is. */
  reopen(noticeId: string): Promise<boolean>;
}

/** Receipts in memory: forgotten with the function instance; the oldest go first when there are more than `max`. */
export function memoryReceipts(max = 10_000): Receipts {
  const receipts = new Map<string, Receipt>();
  return {
    get: async (noticeId) => receipts.get(noticeId),
    put: async (receipt) => {
      if (receipts.has(receipt.noticeId)) return;
      receipts.set(receipt.noticeId, receipt);
      const [oldest] = receipts.keys();
      if (receipts.size > max && oldest !== undefined) receipts.delete(oldest);
    },
    reopen: async (noticeId) => receipts.get(noticeId)?.how === 'undeliverable' && receipts.delete(noticeId),
  };
}
