import { createHash, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ObjectsError, type Objects } from '../objects/objects.ts';
import { claimedBefore, claimTimes, type Claim, type ClaimResult, type Claims, type Lease } from './claims.ts';
import { budgetOf, readRecord, swapRecord, type Kind } from './records.ts';

/** How claims are kept. Times are epoch ms and ms; `timeoutMs` is for each call to the store. */
export interface ObjectClaimsOptions {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly leaseMs?: number;
  readonly keepMs?: number;
  readonly timeoutMs?: number;
}

const result = z.discriminatedUnion('how', [
  z.object({ how: z.literal('delivered'), room: z.string(), id: z.string() }),
  z.object({ how: z.literal('impossible'), why: z.string() }),
]);
/** In progress until `untilMs`, or settled and kept until then. `mark` makes each writing of it different. */
const entry = z.object({ version: z.literal(1), mark: z.string(), untilMs: z.number(), result: result.optional() });
type Entry = z.infer<typeof entry>;

const kind: Kind<Entry> = {
  schema: entry,
  version: 1,
  is: 'The claim',
  cure: 'Delete it to have the notice tried again; whoever got it already may get it twice.',
};

/** What the calls of one store of claims share. */
interface Store {
  readonly objects: Objects;
  readonly options: Required<ObjectClaimsOptions>;
  /** Results that could not be written yet: this process at least shall not send again what it has sent. */
  readonly unwritten: Map<string, { readonly lease: Lease; readonly result: ClaimResult }>;
}

/**
 * Claims as objects `claims/NOTICE/RECEIVER`, the receiver as a hash: created if absent, taken over by compare-and-swap
 * when the lease ran out, finished and released by generation. What the store says against it is thrown; a result that
 * could not be written is kept in this process and written at the next claim.
 */
export function objectClaims(objects: Objects, given: ObjectClaimsOptions): Claims {
  const store: Store = { objects, options: { ...claimTimes, timeoutMs: 5000, ...given }, unwritten: new Map() };
  return {
    claim: async (noticeId, receiver) => {
      const name = nameOf(noticeId, receiver);
      const known = store.unwritten.get(name);
      if (known === undefined) return claim({ noticeId, receiver }, name, store);
      const isWritten = await write(known.lease, known.result, store);
      // What was sent stays sent; who could not be reached may be reached now, if somebody took the claim back.
      if (!isWritten && known.result.how === 'impossible') return claim({ noticeId, receiver }, name, store);
      return { kind: 'done', result: known.result };
    },
    finish: async (lease, result) => {
      await write(lease, result, store);
    },
    release: async ({ noticeId, receiver, token }) => {
      const about = { ifGeneration: token };
      await objects.delete(nameOf(noticeId, receiver), about, budgetOf(store.options));
    },
    reopen: (noticeId) => reopen(noticeId, store),
  };
}

function nameOf(noticeId: string, receiver: string): string {
  return `claims/${noticeId}/${createHash('sha256').update(receiver).digest('hex').slice(0, 40)}`;
}

const mostTries = 5;
const beforeNextMs = 1000;

async function claim(
  about: { readonly noticeId: string; readonly receiver: string },
  name: string,
  { objects, options }: Store,
): Promise<Claim> {
  const { now, leaseMs } = options;
  let generation = 'absent';
  for (let tries = 0; tries < mostTries; tries += 1) {
    const untilMs = now() + leaseMs;
    const answer = await swapRecord(objects, name, {
      ...options,
      bytes: bytesOf({ untilMs }),
      ifGeneration: generation,
    });
    if (answer !== 'lost') return { kind: 'mine', lease: { ...about, token: answer.generation, untilMs } };
    const stands = await readRecord(objects, name, { ...kind, ...options });
    if (stands !== undefined && stands.value.untilMs > now()) return claimedBefore(stands.value);
    generation = stands?.generation ?? 'absent';
  }
  return { kind: 'busy', untilMs: now() + beforeNextMs };
}

function bytesOf(fields: Pick<Entry, 'untilMs' | 'result'>): Uint8Array {
  const written: Entry = { version: 1, mark: randomUUID(), ...fields };
  return new TextEncoder().encode(JSON.stringify(written));
}

const mostWrites = 3;
const mostUnwritten = 1000;

/** Writes a result over the lease, again where that may help. False: somebody took the lease over, and it stays as it is. */
async function write(lease: Lease, settled: ClaimResult, { objects, options, unwritten }: Store): Promise<boolean> {
  const name = nameOf(lease.noticeId, lease.receiver);
  const bytes = bytesOf({ untilMs: options.now() + options.keepMs, result: settled });
  for (let writes = 1; ; writes += 1) {
    try {
      const answer = await swapRecord(objects, name, { ...options, bytes, ifGeneration: lease.token });
      unwritten.delete(name);
      return answer !== 'lost';
    } catch (error) {
      if (error instanceof ObjectsError && error.retryable && writes < mostWrites) {
        await options.wait(beforeNextMs);
        continue;
      }
      const [oldest] = unwritten.size < mostUnwritten ? [] : unwritten.keys();
      if (oldest !== undefined) unwritten.delete(oldest);
      unwritten.set(name, { lease, result: settled });
      throw error;
    }
  }
}

async function reopen(noticeId: string, { objects, options }: Store): Promise<void> {
  for await (const { name } of objects.list(`claims/${noticeId}/`, budgetOf(options))) {
    const stands = await readRecord(objects, name, { ...kind, ...options });
    if (stands?.value.result?.how !== 'impossible') continue;
    await objects.delete(name, { ifGeneration: stands.generation }, budgetOf(options));
  }
}
