import type { CallBudget } from '../objects.ts';
import { ObjectsError } from '../objects.ts';
import type { Call, ObjectPlace } from './calls.ts';
import { metadataCall } from './calls.ts';
import type { Client } from './client.ts';
import { earlierVersions } from './listing.ts';
import { resourceReading } from './read.ts';
import type { Resource } from './resource.ts';
import type { Marks } from './upload.ts';

/** A write whose first attempt got no clear answer, and whose next one was told that the condition does not hold. */
export interface Doubtful {
  readonly call: Call;
  readonly place: ObjectPlace;
  readonly marks: Marks;
}

/**
 * Finds out whether a doubtful write was carried out, by looking for its mark: it is won when the object or an earlier
 * generation bears it, and lost when another write of ours replaced the very same generation. Where neither can be
 * seen, e.g. because others have written twice since, an `ObjectsError` says so: to guess would be a lie half the time.
 */
export async function settle(
  { call, place, marks }: Doubtful,
  client: Client,
  budget: CallBudget,
): Promise<{ readonly generation: string } | 'lost'> {
  try {
    const { value: stands } = await client(metadataCall(place), resourceReading(place), budget);
    if (stands !== undefined && isBy(stands, marks)) return { generation: stands.generation };
    if (stands !== undefined && replacedTheSame(stands, marks)) return 'lost';
    const earlier = await earlierVersions(place, client, budget);
    const ours = earlier.find((version) => isBy(version, marks));
    if (ours !== undefined) return { generation: ours.generation };
  } catch (cause) {
    if (!(cause instanceof ObjectsError)) throw cause;
    throw unclear(call, `and looking failed too (${cause.message})`, cause);
  }
  throw unclear(call, 'and the object has changed since', undefined);
}

function isBy({ marks }: Resource, ours: Marks): boolean {
  return marks['jobwarden-write'] === ours['jobwarden-write'];
}

/** One generation is replaced only once, so whoever bears this mark kept our write from happening. */
function replacedTheSame({ marks }: Resource, ours: Marks): boolean {
  const over = ours['jobwarden-over'];
  return over !== undefined && marks['jobwarden-over'] === over;
}

function unclear(call: Call, why: string, cause: unknown): ObjectsError {
  const says = `${call.says}: the answer was lost, ${why}; it may have been carried out all the same`;
  return new ObjectsError(says, { failure: 'conflict', retryable: true, unsettled: true, cause });
}
