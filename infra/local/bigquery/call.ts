import type { Caller } from './callers.ts';
import type { Fault } from './faults.ts';
import type { JobStore } from './store.ts';

/** One request to the jobs API, read and allowed in: what a method needs to answer it. */
export interface ApiCall {
  readonly project: string;
  readonly jobId: string | undefined;
  readonly query: URLSearchParams;
  /** The request body as text, empty without one. */
  readonly bodyText: string;
  readonly caller: Caller;
  readonly fault: Fault | undefined;
  readonly store: JobStore;
  readonly now: () => number;
}
