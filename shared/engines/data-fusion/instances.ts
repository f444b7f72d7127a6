import type { CallBudget } from '../engine.ts';
import { EngineError } from '../engine.ts';
import { briefly, malformed } from '../http/failure.ts';
import { objectIn } from '../http/json.ts';
import { nextPages } from '../http/pages.ts';
import { isFields, reader } from '../http/read.ts';
import { segment } from '../http/segment.ts';
import type { Connection } from './connection.ts';

/** One location of one project. */
export interface Place {
  readonly project: string;
  readonly location: string;
}

/** An instance of Data Fusion. Labels that could not be read are unknown. */
export interface Instance {
  readonly id: string;
  readonly state: string;
  readonly apiEndpoint: string | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
}

export interface Instances {
  readonly instances: readonly Instance[];
  readonly unreachable: readonly string[];
}

const takes = 'the permissions datafusion.instances.list and datafusion.instances.get in that project';

/** The base of everything in a place. */
export function placePath({ project, location }: Place, call: { readonly says: string }): string {
  return `/v1/projects/${segment('data-fusion', project, call)}/locations/${segment('data-fusion', location, call)}`;
}

/** All instances of a location (`projects.locations.instances.list`). */
export async function instancesIn(place: Place, on: Connection, budget: CallBudget): Promise<Instances> {
  const says = `instances.list in ${briefly(place.project)}, ${briefly(place.location)}`;
  const url = `${on.base}${placePath(place, { says })}/instances`;
  const instances: Instance[] = [];
  const unreachable: string[] = [];
  const pages = nextPages({ engine: 'data-fusion', request: on.request, call: { url, says, takes }, budget });
  for await (const { body, list, skipped } of pages) {
    unreachable.push(...skipped);
    for (const one of list(body, 'instances')) {
      const instance = instanceIn(one);
      if (instance === undefined) unreachable.push('(an instance without a name)');
      else instances.push(instance);
    }
  }
  return { instances, unreachable };
}

/** One instance; undefined where there is none of that name. */
export async function instanceAt(
  where: Place & { readonly instance: string },
  on: Connection,
  budget: CallBudget,
): Promise<Instance | undefined> {
  const says = `instances.get of ${briefly(where.instance)} in ${briefly(where.project)}, ${briefly(where.location)}`;
  const url = `${on.base}${placePath(where, { says })}/instances/${segment('data-fusion', where.instance, { says })}`;
  const call = { method: 'GET', url, says, takes } as const;
  try {
    const found = instanceIn(objectIn('data-fusion', (await on.request(call, budget)).body, call));
    if (found?.id === where.instance) return found;
    throw malformed('data-fusion', call, 'the answer is about another instance');
  } catch (error) {
    if (error instanceof EngineError && error.failure === 'not-found') return undefined;
    throw error;
  }
}

function instanceIn(record: unknown): Instance | undefined {
  const read = reader(record);
  const id = read.text('name')?.split('/').at(-1);
  if (id === undefined || id === '') return undefined;
  const labels = labelsIn(read.find('labels') ?? {});
  return { id, state: read.text('state') ?? '', apiEndpoint: read.text('apiEndpoint'), labels };
}

/** All labels or none: with one left out, an instance would pass for one that does not have it. */
function labelsIn(found: unknown): Instance['labels'] {
  if (!isFields(found)) return undefined;
  const entries = Object.entries(found).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return entries.length === Object.keys(found).length ? Object.fromEntries(entries) : undefined;
}
