/** What came of an attempt to reach one receiver; kept, so that a second delivery of the same notice need not ask again. */
export type ClaimResult =
  | { readonly how: 'delivered'; readonly room: string; readonly id: string }
  | { readonly how: 'impossible'; readonly why: string };

/** The right to try one receiver of one notice until `untilMs`. `token` tells this holder from a later one. */
export interface Lease {
  readonly noticeId: string;
  readonly receiver: string;
  readonly token: string;
  readonly untilMs: number;
}

/** `mine`: try now. `busy`: somebody else is trying, until `untilMs` at the latest. `done`: nothing is left to try. */
export type Claim =
  | { readonly kind: 'mine'; readonly lease: Lease }
  | { readonly kind: 'busy'; readonly untilMs: number }
  | { readonly kind: 'done'; readonly result: ClaimResult };

/**
 * Makes each receiver of a notice be tried by one delivery at a time, and never again once it is settled. A lease that
 * ran out may be claimed by others; `finish` and `release` by its old holder then change nothing.
 */
export interface Claims {
  claim(noticeId: string, receiver: string): Promise<Claim>;
  finish(lease: Lease, result: ClaimResult): Promise<void>;
  release(lease: Lease): Promise<void>;
  /** Forgets that receivers of a notice could not be reached, so that they are tried again. */
  reopen(noticeId: string): Promise<void>;
}

const dayMs = 86_400_000;

/** A lease lasts longer than one delivery can take, and a result longer than Pub/Sub keeps a notice by default. */
export const claimTimes = { leaseMs: 90_000, keepMs: 14 * dayMs } as const;

/** What a claim is that somebody else has made already. */
export function claimedBefore(known: { readonly untilMs: number; readonly result?: ClaimResult | undefined }): Claim {
  const { untilMs, result } = known;
  return result === undefined ? { kind: 'busy', untilMs } : { kind: 'done', result };
}

interface MemoryOptions {
  readonly now: () => number;
  readonly leaseMs?: number;
  readonly keepMs?: number;
  readonly maxClaims?: number;
}

interface Entry {
  readonly noticeId: string;
  readonly token: string;
  readonly untilMs: number;
  readonly result?: ClaimResult;
}

/** Claims in memory: they hold within one function instance, and are forgotten with it. The oldest go first when full. */
export function memoryClaims(options: MemoryOptions): Claims {
  const { now, leaseMs = claimTimes.leaseMs, keepMs = claimTimes.keepMs, maxClaims = 10_000 } = options;
  const entries = new Map<string, Entry>();
  let tokens = 0;
  const put = (key: string, entry: Entry) => {
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > maxClaims && oldest !== undefined) entries.delete(oldest);
  };
  const isHeld = ({ noticeId, receiver, token }: Lease) => {
    const entry = entries.get(keyOf(noticeId, receiver));
    return entry?.token === token && entry.result === undefined;
  };
  return {
    claim: async (noticeId, receiver) => {
      const key = keyOf(noticeId, receiver);
      const known = entries.get(key);
      if (known !== undefined && known.untilMs > now()) return claimedBefore(known);
      const token = String((tokens += 1));
      const untilMs = now() + leaseMs;
      put(key, { noticeId, token, untilMs });
      return { kind: 'mine', lease: { noticeId, receiver, token, untilMs } };
    },
    finish: async (lease, result) => {
      const { noticeId, receiver, token } = lease;
      if (isHeld(lease)) put(keyOf(noticeId, receiver), { noticeId, token, untilMs: now() + keepMs, result });
    },
    release: async (lease) => {
      if (isHeld(lease)) entries.delete(keyOf(lease.noticeId, lease.receiver));
    },
    reopen: async (noticeId) => {
      for (const [key, entry] of entries) {
        if (entry.noticeId === noticeId && entry.result?.how === 'impossible') entries.delete(key);
      }
    },
  };
}

function keyOf(noticeId: string, receiver: string): string {
  return JSON.stringify([noticeId, receiver]);
}
