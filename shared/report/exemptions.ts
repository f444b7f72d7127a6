import { daysBetween } from '../evaluate/calendar.ts';
import type { Exemption } from '../policy/exceptions.ts';
import type { ExemptionReport } from './answer.ts';
import type { Gathered } from './gathering.ts';

interface Named {
  readonly reason: string;
  readonly approvedBy: string;
  readonly expires: string;
}

interface Use {
  readonly stories: Set<string>;
  readonly rules: Set<string>;
}

/** Which exemption a sentence of `evaluate/hold.ts` is about; undefined where it does not say. */
function namedIn(why: string, policy: readonly Exemption[]): Named | undefined {
  const [, expires, reason, approvedBy] = /exempt until (\d{4}-\d\d-\d\d): (.*), approved by (.*)\.$/s.exec(why) ?? [];
  if (expires !== undefined && reason !== undefined && approvedBy !== undefined) return { reason, approvedBy, expires };
  const [, ended] = /exemption expired on (\d{4}-\d\d-\d\d);/.exec(why) ?? [];
  if (ended === undefined) return undefined;
  const meant = policy.filter((one) => one.expires === ended);
  const [only] = meant;
  return meant.length === 1 && only !== undefined ? only : { reason: 'it has expired', approvedBy: '', expires: ended };
}

/** An exemption whose end was moved is the same one. */
const keyOf = ({ reason, approvedBy }: Named) => JSON.stringify([reason, approvedBy]);

function usesOf({ exempted }: Gathered, policy: readonly Exemption[]) {
  const uses = new Map<string, { readonly named: Named; readonly use: Use }>();
  for (const [why, ids] of [...exempted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const named = namedIn(why, policy) ?? { reason: why, approvedBy: '', expires: '' };
    const known = uses.get(keyOf(named));
    const use = known?.use ?? { stories: new Set(), rules: new Set() };
    uses.set(keyOf(named), {
      named: known !== undefined && known.named.expires > named.expires ? known.named : named,
      use,
    });
    for (const id of ids) {
      const [story = '', ...rule] = id.split(' ');
      use.stories.add(story);
      use.rules.add(rule.join(' '));
    }
  }
  return uses;
}

function reportOf(named: Named, use: Use | undefined, about: { today: string; inPolicy: boolean }): ExemptionReport {
  const { reason, approvedBy, expires } = named;
  const left = expires === '' ? -1 : daysBetween(about.today, expires);
  return {
    reason,
    approvedBy,
    expires,
    jobs: use?.stories.size ?? 0,
    rules: [...(use?.rules ?? [])].sort(),
    inPolicy: about.inPolicy,
    daysLeft: left < 0 ? undefined : left,
  };
}

/**
 * The exemptions of a policy with the jobs that each of them kept in the period, and those that events name and the
 * policy does not. What ended before the period, and kept nothing, is left out.
 */
export function exemptionsOf(
  gathered: Gathered,
  policy: readonly Exemption[],
  { today, since }: { readonly today: string; readonly since: string },
): readonly ExemptionReport[] {
  const uses = usesOf(gathered, policy);
  const own = new Map(policy.map((one) => [keyOf(one), one]));
  const listed = [...own].map(([key, one]) => reportOf(one, uses.get(key)?.use, { today, inPolicy: true }));
  const others = [...uses]
    .filter(([key]) => !own.has(key))
    .map(([, { named, use }]) => reportOf(named, use, { today, inPolicy: false }));
  return [...listed.filter(({ jobs, expires }) => jobs > 0 || expires >= since), ...others];
}
