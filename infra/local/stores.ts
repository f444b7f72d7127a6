import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStorage, type StandInStorage } from './storage/server.ts';

/** Where policy and state are kept, as settings of the functions; `close` removes what was made for them. */
export interface Stores {
  /** `gs://BUCKET/policy.yaml`, or the path of the policy file itself. */
  readonly policy: string;
  /** `gs://BUCKET`, or the path of a directory. */
  readonly state: string;
  /** The stand-in for Cloud Storage; undefined where policy and state are files. */
  readonly storage: StandInStorage | undefined;
  close(): Promise<void>;
}

const policyBucket = 'jobwarden-policy';
const stateBucket = 'jobwarden-state';

/** The policy stays where it is; the state gets a new directory. */
export async function inFiles(policyFile: string): Promise<Stores> {
  const path = await mkdtemp(join(tmpdir(), 'jobwarden-state-'));
  const close = () => rm(path, { recursive: true, force: true, maxRetries: 3 });
  return { policy: policyFile, state: path, storage: undefined, close };
}

async function upload({ url }: StandInStorage, policyFile: string): Promise<void> {
  const query = new URLSearchParams({ uploadType: 'media', name: 'policy.yaml' });
  const response = await fetch(`${url}/upload/storage/v1/b/${policyBucket}/o?${query.toString()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/yaml' },
    body: await readFile(policyFile),
  });
  if (!response.ok) throw new Error(`[local] ${policyFile} was not uploaded: HTTP ${response.status}`);
}

/** Two buckets of a stand-in for Cloud Storage, as in production: one with the policy and its generations, one for the state. */
export async function inBuckets(policyFile: string, port: number): Promise<Stores> {
  const storage = await startStorage({ port });
  try {
    storage.createBucket(policyBucket, { versioning: true });
    storage.createBucket(stateBucket);
    await upload(storage, policyFile);
  } catch (error) {
    await storage.close();
    throw error;
  }
  return {
    policy: `gs://${policyBucket}/policy.yaml`,
    state: `gs://${stateBucket}`,
    storage,
    close: () => storage.close(),
  };
}
