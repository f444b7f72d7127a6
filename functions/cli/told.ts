import type { Verdict } from '../../shared/jobs/verdict.ts';
import { digest } from '../../shared/notices/digest.ts';
import { receiverKey } from '../../shared/notices/notice.ts';
import { routesFor } from '../../shared/notices/route.ts';
import { ownerOf } from '../../shared/owners/owner.ts';
import type { Policy } from '../../shared/policy/schema.ts';
import type { PolicyFile } from './policy-file.ts';
import { expectedEnd } from './verdict-lines.ts';

/** Who would be told of a verdict: one list per destination, its ways tried in order; and why these. */
export interface Told {
  readonly receivers: readonly (readonly string[])[];
  readonly through: string;
}

/** A policy with what the files beside it say. */
export type Owned = Pick<PolicyFile, 'policy' | 'lookups'>;

/** The verdict with the person or team that answers for its job. */
export function withOwner(verdict: Verdict, { policy, lookups }: Owned): Verdict {
  return { ...verdict, owner: ownerOf(verdict.job, policy, lookups) };
}

const nobody = 'nobody: it is for the record only';

function throughWords(verdict: Verdict, policy: Policy): string {
  const { outcome, eventName } = expectedEnd(verdict);
  const isObserved = outcome.did.startsWith('would-have');
  if (isObserved && policy.observe.tell !== 'owner') {
    return policy.observe.tell === 'nobody' ? 'observe.tell: nobody' : 'observe.tell: operators, until it is in force';
  }
  const { rule, action, job } = verdict;
  const routes = routesFor({ event: eventName, action, rule, owner: verdict.owner?.name, job }, policy);
  return routes.length === 0 ? 'no route: its owner' : routes.map((position) => `routes[${position}]`).join(' and ');
}

/** Who would be told of a verdict with its owner, and through which routes, as a sweep would decide it. */
export function toldOf(verdict: Verdict, policy: Policy, atMs: number): Told {
  const { outcome, eventName } = expectedEnd(verdict);
  const tell = {
    outcome,
    case: 'explained',
    event: 'explained',
    eventName,
    attempt: 1,
    willCancelAtMs: verdict.cancelAtMs,
  };
  const context = { sweepId: 'explained', atMs, policy: { sha256: '', where: '' } };
  const notices = digest({ tells: [tell], troubles: [] }, policy, context);
  const isSilent = outcome.did === 'recorded' || outcome.did === 'held-back';
  return {
    receivers: notices.map(({ receivers }) => receivers.map(receiverKey)),
    through: isSilent ? nobody : throughWords(verdict, policy),
  };
}
