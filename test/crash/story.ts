import { readFileSync } from 'node:fs';
import type { JobSpec } from '../../infra/local/bigquery/spec.ts';
import type { JobEventName } from '../../shared/audit/event.ts';

// Synthetic: no such person, project, job or workspace exists.

/** A job of the story, and how its case has to end whatever happens. */
interface Actor {
  readonly spec: JobSpec & { readonly id: string };
  /** The last event of its case; undefined: nothing is ever said of it. */
  readonly ends: JobEventName | undefined;
  readonly isCancelled: boolean;
}

const minuteMs = 60_000;
const query = 'SELECT a.id FROM `analytics-prod.sales.orders` a CROSS JOIN `analytics-prod.sales.orders` b';

function aQuery(id: string, more: Partial<JobSpec>): Actor['spec'] {
  const principal = `${id.replaceAll('-', '.')}@example.com`;
  return {
    id,
    project: 'analytics-prod',
    principal,
    query,
    runsForMs: 600 * minuteMs,
    startedAgoMs: 40 * minuteMs,
    ...more,
  };
}

const atOnce = { how: 'stops', afterMs: 0 } as const;

/** Warnings, cancels, one that its job outruns, one that takes a while, one with a grace, and one by the new policy. */
export const actors: readonly Actor[] = [
  { spec: aQuery('runaway', { onCancel: atOnce }), ends: 'cancel.confirmed', isCancelled: true },
  // Nobody of that name is in the workspace: the operators are told instead.
  {
    spec: aQuery('orphan', { project: 'research-eu', location: 'europe-west3', onCancel: atOnce }),
    ends: 'cancel.confirmed',
    isCancelled: true,
  },
  {
    spec: aQuery('just-makes-it', { onCancel: { how: 'finishesFirst', afterMs: 0 } }),
    ends: 'cancel.finished-first',
    isCancelled: true,
  },
  // Not seen to be done in the sweep that cancels it: unconfirmed, and found by the follow-up.
  {
    spec: aQuery('takes-its-time', { onCancel: { how: 'stops', afterMs: 90_000 } }),
    ends: 'cancel.confirmed',
    isCancelled: true,
  },
  // Its limit passes in the middle of the first sweep.
  {
    spec: aQuery('nearly-over', { startedAgoMs: 30 * minuteMs - 25_000, onCancel: atOnce }),
    ends: 'cancel.confirmed',
    isCancelled: true,
  },
  // What it has used passes its limit in the middle of the first sweep.
  {
    spec: aQuery('hungry', { startedAgoMs: 10 * minuteMs - 25_000, slots: 300, onCancel: atOnce }),
    ends: 'cancel.confirmed',
    isCancelled: true,
  },
  {
    spec: aQuery('asked-for-patience', { labels: { patience: 'please' }, onCancel: atOnce }),
    ends: 'cancel.confirmed',
    isCancelled: true,
  },
  // Recorded by the first policy, cancelled by the second.
  {
    spec: aQuery('huge', { startedAgoMs: minuteMs, estimatedBytes: 3e14, onCancel: atOnce }),
    ends: 'cancel.confirmed',
    isCancelled: true,
  },
  {
    spec: {
      ...aQuery('nightly-load', { jobType: 'LOAD', destinationTable: 'raw.orders', startedAgoMs: 90 * minuteMs }),
      principal: 'ingest@analytics-prod.iam.gserviceaccount.com',
    },
    ends: 'job.warned',
    isCancelled: false,
  },
  { spec: aQuery('healthy', { startedAgoMs: minuteMs }), ends: undefined, isCancelled: false },
];

/** Who is in the workspace: not the one who started `orphan`, and not the channel that the second policy names. */
export const workspace = {
  users: actors.flatMap(({ spec: { id, principal = '' } }) => (id === 'orphan' ? [] : [{ email: principal }])),
  channels: ['#data-cost', '#data-platform'],
};

const policy = (name: string) => readFileSync(new URL(`policies/${name}.yaml`, import.meta.url));
export const policies = { before: policy('before'), after: policy('after') } as const;

/** A sweep a minute; from this one on the second policy is in force. */
export const policyChangesAt = 4;
/** A run of the story without an accident has this many sweeps, and one with an accident at most so many. */
export const sweeps = { least: 6, most: 16 } as const;
