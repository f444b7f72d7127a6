import { ObjectsError, type Objects } from '../../shared/objects/objects.ts';
import type { Address } from '../../shared/objects/address.ts';
import { decodePolicy } from '../../shared/policy/characters.ts';
import type { Outside } from './command.ts';
import { callBudget } from './live.ts';

/** What stands at an address: its text and generation; nothing is `absent`, with an empty text. */
export interface There {
  readonly text: string;
  readonly generation: string;
}

/** Whether this very text stands there. */
export function isThere({ text, generation }: There, wanted: string): boolean {
  return generation !== 'absent' && text === wanted;
}

/** The place of a policy in a bucket. */
export interface PolicyObject {
  /** `gs://BUCKET/NAME` */
  readonly where: string;
  read(): Promise<There>;
  /** Writes over exactly this generation, or says `lost`: something else stands there, and nothing was written. */
  write(text: string, over: string): Promise<{ readonly generation: string } | 'lost'>;
  /** Whether the bucket has kept this generation; undefined where that cannot be told. */
  keeps(generation: string): Promise<boolean | undefined>;
}

/** Where the answer was lost, what stands there tells whether it was written. */
async function written(
  objects: Objects,
  { name, bytes, over }: { readonly name: string; readonly bytes: Uint8Array; readonly over: string },
  outside: Outside,
): Promise<{ readonly generation: string } | 'lost'> {
  const write = { bytes, ifGeneration: over, contentType: 'application/yaml' };
  try {
    return await objects.put(name, write, callBudget(outside));
  } catch (error) {
    if (!(error instanceof ObjectsError) || !error.unsettled) throw error;
    const found = await objects.get(name, callBudget(outside));
    if (found !== undefined && Buffer.compare(found.bytes, bytes) === 0) return { generation: found.generation };
    throw error;
  }
}

/** Opens the place of a policy. What the store says against it is thrown. */
export function policyObject({ bucket, name }: Address, outside: Outside): PolicyObject {
  const objects = outside.objects(`gs://${bucket}`);
  return {
    where: `gs://${bucket}/${name}`,
    read: async () => {
      const found = await objects.get(name, callBudget(outside));
      return found === undefined
        ? { text: '', generation: 'absent' }
        : { text: decodePolicy(found.bytes), generation: found.generation };
    },
    write: (text, over) => written(objects, { name, bytes: new TextEncoder().encode(text), over }, outside),
    keeps: async (generation) => {
      try {
        const versions = await objects.versions(name, callBudget(outside));
        return versions.some((version) => version.generation === generation);
      } catch (error) {
        if (error instanceof ObjectsError) return undefined;
        throw error;
      }
    },
  };
}
