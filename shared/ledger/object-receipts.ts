import { z } from 'zod';
import type { Objects } from '../objects/objects.ts';
import type { Receipt, Receipts } from './receipts.ts';
import { budgetOf, readRecord, swapRecord, type Kind } from './records.ts';

const written = z.object({
  version: z.literal(1),
  noticeId: z.string(),
  how: z.enum(['delivered', 'undeliverable']),
  atMs: z.number(),
  to: z.string().optional(),
  message: z.object({ room: z.string(), id: z.string() }).optional(),
  cases: z.array(z.string()),
  notReached: z.array(z.string()),
});

const kind: Kind<z.infer<typeof written>> = {
  schema: written,
  version: 1,
  is: 'The receipt',
  cure: 'Delete it to have the notice tried again; whoever got it already may get it twice.',
};

/** Receipts as objects `receipts/NOTICE`, created if absent. What the store says against it is thrown. */
export function objectReceipts(
  objects: Objects,
  { now, timeoutMs = 5000 }: { readonly now: () => number; readonly timeoutMs?: number },
): Receipts {
  const options = { now, timeoutMs };
  const read = (noticeId: string) => readRecord(objects, nameOf(noticeId), { ...kind, ...options });
  return {
    get: async (noticeId) => {
      const stored = await read(noticeId);
      if (stored === undefined) return undefined;
      const { version: _, ...receipt } = stored.value;
      return receipt;
    },
    put: async (receipt) => {
      const record: z.infer<typeof written> = { version: 1, ...fieldsOf(receipt) };
      const bytes = new TextEncoder().encode(JSON.stringify(record));
      await swapRecord(objects, nameOf(receipt.noticeId), { bytes, ifGeneration: 'absent', ...options });
    },
    reopen: async (noticeId) => {
      const stored = await read(noticeId);
      if (stored?.value.how !== 'undeliverable') return false;
      return objects.delete(nameOf(noticeId), { ifGeneration: stored.generation }, budgetOf(options));
    },
  };
}

function nameOf(noticeId: string): string {
  return `receipts/${noticeId}`;
}

function fieldsOf({ cases, notReached, ...receipt }: Receipt) {
  return { ...receipt, cases: [...cases], notReached: [...notReached] };
}
