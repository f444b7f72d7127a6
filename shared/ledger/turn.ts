import { z } from 'zod';
import type { Objects } from '../objects/objects.ts';
import { readRecord, swapRecord, type Kind } from './records.ts';

const written = z.object({ version: z.literal(1), sentAtMs: z.number(), sweepId: z.string() });

/** For which message a shard was begun last. */
export type Turn = Pick<z.infer<typeof written>, 'sentAtMs' | 'sweepId'>;

const kind: Kind<z.infer<typeof written>> = {
  schema: written,
  version: 1,
  is: 'The turn',
  cure: 'Delete it: the next message is taken then.',
};

interface TurnOptions {
  readonly now: () => number;
  readonly timeoutMs?: number;
}

/** The turn that stands in an object; undefined: there was none so far. */
export async function readTurn(
  objects: Objects,
  name: string,
  { now, timeoutMs = 5000 }: TurnOptions,
): Promise<Turn | undefined> {
  return (await readRecord(objects, name, { ...kind, now, timeoutMs }))?.value;
}

/**
 * Takes a turn: true for one delivery of a message, and only where no later message was taken before. False: this one was
 * delivered before, or is overtaken.
 */
export async function takeTurn(
  objects: Objects,
  name: string,
  turn: Turn,
  { now, timeoutMs = 5000 }: TurnOptions,
): Promise<boolean> {
  const options = { now, timeoutMs };
  const stored = await readRecord(objects, name, { ...kind, ...options });
  if (stored !== undefined && stored.value.sentAtMs >= turn.sentAtMs) return false;
  const bytes = new TextEncoder().encode(JSON.stringify({ version: 1, ...turn }));
  const ifGeneration = stored?.generation ?? 'absent';
  return (await swapRecord(objects, name, { bytes, ifGeneration, ...options })) !== 'lost';
}
