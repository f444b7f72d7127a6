/** What came of an attempt to reach one receiver; kept, so that a second delivery of the same notice need not ask again. */
export type ClaimResult =
  | { readonly how: 'delivered'; readonly room: string; readonly id: string }
  | { readonly how: 'impossible'; readonly why: string };

/** The right to try one receiver of one notice for a while. `token` tells this holder from a later one. */
export interface Lease {
  readonly noticeId: string;
  readonly receiver: string;
  readonly token: string;
}

/** `mine`: try now. `busy`: somebody else is trying, until `untilMs` at the latest. `done`: nothing is left to try. */
type Claim =
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
}

interface MemoryOptions {
  readonly now: () => number;
  /** Longer than one delivery can take. */
  readonly leaseMs?: number;
  /** Longer than Pub/Sub keeps a message that nobody acknowledged (7 days by default, 31 at most). */
  readonly keepMs?: number;
  readonly maxClaims?: number;
}

interface Entry {
  readonly token: string;
  readonly untilMs: number;
  readonly result?: ClaimResult;
}

const dayMs = 86_400_000;

/** Claims in memory: they hold within one function instance, and are forgotten with it. The oldest go first when full. */
export function memoryClaims(options: MemoryOptions): Claims {
  const { now, leaseMs = 90_000, keepMs = 14 * dayMs, maxClaims = 10_000 } = options;
  const entries = new Map<string, Entry>();
  let tokens = 0;
  const keyOf = (noticeId: string, receiver: string) => JSON.stringify([noticeId, receiver]);
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
      if (known !== undefined && known.untilMs > now())
        return known.result === undefined
          ? { kind: 'busy', untilMs: known.untilMs }
          : { kind: 'done', result: known.result };
      tokens += 1;
      const token = String(tokens);
      put(key, { token, untilMs: now() + leaseMs });
      return { kind: 'mine', lease: { noticeId, receiver, token } };
    },
    finish: async (lease, result) => {
      const key = keyOf(lease.noticeId, lease.receiver);
      if (isHeld(lease)) put(key, { token: lease.token, untilMs: now() + keepMs, result });
    },
    release: async (lease) => {
      if (isHeld(lease)) entries.delete(keyOf(lease.noticeId, lease.receiver));
    },
  };
}
