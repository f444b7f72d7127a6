import { isCarriedOut, kinds, type Kind } from './kinds.ts';
import { fits, watchCalls, type WatchCall } from './watch-calls.ts';
import type { WatchSeen } from './watch-cell.ts';

/** What is expected of some cells of a call: of the sweep in which it fails, and of those after. */
export interface ExpectedSweep extends Pick<WatchSeen, 'status' | 'mode' | 'here' | 'others' | 'over'> {
  /** What the first sentence of the sweep begins with; undefined: there is nothing to say. */
  readonly says: string | undefined;
  /** Whether events wait in the ledger to be published. */
  readonly waits: boolean;
  readonly told: WatchSeen['told'];
}

interface Group extends Partial<ExpectedSweep> {
  readonly when: readonly Kind[];
}

const confirmed = ['cancel.intended', 'cancel.confirmed'];
const both = (names: readonly string[]) => ({ here: names, others: names });
const here = (names: readonly string[]) => ({ here: names, others: confirmed });

/** Nothing is to be seen of the fault. */
const unnoticed: ExpectedSweep = {
  status: 'ok',
  mode: 'enforce',
  here: 'cancelled',
  others: 'cancelled',
  over: 'next sweep',
  says: undefined,
  waits: false,
  told: both(confirmed),
};
const degraded = { status: 'degraded' } as const;
const neither = { here: 'running', others: 'running' } as const;
const onlyOthers = { here: 'running' } as const;

const once: readonly Kind[] = ['429 once, for 1 s'];
const carriedOut = kinds.filter((kind) => isCarriedOut.has(kind));
const but = (...left: readonly Kind[]) => kinds.filter((kind) => !left.includes(kind));
const refused = but(...once, ...carriedOut);

/** In which groups the cells of each call fall. The first sentence is expected to go on with the reason, see `reasons`. */
const groups: Readonly<Record<WatchCall, readonly Group[]>> = {
  'BigQuery jobs.list': [
    { when: once },
    { when: but(...once), ...degraded, ...onlyOthers, says: '[bigquery] jobs.list in project a: ' },
  ],
  'BigQuery jobs.get': [
    { when: once },
    { when: ['404'], ...degraded, ...onlyOthers, says: 'bigquery:a:US.runaway-of-a is listed as running, but ' },
    {
      when: but(...once, '404'),
      ...degraded,
      ...onlyOthers,
      says: 'bigquery:a:US.runaway-of-a could not be looked at more closely: [bigquery] jobs.get of job runaway-of-a in project a: ',
      told: here(['cancel.intended', 'cancel.held-back', ...confirmed]),
    },
  ],
  'BigQuery jobs.cancel': [
    { when: [...once, ...carriedOut] },
    {
      when: ['404'],
      ...onlyOthers,
      says: 'gone. The engine no longer knows the job.',
      told: here(['cancel.intended', 'cancel.gone', ...confirmed]),
    },
    {
      when: ['403 denied'],
      ...degraded,
      ...onlyOthers,
      over: 'an hour',
      says: 'forbidden. [bigquery] jobs.cancel of job runaway-of-a in project a: ',
      told: here(['cancel.intended', 'cancel.forbidden', ...confirmed]),
    },
    {
      when: refused.filter((kind) => kind !== '404' && kind !== '403 denied'),
      ...degraded,
      ...onlyOthers,
      over: 'minutes',
      says: 'error. The cancel failed: [bigquery] jobs.cancel of job runaway-of-a in project a: ',
      told: here(['cancel.intended', 'cancel.error', ...confirmed]),
    },
  ],
  'Cloud Storage: get the policy': [
    { when: once },
    {
      when: but(...once),
      ...degraded,
      ...neither,
      mode: 'observe',
      says: 'The policy cannot be read: ',
      told: both(['cancel.would-have', ...confirmed]),
    },
  ],
  'Cloud Storage: get the stop switch': [
    { when: once },
    {
      when: but(...once),
      ...degraded,
      ...neither,
      says: 'The stop switch cannot be read, so everything is stopped: [objects] get of gs://policy/STOP: ',
      told: both(['cancel.held-back', ...confirmed]),
    },
  ],
  'Cloud Storage: get the ledger': [
    { when: once },
    { when: ['404'], ...degraded, ...neither, says: 'Another sweep wrote to the ledger first; this one did nothing.' },
    {
      when: but(...once, '404'),
      ...neither,
      status: 'broke off',
      mode: undefined,
      says: 'ObjectsError: [objects] get of gs://state/ledger.json: ',
    },
  ],
  'Cloud Storage: put the plan': [
    { when: [...once, ...carriedOut] },
    { when: ['412'], ...degraded, ...neither, says: 'Another sweep wrote to the ledger first; this one did nothing.' },
    {
      when: refused.filter((kind) => kind !== '412'),
      ...degraded,
      ...neither,
      says: 'The ledger could not be written: [objects] put of gs://state/ledger.json: ',
    },
  ],
  'Cloud Storage: put the outcomes': [
    { when: [...once, ...carriedOut] },
    { when: ['412'], ...degraded, waits: true, says: 'What this sweep came to is not in the ledger; the next one ' },
    {
      when: refused.filter((kind) => kind !== '412'),
      ...degraded,
      waits: true,
      says: 'The ledger could not be written: [objects] put of gs://state/ledger.json: ',
    },
  ],
  'Cloud Storage: get a receipt': [
    { when: once, told: both(['job.warned', ...confirmed]) },
    {
      when: but(...once),
      ...degraded,
      ...onlyOthers,
      says: 'The receipt of notice could not be read: ',
      told: both(['job.warned', ...confirmed]),
    },
  ],
  'Pub/Sub publish': [
    { when: once },
    { when: but(...once), ...degraded, waits: true, says: 'Event was not accepted: [pubsub] ' },
  ],
};

/** Words of the reason that a sentence gives for a fault, at an API that speaks HTTP. */
const reasons: Readonly<Record<Kind, RegExp>> = {
  'no answer in time': /no whole answer within 1000 ms|ended early, the time for it is up/,
  hang: /no whole answer within 1000 ms|ended early, the time for it is up/,
  'connection lost': /the connection failed/,
  '403 rate limit': /too many requests \(HTTP 403 .*\(tried 5 times\)/,
  '403 denied': /access denied \(HTTP 403 .*this takes the permission (bigquery|storage)\./,
  '404': /not found \(HTTP 404|there is no such object/,
  '409': /the request was not accepted \(HTTP 409/,
  '412': /the request was not accepted \(HTTP 412/,
  '429 once, for 1 s': /^$/,
  '429, for 120 s': /too many requests \(HTTP 429 [^)]*\)(?! \(tried)/,
  '500': /the service failed \(HTTP 500 .*\(tried 5 times\)/,
  '503': /the service failed \(HTTP 503 .*\(tried 5 times\)/,
  'truncated body': /the connection failed/,
  'not JSON': /the answer is (not JSON|no object)|HTTP 404, but not in the API's words/,
  'wrong JSON': /the jobs are no list|the answer is no object|the answer is about another job|no readable job id/,
  'empty body': /it is empty|cut short|HTTP 404, but not in the API's words/,
};

/** The same at Pub/Sub, where what helps is said instead. */
const pubSubReasons: Readonly<Partial<Record<Kind, RegExp>>> = {
  '403 denied': /is not allowed: grant the service account roles\/pubsub\.publisher/,
  '404': /does not exist: create it/,
  '412': /could not be reached: 9 FAILED_PRECONDITION/,
  'empty body': /could not be reached: 12 UNIMPLEMENTED/,
};

/** What has to be in the first sentence, after what it begins with. */
export function reasonOf(call: WatchCall, kind: Kind): RegExp {
  const isWhole = expectedOf(call, kind).says?.endsWith(': ') !== true;
  if (call === 'Pub/Sub publish') return pubSubReasons[kind] ?? /could not be reached$/;
  return isWhole ? /./ : reasons[kind];
}

/** What is expected of a cell. Throws where nothing is, or more than one thing. */
export function expectedOf(call: WatchCall, kind: Kind): ExpectedSweep {
  const [found, ...others] = groups[call].filter(({ when }) => when.includes(kind));
  if (found === undefined || others.length > 0) throw new Error(`${call}, ${kind}: ${others.length + 1} expectations`);
  const { when: _, ...expected } = found;
  return { ...unnoticed, ...expected };
}

/** Every cell about `watch`. */
export const watchRows = watchCalls.flatMap((call) =>
  kinds.filter((kind) => fits(call, kind)).map((kind) => ({ call, kind })),
);
