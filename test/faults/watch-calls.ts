import type { Kind } from './kinds.ts';
import type { Asked } from './proxy.ts';

/** What `watch` asks of the services around it. */
export const watchCalls = [
  'BigQuery jobs.list',
  'BigQuery jobs.get',
  'BigQuery jobs.cancel',
  'Cloud Storage: get the policy',
  'Cloud Storage: get the stop switch',
  'Cloud Storage: get the ledger',
  'Cloud Storage: put the plan',
  'Cloud Storage: put the outcomes',
  'Cloud Storage: get a receipt',
  'Pub/Sub publish',
] as const;
export type WatchCall = (typeof watchCalls)[number];

/** What tells one call from another; `a` is the project that the fault is about, where it is about one. */
export interface About {
  readonly a: string;
  /** The receipt that `a` waits for. */
  readonly receipt: string;
  /** Whether this sweep has sent a cancel. */
  readonly hasCancelled: () => boolean;
}

const isGet = ({ method, path }: Asked, name: string) =>
  method === 'GET' && path.includes(`/o/${encodeURIComponent(name)}?`);
const isLedgerPut = ({ method, body }: Asked) => method === 'POST' && body.includes('"name":"ledger.json"');
const isJob = ({ path }: Asked, project: string) => path.includes(`/projects/${project}/jobs/`);

/** Whether a request to BigQuery or Cloud Storage is the call. */
export function isWatchCall(call: WatchCall, about: About): (asked: Asked) => boolean {
  const { a, receipt, hasCancelled } = about;
  const tests: Readonly<Record<WatchCall, (asked: Asked) => boolean>> = {
    'BigQuery jobs.list': ({ path }) => path.includes(`/projects/${a}/jobs?`),
    'BigQuery jobs.get': (asked) => asked.method === 'GET' && isJob(asked, a),
    'BigQuery jobs.cancel': (asked) => asked.method === 'POST' && isJob(asked, a),
    'Cloud Storage: get the policy': (asked) => isGet(asked, 'policy.yaml'),
    'Cloud Storage: get the stop switch': (asked) => isGet(asked, 'STOP'),
    'Cloud Storage: get the ledger': (asked) => isGet(asked, 'ledger.json'),
    'Cloud Storage: put the plan': (asked) => isLedgerPut(asked) && !hasCancelled(),
    'Cloud Storage: put the outcomes': (asked) => isLedgerPut(asked) && hasCancelled(),
    'Cloud Storage: get a receipt': (asked) => isGet(asked, `receipts/${receipt}`),
    'Pub/Sub publish': () => false,
  };
  return tests[call];
}

/** Calls to which "there is none" is an ordinary answer. */
const mayBeMissing: ReadonlySet<WatchCall> = new Set([
  'Cloud Storage: get the stop switch',
  'Cloud Storage: get a receipt',
]);

/** The kinds of fault that make sense for a call: a download is not compared with any condition. */
export function fits(call: WatchCall, kind: Kind): boolean {
  return !(mayBeMissing.has(call) && kind === '404');
}
