import { z } from 'zod';
import { freeze } from './calendar.ts';
import { entry, withoutPrototype, type Fixed } from './entry.ts';
import { exemption, optOut, protect, silence } from './exceptions.ts';
import { fault } from './fault.ts';
import { channels, notices, route } from './notices.ts';
import { pattern } from './patterns.ts';
import { contact, owners } from './people.ts';
import { mode, rule } from './rule.ts';
import { checkedText, count, name, share, text, usd } from './scalars.ts';
import { target } from './targets.ts';

const breaker = entry({
  maxCancels: count.default(20).describe('More planned cancels than this in one sweep, and none is done.'),
  maxShare: share.prefault('25%').describe('A larger share than this of the jobs seen, and none is done.'),
  minJobs: count.default(10).describe('The share counts once so many jobs are seen.'),
});

const budget = entry({
  perSweep: count
    .default(5)
    .describe('Cancels attempted in one sweep; the costliest job goes first, then the oldest. 0 means none.'),
  perOwnerPerHour: count
    .default(10)
    .describe('Cancels attempted against the jobs of one owner in an hour. 0 means none.'),
  perHour: count.default(20).describe('Cancels attempted in an hour. 0 means none.'),
  pastBreaker: count
    .default(2)
    .describe('Cancels in an hour by rules that may act although the breaker is open. 0 means none.'),
});

const money = (what: string) => z.record(text, usd).transform(withoutPrototype).prefault({}).describe(what);

const prices = entry({
  onDemandPerTiB: money('Location → price of a TiB read on demand.'),
  slotHour: z
    .record(text, z.record(text, usd).transform(withoutPrototype))
    .transform(withoutPrototype)
    .prefault({})
    .meta({
      description: 'Location → edition → price of an hour of one slot.',
      samples: [{ EU: { enterprise: '0.066 USD' } }],
    }),
  reservations: money('Reservation, as project:location.name → price of an hour of one of its slots.'),
});

const timezone = checkedText((value) => {
  const wrong = fault('unknown-timezone', value, '');
  if (/^[+-]|^$/.test(value)) return wrong;
  try {
    Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions();
    return undefined;
  } catch {
    return wrong;
  }
});

const atLeastOne = (what: string) => fault('empty-list', `The policy names no ${what}.`, `Name at least one ${what}.`);

/** The whole policy file, from what YAML holds to what the product works with. */
export const policySchema = entry({
  version: z.literal(1).describe('The version of the policy language.'),
  mode: mode.default('observe').describe('The ceiling for everything below: observe only says what would be done.'),
  timezone: timezone.default('UTC').meta({
    description: 'The time zone of active, freezes and dates, by its IANA name.',
    samples: ['Europe/Berlin'],
  }),
  observe: entry({
    tell: z
      .enum(['operators', 'owner', 'nobody'])
      .default('operators')
      .describe(
        'Who hears of it: operators, in one message at first and then one a day; the owner of each job, each time; or nobody.',
      ),
  })
    .prefault({})
    .describe('What becomes of verdicts that are only observed.'),
  operators: contact.optional().meta({
    description:
      'Those who run Jobwarden: told of the breaker, a rejected policy, notices that could not be delivered.',
    samples: [{ slack: '#data-cost' }],
  }),
  groups: z
    .record(
      name,
      z
        .array(pattern)
        .min(1, { error: fault('empty-list', 'The group is empty.', 'Name a member.') })
        .max(1000),
    )
    .transform(withoutPrototype)
    .prefault({})
    .meta({
      description: 'Named lists of patterns, used as "@name".',
      samples: [{ 'finance-batch': ['close-*@finance.iam.gserviceaccount.com'] }],
    }),
  targets: z
    .array(target)
    .min(1, { error: atLeastOne('target') })
    .max(500)
    .meta({
      description: 'Where to look for jobs.',
      samples: [[{ engine: 'bigquery', projects: ['analytics-prod'] }]],
    }),
  rules: z
    .array(rule)
    .min(1, { error: atLeastOne('rule') })
    .max(500, {
      error: fault(
        'too-many',
        'There are more than 500 rules.',
        'Merge rules by lists in match, or split the policy over deployments.',
      ),
    })
    .meta({
      description: 'All rules are looked at; the most severe action wins, ties go to the earlier rule.',
      samples: [[{ name: 'long-queries', limit: { runTime: '30m' }, action: 'warn' }]],
    }),
  freezes: z.array(freeze).default([]).describe('Times in which matching jobs are only observed.'),
  exemptions: z
    .array(exemption)
    .default([])
    .describe('Jobs that are kept from being cancelled, never from the record.'),
  protect: protect.prefault({}).describe('Identities whose jobs are not cancelled.'),
  optOut: optOut.optional().describe("An owner's own label that keeps a job."),
  breaker: breaker.prefault({}).describe('Holds back every cancel of a sweep when there would be too many.'),
  budget: budget.prefault({}).describe('How many cancels may be attempted. 0 means none.'),
  owners: owners.prefault({}).describe('Who answers for a job: the first step that finds somebody, in this order.'),
  channels: channels
    .prefault({})
    .describe(
      'How notices leave. Secrets are never written here: each key names the environment variable that holds one.',
    ),
  routes: z
    .array(route)
    .default([])
    .describe(
      'Which notice goes where: the first match wins, the last must match everything. Left out: notices go to the owner.',
    ),
  notices: notices.prefault({}).describe('What the messages say.'),
  silences: z.array(silence).default([]).describe('Messages that are muted for a while, never the record.'),
  prices: prices.prefault({}).describe('Prices that replace the built-in table. Nothing is converted.'),
});

/** A policy that was checked: defaults filled, times in ms, sizes in bytes, money in USD, lists where one or a list may be written. */
export type Policy = Fixed<z.output<typeof policySchema>>;
