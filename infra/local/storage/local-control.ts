import { z } from 'zod';
import type { JsonObject } from '../bigquery/json.ts';
import { StorageError, invalid } from './errors.ts';
import type { StorageFaults } from './faults.ts';
import { storageFault } from './faults.ts';
import type { Answer } from './http.ts';

interface LocalCall {
  readonly resource: 'faults' | 'requests';
  readonly verb: string;
  readonly bodyText: string;
}

/** What the control paths reach. */
export interface Controlled {
  readonly faults: StorageFaults;
  readonly requests: readonly JsonObject[];
}

/**
 * Answers the paths that only the stand-in has: POST (one or a list) and DELETE /local/faults, and GET /local/requests.
 * They are for tests and demos that run in another process.
 */
export function controlLocally({ resource, verb, bodyText }: LocalCall, { faults, requests }: Controlled): Answer {
  switch (`${verb} ${resource}`) {
    case 'POST faults':
      for (const each of faultsIn(bodyText)) faults.add(each);
      return { status: 200, body: {} };
    case 'DELETE faults':
      faults.clear();
      return { status: 200, body: {} };
    case 'GET requests':
      return { status: 200, body: { requests } };
    default:
      throw new StorageError({ status: 404, reason: 'notFound', message: `There is no ${verb} /local/${resource}.` });
  }
}

function faultsIn(text: string): readonly z.output<typeof storageFault>[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid('This is no JSON.');
  }
  const parsed = z.array(storageFault).safeParse(Array.isArray(body) ? body : [body]);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}
