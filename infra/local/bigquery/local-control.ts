import { z } from 'zod';
import { ApiError, invalid } from './errors.ts';
import type { Faults } from './faults.ts';
import { fault } from './faults.ts';
import type { Answer } from './http.ts';
import { parseJson } from './json.ts';
import type { JsonObject } from './json.ts';
import { jobResource } from './resource.ts';
import { jobSpec } from './spec.ts';
import type { JobStore } from './store.ts';

interface LocalCall {
  readonly resource: 'faults' | 'jobs' | 'requests';
  readonly verb: string;
  readonly bodyText: string;
}

/** What the control paths reach. */
export interface Controlled {
  readonly store: JobStore;
  readonly faults: Faults;
  readonly now: () => number;
  readonly requests: readonly JsonObject[];
}

function listOf<T>(schema: z.ZodType<T>, text: string): readonly T[] {
  const body = parseJson(text);
  const parsed = z.array(schema).safeParse(Array.isArray(body) ? body : [body]);
  if (parsed.success) return parsed.data;
  throw invalid(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}

/**
 * Answers the paths that only the stand-in has: POST and DELETE /local/faults, POST /local/jobs (one or a list) and GET
 * /local/requests. They are for tests and demos that run in another process.
 */
export function controlLocally({ resource, verb, bodyText }: LocalCall, on: Controlled): Answer {
  switch (`${verb} ${resource}`) {
    case 'POST faults':
      for (const each of listOf(fault, bodyText)) on.faults.add(each);
      return { status: 200, body: {} };
    case 'DELETE faults':
      on.faults.clear();
      return { status: 200, body: {} };
    case 'POST jobs': {
      const added = listOf(jobSpec, bodyText).map((spec) => on.store.add(spec));
      return { status: 200, body: { jobs: added.map((job) => jobResource(job, on.now())) } };
    }
    case 'GET requests':
      return { status: 200, body: { requests: on.requests } };
    default:
      throw new ApiError({ status: 404, reason: 'notFound', message: `There is no ${verb} /local/${resource}.` });
  }
}
