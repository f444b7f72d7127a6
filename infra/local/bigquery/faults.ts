import { z } from 'zod';
import { ApiError } from './errors.ts';

const KINDS = [
  '403 rateLimitExceeded',
  '403 accessDenied',
  '429',
  '500',
  '503',
  'hang',
  'empty body',
  'truncated body',
  'not json',
  'wrong shape',
  'unreachable',
] as const;

/** A fault as it is asked for, over HTTP or in code; without times it lasts until the faults are cleared. */
export const fault = z.strictObject({
  method: z.enum(['list', 'get', 'cancel', 'insert']),
  project: z.string().optional(),
  jobId: z.string().optional(),
  /** `unreachable` leaves out the jobs of `locations` and says so in the listing. */
  kind: z.enum(KINDS),
  locations: z.array(z.string()).optional(),
  times: z.number().int().positive().optional(),
});

export type Fault = z.output<typeof fault>;

/** What a caller writes to set a fault. */
export type FaultInput = z.input<typeof fault>;

export type ApiMethod = Fault['method'];

/** What a fault is matched with. */
interface FaultyCall {
  readonly method: ApiMethod;
  readonly project: string;
  readonly jobId?: string | undefined;
}

/** The faults that are set, oldest first. */
export interface Faults {
  readonly add: (input: FaultInput) => void;
  readonly clear: () => void;
  /** The oldest fault that fits a call; counts it as used. */
  readonly take: (call: FaultyCall) => Fault | undefined;
}

/** A list of faults without any; a malformed one throws a ZodError. */
export function noFaults(): Faults {
  const set: { readonly fault: Fault; left: number }[] = [];
  return {
    add(input) {
      const parsed = fault.parse(input);
      set.push({ fault: parsed, left: parsed.times ?? Number.POSITIVE_INFINITY });
    },
    clear() {
      set.length = 0;
    },
    take({ method, project, jobId }) {
      const hit = set.find(
        (each) =>
          each.left > 0 &&
          each.fault.method === method &&
          (each.fault.project ?? project) === project &&
          (each.fault.jobId ?? jobId) === jobId,
      );
      if (hit) hit.left -= 1;
      return hit?.fault;
    },
  };
}

const RATE_LIMIT = 'Exceeded rate limits: too many api requests per user per method for this user_method.';
const RETRY = 'Error encountered during execution. Retrying may solve the problem.';
const DENIED = 'Access Denied: User does not have permission.';

const ERRORS: Readonly<Partial<Record<Fault['kind'], () => ApiError>>> = {
  '403 rateLimitExceeded': () =>
    new ApiError({ status: 403, reason: 'rateLimitExceeded', domain: 'usageLimits', message: RATE_LIMIT }),
  '403 accessDenied': () => new ApiError({ status: 403, reason: 'accessDenied', message: DENIED }),
  '429': () => new ApiError({ status: 429, reason: 'rateLimitExceeded', domain: 'usageLimits', message: RATE_LIMIT }),
  '500': () => new ApiError({ status: 500, reason: 'internalError', message: RETRY }),
  '503': () => new ApiError({ status: 503, reason: 'backendError', message: RETRY }),
};

/** The error that a fault stands for; undefined for one that spoils an answer instead. Nothing else happens then. */
export function errorOf(kind: Fault['kind']): ApiError | undefined {
  return ERRORS[kind]?.();
}
