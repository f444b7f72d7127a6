import type { Objects } from '../objects/objects.ts';
import { emptyFleet, fleetSchema, type FleetDocument } from './fleet.ts';
import { readRecord, RecordError, swapRecord, type Kind } from './records.ts';

/** The fleet's document, changed only by compare-and-swap, as a ledger is; its generation is `absent` while there is none. */
export interface FleetStore {
  read(): Promise<{ readonly document: FleetDocument; readonly generation: string }>;
  /** The new generation; undefined: somebody else wrote first, and nothing was written. */
  swap(document: FleetDocument, generation: string): Promise<string | undefined>;
}

const name = 'fleet.json';
const kind: Kind<FleetDocument> = {
  schema: fleetSchema,
  version: 1,
  is: "The fleet's document",
  cure: 'Bring an earlier copy back, or move it away while nothing sweeps.',
};

/** The fleet's document as the object `fleet.json`. What is broken or newer is a `RecordError`. `now` is epoch ms. */
export function fleetStore(
  objects: Objects,
  { now, timeoutMs = 5000 }: { readonly now: () => number; readonly timeoutMs?: number },
): FleetStore {
  const options = { now, timeoutMs };
  return {
    read: async () => {
      const stored = await readRecord(objects, name, { ...kind, ...options });
      return stored === undefined
        ? { document: emptyFleet, generation: 'absent' }
        : { document: stored.value, generation: stored.generation };
    },
    swap: async (document, generation) => {
      const checked = fleetSchema.safeParse(document);
      if (!checked.success) throw new RecordError(`A document that could not be read again is not written to ${name}.`);
      const bytes = new TextEncoder().encode(JSON.stringify(checked.data));
      const answer = await swapRecord(objects, name, { bytes, ifGeneration: generation, ...options });
      return answer === 'lost' ? undefined : answer.generation;
    },
  };
}
