import { checkTime } from './budget.ts';
import { briefly, checkName } from './names.ts';
import type { Found, Objects } from './objects.ts';

/** Objects in memory: they last as long as the process. `now` is in epoch ms. */
export function memoryObjects({ now }: { readonly now: () => number }): Objects {
  const objects = new Map<string, Found>();
  let generations = 0;
  return {
    place: 'memory',
    get: async (name, budget, generation) => {
      begin('get', name);
      checkTime(budget, now, `get of ${briefly(name)}`);
      const found = objects.get(name);
      return found === undefined || (generation ?? found.generation) !== found.generation ? undefined : copyOf(found);
    },
    put: async (name, { bytes, ifGeneration }, budget) => {
      begin('put', name);
      checkTime(budget, now, `put of ${briefly(name)}`);
      if (!stands(objects.get(name), ifGeneration)) return 'lost';
      generations += 1;
      const generation = String(generations);
      objects.set(name, { bytes: new Uint8Array(bytes), generation, updatedAtMs: now() });
      return { generation };
    },
    delete: async (name, { ifGeneration }, budget) => {
      begin('delete', name);
      checkTime(budget, now, `delete of ${briefly(name)}`);
      return stands(objects.get(name), ifGeneration) && objects.delete(name);
    },
    list: async function* (prefix, budget) {
      checkTime(budget, now, `list of ${briefly(prefix)}*`);
      for (const [name, { bytes, generation, updatedAtMs }] of Array.from(objects)) {
        if (name.startsWith(prefix)) yield { name, generation, updatedAtMs, sizeBytes: bytes.length };
      }
    },
    versions: async (name) => {
      begin('versions', name);
      return [];
    },
  };
}

function begin(call: string, name: string): void {
  checkName(name, `${call} of ${briefly(name)}`);
}

function stands(found: Found | undefined, ifGeneration: string | undefined): boolean {
  if (ifGeneration === undefined) return true;
  return ifGeneration === 'absent' ? found === undefined : found?.generation === ifGeneration;
}

/** Neither a reader nor a writer shares its bytes with the store (a Buffer's own `slice` would). */
function copyOf(found: Found): Found {
  return { ...found, bytes: new Uint8Array(found.bytes) };
}
