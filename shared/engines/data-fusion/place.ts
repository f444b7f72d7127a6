import type { JobRef } from '../../jobs/job.ts';
import type { TargetRef } from '../engine.ts';
import { EngineError } from '../engine.ts';
import type { Place } from './instances.ts';

/** The location that a target's name ends in: `data-fusion:PROJECT/LOCATION`. */
export function locationOf(target: Pick<TargetRef, 'name'>): string {
  const location = /^data-fusion:[^/]+\/([^/]+)$/.exec(target.name)?.[1];
  if (location !== undefined) return location;
  const says = `${JSON.stringify(target.name)} is no target of Data Fusion; one is written data-fusion:PROJECT/LOCATION`;
  throw new EngineError('data-fusion', says, { failure: 'rejected', retryable: false });
}

/** Where a job is. */
export function placeOf(ref: JobRef): Place {
  return { project: ref.project, location: ref.location ?? locationOf({ name: ref.target }) };
}
