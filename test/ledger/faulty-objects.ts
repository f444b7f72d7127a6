import { ObjectsError, type Objects } from '../../shared/objects/objects.ts';

/** A call to a store. `nth` counts all calls from 1. */
export interface Asked {
  readonly method: 'get' | 'put' | 'delete' | 'list';
  readonly name: string;
  readonly nth: number;
}

/** What happens to a call: nothing, or a failure before or after it took effect. */
export type Fate = undefined | { readonly when: 'before' | 'after'; readonly error: Error };

/** The store's own error for a write whose answer was lost. */
export function unsettled(): ObjectsError {
  return new ObjectsError('put: no answer', { failure: 'timeout', retryable: true, unsettled: true });
}

/** The store's own error for a call that may succeed later and had no effect. */
export function busy(): ObjectsError {
  return new ObjectsError('put: too many requests', { failure: 'rate-limit', retryable: true, status: 429 });
}

/** The store's own error for a call that never will. */
export function denied(): ObjectsError {
  return new ObjectsError('put: access denied', { failure: 'forbidden', retryable: false, status: 403 });
}

/** A store whose calls fail as the script says; `asked` has them all. */
export function faultyObjects(
  inner: Objects,
  script: (call: Asked) => Fate | Promise<Fate>,
): Objects & { readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const call = async <T>(method: Asked['method'], name: string, work: () => Promise<T>): Promise<T> => {
    const about = { method, name, nth: asked.length + 1 };
    asked.push(about);
    const fate = await script(about);
    if (fate?.when === 'before') throw fate.error;
    const result = await work();
    if (fate?.when === 'after') throw fate.error;
    return result;
  };
  return {
    asked,
    place: inner.place,
    get: (name, budget, generation) => call('get', name, () => inner.get(name, budget, generation)),
    put: (name, write, budget) => call('put', name, () => inner.put(name, write, budget)),
    delete: (name, about, budget) => call('delete', name, () => inner.delete(name, about, budget)),
    list: async function* (prefix, budget) {
      yield* await call('list', prefix, async () => inner.list(prefix, budget));
    },
    versions: (name, budget) => inner.versions(name, budget),
  };
}
