import { formatUsd } from '../../jobs/money.ts';
import type { Metric } from '../../jobs/verdict.ts';
import type { Path } from '../lines.ts';
import type { Policy } from '../schema.ts';
import { isSame, type Change, type Effect } from './change.ts';

const at = (path: Path, effect: Effect, says: string): Change => ({ side: 'new', path, effect, says });

function mode(before: Policy, after: Policy): Change[] {
  if (before.mode === after.mode) return [];
  return after.mode === 'enforce'
    ? [at(['mode'], 'harsher', 'The policy enforces now; it only observed before.')]
    : [at(['mode'], 'softer', 'The policy only observes now.')];
}

function timezone(before: Policy, after: Policy): Change[] {
  if (before.timezone === after.timezone) return [];
  const counts =
    after.rules.some(({ active }) => active !== undefined) || after.freezes.length + after.exemptions.length > 0;
  const says = `Hours and days are those of ${after.timezone} now, not of ${before.timezone}.`;
  return [at(['timezone'], counts ? 'either' : 'neutral', says)];
}

function groups(before: Policy, after: Policy): Change[] {
  const names = [...new Set([...Object.keys(before.groups), ...Object.keys(after.groups)])];
  return names.flatMap((name) => {
    const old = before.groups[name] ?? [];
    const now = after.groups[name] ?? [];
    const added = now.filter((member) => !old.includes(member));
    const gone = old.filter((member) => !now.includes(member));
    if (added.length + gone.length === 0) return [];
    const words = [...added.map((member) => `with ${member}`), ...gone.map((member) => `without ${member}`)];
    return [
      at(
        ['groups'],
        'neutral',
        `The group ${name} is ${words.join(', ')} now; what that does is said where it is used.`,
      ),
    ];
  });
}

const numbers = {
  breaker: {
    maxCancels: 'planned cancels that open the breaker',
    maxShare: 'share of jobs that opens the breaker',
    minJobs: 'jobs from which the share counts',
  },
  budget: {
    perSweep: 'cancels a sweep',
    perOwnerPerHour: 'cancels an owner and hour',
    perHour: 'cancels an hour',
    pastBreaker: 'cancels an hour past the breaker',
  },
} as const;

function numberChanges(
  section: string,
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  names: Readonly<Record<string, string>>,
): Change[] {
  return Object.entries(names).flatMap(([key, name]) => {
    const [old = 0, now = 0] = [before[key], after[key]];
    if (old === now) return [];
    const shown = (value: number) => (key === 'maxShare' ? `${Number((value * 100).toFixed(2))}%` : String(value));
    return [at([section, key], now > old ? 'harsher' : 'softer', `The ${name}: ${shown(now)}, was ${shown(old)}.`)];
  });
}

function bounds(before: Policy, after: Policy): Change[] {
  return [
    ...numberChanges('breaker', before.breaker, after.breaker, numbers.breaker),
    ...numberChanges('budget', before.budget, after.budget, numbers.budget),
  ];
}

const costs: readonly Metric[] = ['costSoFar', 'costEstimated'];

function usesCosts({ rules, protect, optOut }: Policy): boolean {
  const limits = [...rules.flatMap(({ limit, warnAt }) => [limit, warnAt]), protect.upTo, optOut?.upTo];
  return limits.some((limit) => costs.some((metric) => limit?.of[metric] !== undefined));
}

function pricesOf({ prices }: Policy): ReadonlyMap<string, number> {
  const slots = Object.entries(prices.slotHour).flatMap(([place, editions]) =>
    Object.entries(editions).map(([edition, usd]): [string, number] => [`a slot hour in ${place} (${edition})`, usd]),
  );
  return new Map([
    ...Object.entries(prices.onDemandPerTiB).map(([place, usd]): [string, number] => [`a TiB in ${place}`, usd]),
    ...slots,
    ...Object.entries(prices.reservations).map(([name, usd]): [string, number] => [`a slot hour of ${name}`, usd]),
  ]);
}

/** A price that is higher lets limits on cost pass sooner, and the ceilings of what is spared. */
function prices(before: Policy, after: Policy): Change[] {
  const [old, now] = [pricesOf(before), pricesOf(after)];
  const counts = usesCosts(before) || usesCosts(after);
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [was, is] = [old.get(name), now.get(name)];
    if (was === is) return [];
    const said = (usd: number | undefined) => (usd === undefined ? 'the built-in price' : formatUsd(usd));
    const effect = was === undefined || is === undefined ? 'either' : is > was ? 'harsher' : 'softer';
    return [at(['prices'], counts ? effect : 'neutral', `${name}: ${said(is)}, was ${said(was)}.`)];
  });
}

const told = {
  observe: 'Who hears of what is only observed',
  operators: 'How the operators are reached',
  owners: 'Who answers for jobs',
  channels: 'How notices leave',
  routes: 'Which notice goes where',
  notices: 'What messages say',
  silences: 'Which messages are muted',
} as const;

function people(before: Policy, after: Policy): Change[] {
  return (['observe', 'operators', 'owners', 'channels', 'routes', 'notices', 'silences'] as const)
    .filter((key) => !isSame(before[key], after[key]))
    .map((key) => at([key], 'neutral', `${told[key]} has changed.`));
}

/** What changed in the policy as a whole: its mode, times, bounds and prices, and who is told. */
export function compareWhole(before: Policy, after: Policy): readonly Change[] {
  return [mode, timezone, groups, bounds, prices, people].flatMap((compare) => compare(before, after));
}
