import { z } from 'zod';

/**
 * What goes wrong on request. `fault` is `rate-limited`, `server-error`, `hang`, `malformed`, or an error code of Slack
 * (`invalid_auth`, `users_not_found`, `channel_not_found` …). `times`: for so many calls, 1 if left out, until deleted
 * if 0. `oneIn`: only every so many calls. `carryOut`: the call takes effect, and only its answer is spoilt.
 */
export const faultSchema = z.strictObject({
  fault: z.string().regex(/^[a-z][a-z_-]{2,60}$/),
  method: z.string().max(60).optional(),
  times: z.number().int().min(0).default(1),
  oneIn: z.number().int().min(1).default(1),
  retryAfterSeconds: z.number().min(0).max(3600).default(1),
  carryOut: z.boolean().default(false),
});
type Fault = z.input<typeof faultSchema>;
export type ActiveFault = z.output<typeof faultSchema>;

/** Faults on request: the first that fits a call is used up by it. */
export interface Faults {
  add(fault: Fault): void;
  clear(): void;
  list(): readonly ActiveFault[];
  /** The fault for a call of this method, if there is one now. */
  next(method: string): ActiveFault | undefined;
}

const maxFaults = 100;

/** An empty set of faults. At most 100 at a time: more throw. */
export function createFaults(): Faults {
  let active: { readonly fault: ActiveFault; left: number; calls: number }[] = [];
  const fits = (method: string) => {
    for (const entry of active) {
      if (entry.fault.method !== undefined && entry.fault.method !== method) continue;
      entry.calls += 1;
      if (entry.calls % entry.fault.oneIn === 0) return entry;
    }
    return undefined;
  };
  return {
    add: (fault) => {
      if (active.length >= maxFaults) throw new Error(`[slack stand-in] more than ${maxFaults} faults at a time`);
      const read = faultSchema.parse(fault);
      active.push({ fault: read, left: read.times === 0 ? Infinity : read.times, calls: 0 });
    },
    clear: () => {
      active = [];
    },
    list: () => active.map(({ fault }) => fault),
    next: (method) => {
      const entry = fits(method);
      if (entry === undefined) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) active = active.filter((one) => one !== entry);
      return entry.fault;
    },
  };
}
