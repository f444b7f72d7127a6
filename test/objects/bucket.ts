import { onTestFinished } from 'vitest';
import type { StorageCaller } from '../../infra/local/storage/callers.ts';
import type { StandInStorage } from '../../infra/local/storage/server.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { cloudStorageObjects } from '../../shared/objects/cloud-storage.ts';
import type { CloudStorageOptions } from '../../shared/objects/cloud-storage/connection.ts';
import type { Objects } from '../../shared/objects/objects.ts';
import { ObjectsError } from '../../shared/objects/objects.ts';

const quick = { bucket: 'state', now: Date.now, random: () => 0, requestTimeoutMs: 400 };

/** The bucket `state` in a stand-in, and a way to open it; waits between tries take no time. */
export interface Bucket {
  readonly storage: StandInStorage;
  readonly objects: Objects;
  readonly another: (options?: Partial<CloudStorageOptions>) => Objects;
  /** Texts of all generations of an object, oldest first. */
  readonly written: (name: string) => Promise<readonly string[]>;
}

interface About {
  readonly versioning?: boolean;
  readonly callers?: ReadonlyMap<string, StorageCaller>;
  readonly writeLimit?: boolean;
}

export async function aBucket({ versioning = true, writeLimit = false, ...about }: About = {}): Promise<Bucket> {
  const storage = await startStorage({ writeLimit, ...about });
  onTestFinished(() => storage.close());
  storage.createBucket('state', { versioning });
  const another = (options: Partial<CloudStorageOptions> = {}) =>
    cloudStorageObjects({ ...quick, endpoint: storage.url, ...options });
  const written = async (name: string) => {
    const query = new URLSearchParams({ prefix: name, versions: 'true', fields: 'items(name,generation)' });
    const response = await fetch(`${storage.url}/storage/v1/b/state/o?${query.toString()}`);
    const generations = [...(await response.text()).matchAll(/"generation":"(\d+)"/g)].map(([, number]) =>
      Number(number),
    );
    return generations.map((generation) => String(storage.object({ bucket: 'state', name, generation })?.bytes));
  };
  return { storage, objects: another(), another, written };
}

/** The ObjectsError that a call ends with; throws when it does not. */
export async function failureOf(work: Promise<unknown>): Promise<ObjectsError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (error instanceof ObjectsError) return error;
  throw new Error('no ObjectsError was thrown', { cause: error });
}
