import type { CallBudget } from './objects.ts';
import { ObjectsError } from './objects.ts';

/** Throws when the time is up, so that nothing starts after it. `now` is in epoch ms, `says` names the call. */
export function checkTime(budget: CallBudget, now: () => number, says: string): void {
  if (!budget.signal.aborted && now() < budget.untilMs) return;
  throw new ObjectsError(`${says}: not done, no time was left for it`, { failure: 'timeout', retryable: true });
}
