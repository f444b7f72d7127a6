import type { Verdict } from '../../shared/jobs/verdict.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import type { Run } from './world.ts';

/** The verdict with the person or team that answers for its job. */
export function withOwner({ compiled, lookups }: Run, verdict: Verdict): Verdict {
  return { ...verdict, owner: ownerOf(verdict.job, compiled.policy, lookups.lookups) };
}
