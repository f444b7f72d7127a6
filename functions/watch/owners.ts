import type { Verdict } from '../../shared/jobs/verdict.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import type { Policy } from '../../shared/policy/schema.ts';

/** The verdict with the person or team that answers for its job. */
export function withOwner(verdict: Verdict, policy: Policy): Verdict {
  return { ...verdict, owner: ownerOf(verdict.job, policy) };
}
