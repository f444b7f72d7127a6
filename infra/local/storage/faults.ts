import { z } from 'zod';
import { StorageError } from './errors.ts';

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
] as const;

const METHODS = ['get', 'download', 'list', 'insert', 'patch', 'delete', 'rewrite', 'buckets'] as const;

/** A fault as it is asked for, over HTTP or in code; without times it lasts until the faults are cleared. */
export const storageFault = z.strictObject({
  /** `get` is the description of an object, `download` its bytes; `buckets` is all that is done with buckets. */
  method: z.enum(METHODS),
  bucket: z.string().optional(),
  name: z.string().optional(),
  kind: z.enum(KINDS),
  times: z.number().int().positive().optional(),
  /** The call takes effect although its answer is an error or never comes. What spoils an answer does so always. */
  carriedOut: z.boolean().default(false),
  retryAfterSeconds: z.number().int().min(0).max(3600).optional(),
});

export type StorageFault = z.output<typeof storageFault>;

/** What a caller writes to set a fault. */
export type StorageFaultInput = z.input<typeof storageFault>;

export type StorageMethod = StorageFault['method'];

/** What a fault is matched with. */
interface FaultyCall {
  readonly method: StorageMethod;
  readonly bucket?: string | undefined;
  readonly name?: string | undefined;
}

/** The faults that are set, oldest first. */
export interface StorageFaults {
  readonly add: (input: StorageFaultInput) => void;
  readonly clear: () => void;
  /** The oldest fault that fits a call; counts it as used. */
  readonly take: (call: FaultyCall) => StorageFault | undefined;
}

/** A list of faults without any; a malformed one throws a ZodError. */
export function noFaults(): StorageFaults {
  const set: { readonly fault: StorageFault; left: number }[] = [];
  return {
    add(input) {
      const fault = storageFault.parse(input);
      set.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clear() {
      set.length = 0;
    },
    take({ method, bucket, name }) {
      const hit = set.find(
        ({ fault, left }) =>
          left > 0 && fault.method === method && (fault.bucket ?? bucket) === bucket && (fault.name ?? name) === name,
      );
      if (hit) hit.left -= 1;
      return hit?.fault;
    },
  };
}

const RATE_LIMIT = 'Rate Limit Exceeded';
const RETRY = 'We encountered an internal error. Please try again.';
const DENIED = 'The caller does not have permission.';

const ERRORS: Readonly<
  Partial<Record<StorageFault['kind'], Omit<ConstructorParameters<typeof StorageError>[0], 'at'>>>
> = {
  '403 rateLimitExceeded': { status: 403, reason: 'rateLimitExceeded', domain: 'usageLimits', message: RATE_LIMIT },
  '403 accessDenied': { status: 403, reason: 'forbidden', message: DENIED },
  '429': { status: 429, reason: 'rateLimitExceeded', domain: 'usageLimits', message: RATE_LIMIT },
  '500': { status: 500, reason: 'internalError', message: RETRY },
  '503': { status: 503, reason: 'backendError', message: RETRY },
};

/** The error that a fault stands for; undefined for one that spoils an answer instead. */
export function errorOf({ kind, retryAfterSeconds }: StorageFault): StorageError | undefined {
  const parts = ERRORS[kind];
  return parts && new StorageError({ ...parts, retryAfterSeconds });
}
