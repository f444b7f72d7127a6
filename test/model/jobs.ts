import type { Job } from '../../shared/jobs/job.ts';
import { aJob } from '../make.ts';
import {
  byCancel,
  denied,
  endsAfter,
  engineError,
  ignored,
  stopsAfter,
  succeeded,
  type OnCancel,
} from '../watch/memory-engine.ts';

// Synthetic: no such project, person or job exists.

interface Kind {
  readonly fields: Partial<Job>;
  /** Whether any of the policies may ever cancel it. */
  readonly mayBeCancelled: boolean;
}

const never = (fields: Partial<Job>): Kind => ({ fields, mayBeCancelled: false });
const perhaps = (fields: Partial<Job>): Kind => ({ fields, mayBeCancelled: true });

/** The kinds of jobs that appear: runaways, and those that must never be cancelled however long they run. */
export const kinds = {
  plain: perhaps({}),
  'with grace': perhaps({ labels: { grace: 'yes' } }),
  'with grace, nobody there': perhaps({ labels: { grace: 'yes', owner: 'gone' }, principal: 'gone@example.com' }),
  protected: never({ principal: 'dwh@example.com' }),
  kept: never({ labels: { jobwarden: 'keep' } }),
  exempt: never({ labels: { exempt: 'yes' } }),
  'a write': never({ statementType: 'MERGE' }),
  'a statement nobody knows': never({ statementType: undefined }),
  'hidden from us': never({ redacted: true }),
  continuous: never({ continuous: true }),
  'of a project that is observed': never({ target: 'bigquery:finance-prod', project: 'finance-prod' }),
  'without a known principal': never({ principal: undefined }),
  'with labels nobody knows': never({ labels: undefined }),
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;
export const kindNames = Object.keys(kinds).filter((name): name is KindName => name in kinds);

/** A job of a kind that has been running for so long. */
export function jobOf(kind: KindName, id: string, about: { readonly nowMs: number; readonly runTimeMs: number }): Job {
  const startedAtMs = about.nowMs - about.runTimeMs;
  return aJob({ id, createdAtMs: startedAtMs - 1000, startedAtMs, ...kinds[kind].fields });
}

const failed = engineError('cancel: 503');

/** What cancels do to a job. */
export const behaviours = {
  'stops at once': [stopsAfter(0)],
  'stops after 2 s': [stopsAfter(2000)],
  'stops after a minute': [stopsAfter(70_000)],
  'finishes first': [endsAfter(500, succeeded)],
  'fails by itself': [endsAfter(900, { how: 'failed', reason: 'invalidQuery' })],
  'takes no notice': [ignored],
  'stops at the second cancel': [ignored, stopsAfter(1000)],
  'stops at the third cancel': [ignored, { how: 'throws', error: failed }, stopsAfter(1000)],
  'is forbidden at first': [denied, stopsAfter(1000)],
  'fails, and stops all the same': [{ how: 'throws', error: failed, butEnds: { afterMs: 9000, end: byCancel } }],
  'is done already': [{ how: 'already-done', end: succeeded }],
  'is gone': [endsAfter(0, byCancel)],
} as const satisfies Record<string, readonly OnCancel[]>;

export type BehaviourName = keyof typeof behaviours;
export const behaviourNames = Object.keys(behaviours).filter((name): name is BehaviourName => name in behaviours);
