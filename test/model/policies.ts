import type { WrittenPolicy } from '../make.ts';
import { aRule, minutes } from '../make.ts';
import { whoIsTold } from '../watch/a-world.ts';

// Synthetic: no such project or person exists.

const plainLimitMs = minutes(30);
/** Slot time, of which there is the same limit in every policy that cancels. */
export const slotLimitMs = minutes(60) * 100;
export const graceLimitMs = minutes(20);
export const graceMs = minutes(5);
export const undeliveredWaitMs = minutes(15);

/** What the plain model knows of a policy: enough to say which cancels it can never have meant. */
export interface Meaning {
  /** Whether any cancel may be carried out while it is in force. */
  readonly cancels: boolean;
  readonly perSweep: number;
  readonly perHour: number;
  readonly maxCancels: number;
  readonly limitMs: number;
}

const usual: Meaning = { cancels: true, perSweep: 3, perHour: 5, maxCancels: 6, limitMs: plainLimitMs };

const base = {
  ...whoIsTold,
  version: 1,
  mode: 'enforce',
  targets: [
    { engine: 'bigquery', projects: ['analytics-prod'] },
    { engine: 'bigquery', projects: ['finance-prod'], mode: 'observe' },
  ],
  rules: [
    aRule({ name: 'trial', mode: 'observe', limit: { runTime: '1h' } }),
    aRule({ name: 'plain', match: { labels: { grace: 'absent' } } }),
    aRule({ name: 'slots', match: { labels: { grace: 'absent' } }, limit: { slotHours: slotLimitMs / minutes(60) } }),
    aRule({
      name: 'with-grace',
      match: { labels: { grace: 'present' } },
      limit: { runTime: '20m' },
      grace: '5m',
      ifUndelivered: { wait: '15m', then: 'cancel' },
    }),
    aRule({ name: 'early', action: 'warn', limit: { runTime: '10m' } }),
  ],
  protect: { principals: ['dwh@example.com'] },
  optOut: { label: 'jobwarden=keep', allowedFor: ['*@example.com'], upTo: { runTime: '30d' } },
  exemptions: [
    {
      match: { labels: { exempt: 'present' } },
      reason: 'a synthetic exemption',
      approvedBy: 'cfo@example.com',
      expires: '2027-12-31',
    },
  ],
  breaker: { maxCancels: 6, maxShare: '100%' },
  budget: { perSweep: 3, perHour: 5, perOwnerPerHour: 5 },
} satisfies WrittenPolicy;

const always = { from: '2026-01-01', to: '2028-01-01', reason: 'a synthetic freeze', approvedBy: 'cfo@example.com' };

function variant(changes: WrittenPolicy, meaning: Partial<Meaning> = {}) {
  return { text: JSON.stringify({ ...base, ...changes }), meaning: { ...usual, ...meaning } };
}

/** The policies that the model puts in force, by name; the text of `broken` validates nowhere. */
export const policies = {
  usual: variant({}),
  tight: variant(
    { budget: { perSweep: 5, perHour: 4, perOwnerPerHour: 4 }, breaker: { maxCancels: 2, maxShare: '100%' } },
    { perSweep: 5, perHour: 4, maxCancels: 2 },
  ),
  'no budget': variant({ budget: { perSweep: 0, perHour: 12, perOwnerPerHour: 12 } }, { cancels: false, perSweep: 0 }),
  frozen: variant({ freezes: [{ name: 'close', ...always }] }, { cancels: false }),
  observing: variant({ mode: 'observe' }, { cancels: false }),
  lenient: variant(
    {
      rules: base.rules.map((rule) =>
        rule.action === 'cancel' && rule.name !== 'slots' ? { ...rule, limit: { runTime: '3h' } } : rule,
      ),
    },
    { limitMs: minutes(180) },
  ),
  'warning only': variant({ rules: base.rules.filter((rule) => rule.action === 'warn') }, { cancels: false }),
  generous: variant(
    { budget: { perSweep: 20, perHour: 100, perOwnerPerHour: 100 }, breaker: { maxCancels: 100, maxShare: '100%' } },
    { perSweep: 20, perHour: 100, maxCancels: 100 },
  ),
  deaf: variant({
    operators: { slack: '#gone-operators' },
    owners: { labels: ['owner'], domains: ['example.com'], fallback: { slack: '#gone-fallback' } },
  }),
  broken: { text: 'version: 1\nrules: all of them\n', meaning: { ...usual, cancels: false } },
} as const;

export type PolicyName = keyof typeof policies;
export const policyNames = Object.keys(policies).filter((name): name is PolicyName => name in policies);
