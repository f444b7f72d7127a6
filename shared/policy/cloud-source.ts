import type { CallBudget, Objects } from '../objects/objects.ts';
import { bounded, policySource, type PolicySource, type Reading } from './source.ts';

/** How long one reading of the policy may take, or of all its earlier generations; a sweep has other things to do. */
const readMs = 8000;
/** How many earlier generations are looked through for a good one. */
const maxEarlier = 20;

function budget(now: () => number): CallBudget {
  return { untilMs: now() + readMs, signal: AbortSignal.timeout(readMs) };
}

function whyNot(error: unknown): Reading {
  return { unreadable: error instanceof Error ? error.message : String(error) };
}

/** The bytes of earlier generations, newest first; a store that keeps none has none to give. */
async function* earlierOf(objects: Objects, name: string, now: () => number): AsyncGenerator<Uint8Array> {
  const all = budget(now);
  const versions = await objects.versions(name, all);
  for (const { generation } of versions.slice(0, maxEarlier)) {
    const found = await objects.get(name, all, generation);
    if (found !== undefined) yield found.bytes;
  }
}

/**
 * The policy in an object, such as `gs://bucket/policy.yaml`: read again at each sweep and judged when its bytes are
 * others than before. An instance that has never seen a good one looks for it among the object's earlier generations.
 */
export function objectPolicySource(objects: Objects, name: string, now: () => number): PolicySource {
  const readOne = async (object: string): Promise<Reading> => {
    try {
      const found = await objects.get(object, budget(now));
      return found === undefined ? { unreadable: 'there is no such object' } : { bytes: found.bytes };
    } catch (error) {
      return whyNot(error);
    }
  };
  const folder = name.slice(0, name.lastIndexOf('/') + 1);
  return {
    ...policySource(
      `${objects.place}/${name}`,
      () => readOne(name),
      now,
      () => earlierOf(objects, name, now),
    ),
    beside: async (file, maxBytes) => bounded(await readOne(`${folder}${file}`), maxBytes),
  };
}
