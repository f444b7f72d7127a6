import { deleteCall, insertCall, mediaCall } from './cloud-storage/calls.ts';
import type { ObjectPlace } from './cloud-storage/calls.ts';
import type { Client } from './cloud-storage/client.ts';
import { client } from './cloud-storage/client.ts';
import type { CloudStorageOptions } from './cloud-storage/connection.ts';
import { earlierVersions, resources } from './cloud-storage/listing.ts';
import { deleteReading, insertReading, mediaReading } from './cloud-storage/read.ts';
import { settle } from './cloud-storage/settle.ts';
import { marksFor, multipart } from './cloud-storage/upload.ts';
import type { CallBudget, Objects, Write } from './objects.ts';

/**
 * A bucket of Google Cloud Storage through its JSON API. Its generations are those of Cloud Storage; earlier ones are
 * there when the bucket has versioning. Writes leave their id in the custom metadata `jobwarden-write`.
 */
export function cloudStorageObjects(options: CloudStorageOptions): Objects {
  const { bucket } = options;
  const send = client(options);
  return {
    place: `gs://${bucket}`,
    get: async (name, budget, generation) => {
      const call = mediaCall({ bucket, name, generation });
      if (generation !== undefined && !isGeneration(generation)) return undefined;
      return (await send(call, mediaReading, budget)).value;
    },
    put: (name, write, budget) => put({ bucket, name }, write, { send, budget }),
    delete: (name, { ifGeneration }, budget) => remove({ bucket, name }, ifGeneration, { send, budget }),
    list: async function* (prefix, budget) {
      for await (const found of resources({ bucket, prefix }, send, budget)) {
        const { name, generation, updatedAtMs, sizeBytes } = found;
        yield { name, generation, updatedAtMs, sizeBytes };
      }
    },
    versions: async (name, budget) => {
      const earlier = await earlierVersions({ bucket, name }, send, budget);
      return earlier.map(({ generation, updatedAtMs, sizeBytes }) => ({ generation, updatedAtMs, sizeBytes }));
    },
  };
}

interface Sending {
  readonly send: Client;
  readonly budget: CallBudget;
}

async function put(place: ObjectPlace, write: Write, { send, budget }: Sending) {
  const { ifGeneration } = write;
  const marks = marksFor(ifGeneration);
  const call = insertCall(place, multipart(place.name, write, marks), ifGeneration);
  if (!isCondition(ifGeneration)) return 'lost' as const;
  const { value, unsettled } = await send(call, insertReading(place.name), budget);
  if (value !== 'refused') return value;
  return unsettled ? settle({ call, place, marks }, send, budget) : 'lost';
}

/** After an attempt whose answer was lost, an object that is not there counts as deleted by it. */
async function remove(place: ObjectPlace, ifGeneration: string | undefined, { send, budget }: Sending) {
  const call = deleteCall(place, ifGeneration);
  if (ifGeneration !== undefined && !isGeneration(ifGeneration)) return false;
  const { value, unsettled } = await send(call, deleteReading, budget);
  return value === 'gone' || (value === 'absent' && unsettled);
}

function isCondition(ifGeneration: string | undefined): boolean {
  return ifGeneration === undefined || ifGeneration === 'absent' || isGeneration(ifGeneration);
}

/** What no object can have is not sent: the API refuses some of it, and takes 0 for "nothing is there". */
function isGeneration(text: string): boolean {
  return /^[1-9]\d{0,17}$/.test(text);
}
