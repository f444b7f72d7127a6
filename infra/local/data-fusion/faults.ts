/** What a request is for, in the words of its API. */
export type Method =
  | 'token'
  | 'locations'
  | 'instances.list'
  | 'instances.get'
  | 'operations.list'
  | 'operations.get'
  | 'operations.cancel'
  | 'namespaces'
  | 'pipelines'
  | 'runs.list'
  | 'runs.get'
  | 'runs.stop';

/** A failure to switch on. Without `times` it lasts until the faults are cleared; without `instance` it is of all. */
export interface Fault {
  readonly method: Method;
  readonly kind: '401' | '403' | '404' | '429' | '500' | '501' | '503' | 'hang' | 'not json' | 'empty body';
  readonly instance?: string;
  readonly times?: number;
}

/** The failures that are switched on, oldest first. */
export interface Faults {
  readonly add: (fault: Fault) => void;
  readonly clear: () => void;
  /** The oldest one that fits a call; counts it as used. */
  readonly take: (call: { readonly method: Method; readonly instance?: string | undefined }) => Fault | undefined;
}

export function noFaults(): Faults {
  const set: { readonly fault: Fault; left: number }[] = [];
  return {
    add: (fault) => void set.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    clear: () => void (set.length = 0),
    take({ method, instance }) {
      const fits = ({ fault, left }: (typeof set)[number]) =>
        left > 0 && fault.method === method && (fault.instance ?? instance) === instance;
      const hit = set.find(fits);
      if (hit !== undefined) hit.left -= 1;
      return hit?.fault;
    },
  };
}
