import { briefly, checkName } from '../names.ts';
import type { CallBudget } from '../objects.ts';
import type { ObjectPlace } from './calls.ts';
import { listCall } from './calls.ts';
import type { Client } from './client.ts';
import { malformed } from './failure.ts';
import { pageReading } from './read.ts';
import type { Resource } from './resource.ts';

/** What is listed: the objects whose names begin with the prefix, with earlier generations if wanted. */
export interface Wanted {
  readonly bucket: string;
  readonly prefix: string;
  readonly versions?: true;
}

/** All objects of a listing, page by page. A page token that comes twice is an error: such a listing would never end. */
export async function* resources(wanted: Wanted, client: Client, budget: CallBudget): AsyncGenerator<Resource> {
  const { bucket, ...about } = wanted;
  const seen = new Set<string>();
  let pageToken: string | undefined;
  do {
    const call = listCall(bucket, pageToken === undefined ? about : { ...about, pageToken });
    const { value: page } = await client(call, pageReading, budget);
    yield* page.items;
    pageToken = page.nextPageToken;
    if (pageToken !== undefined && seen.has(pageToken)) throw malformed(call, 'the listing goes round in circles');
    if (pageToken !== undefined) seen.add(pageToken);
  } while (pageToken !== undefined);
}

/** The earlier generations of one object, newest first. */
export async function earlierVersions(
  { bucket, name }: ObjectPlace,
  client: Client,
  budget: CallBudget,
): Promise<readonly Resource[]> {
  checkName(name, `versions of gs://${bucket}/${briefly(name)}`);
  const earlier: Resource[] = [];
  for await (const resource of resources({ bucket, prefix: name, versions: true }, client, budget)) {
    if (resource.name === name && resource.isEarlier) earlier.push(resource);
  }
  return earlier.sort((one, other) => (BigInt(one.generation) < BigInt(other.generation) ? 1 : -1));
}
