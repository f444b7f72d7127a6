import { readAddress, readBucket } from '../objects/address.ts';
import { openObjects, type OpenOptions } from '../objects/index.ts';
import type { Objects } from '../objects/objects.ts';
import { RecordError } from './records.ts';

/**
 * The store of the state, by the setting: `gs://BUCKET`, `gs://BUCKET/PREFIX`, or the path of a directory. It is opened,
 * and its adapter loaded, by the first call. An address that is none is a `RecordError` at once.
 */
export function openState(setting: string, options: OpenOptions): Objects {
  const { place, prefix } = placeOf(setting);
  let opened: Promise<Objects> | undefined;
  const inner = async () => (opened ??= openObjects(place, options));
  return {
    place: prefix === '' ? nameOf(place) : `${nameOf(place)}/${prefix.slice(0, -1)}`,
    get: async (name, budget, generation) => (await inner()).get(prefix + name, budget, generation),
    put: async (name, write, budget) => (await inner()).put(prefix + name, write, budget),
    delete: async (name, about, budget) => (await inner()).delete(prefix + name, about, budget),
    list: async function* (begin, budget) {
      for await (const entry of (await inner()).list(prefix + begin, budget)) {
        yield { ...entry, name: entry.name.slice(prefix.length) };
      }
    },
    versions: async (name, budget) => (await inner()).versions(prefix + name, budget),
  };
}

type StatePlace =
  | { readonly kind: 'cloud-storage'; readonly bucket: string }
  | { readonly kind: 'directory'; readonly path: string };

function nameOf(place: StatePlace): string {
  return place.kind === 'directory' ? place.path : `gs://${place.bucket}`;
}

/** The prefix ends in a slash, or is empty. */
function placeOf(setting: string): { readonly place: StatePlace; readonly prefix: string } {
  if (!/^gs:/i.test(setting)) return { place: { kind: 'directory', path: setting }, prefix: '' };
  const text = setting.replace(/\/+$/, '');
  const whole = readBucket(text, 'JOBWARDEN_STATE');
  if ('bucket' in whole) return { place: { kind: 'cloud-storage', bucket: whole.bucket }, prefix: '' };
  const part = readAddress(text, 'JOBWARDEN_STATE');
  if ('bucket' in part) return { place: { kind: 'cloud-storage', bucket: part.bucket }, prefix: `${part.name}/` };
  throw new RecordError(`${part.map(({ says }) => says).join(' ')} Write gs://BUCKET, gs://BUCKET/PREFIX, or a path.`);
}
