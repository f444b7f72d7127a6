import type { Policy } from '../policy/schema.ts';
import { matchesNotice, type Routable } from './route.ts';
import { dayIn } from './text.ts';

type SilencePolicy = Pick<Policy, 'silences' | 'groups' | 'timezone'>;

/** Whether the policy mutes such a message at this moment. A silence holds to the end of its last day. */
export function isSilenced(about: Routable, policy: SilencePolicy, atMs: number): boolean {
  if (policy.silences.length === 0) return false;
  const today = dayIn(atMs, policy.timezone);
  return policy.silences.some(({ match, until }) => today <= until && matchesNotice(match, about, policy));
}
