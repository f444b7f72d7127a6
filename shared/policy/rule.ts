/* oxlint-disable unicorn/no-thenable -- `then` is a word of the policy language; it never holds a function. */
import { z } from 'zod';
import { actions } from '../jobs/verdict.ts';
import { active } from './calendar.ts';
import { always, entry, type Fixed } from './entry.ts';
import { fault } from './fault.ts';
import { limit } from './limits.ts';
import { jobMatch } from './match.ts';
import { count, duration, name, text } from './scalars.ts';

export const mode = z.enum(['observe', 'enforce']);

const grace = z
  .union([z.literal('none'), duration])
  .transform((written) => (written === 'none' ? 0 : written))
  .meta({ id: 'Grace', description: 'A time, or the word none.' });

const ifUndelivered = entry({
  wait: duration.describe('How long to wait after the owner could not be told.'),
  then: z
    .enum(['letRun', 'cancel'])
    .default('letRun')
    .describe('What to do then: letRun leaves the job alone, cancel cancels it.'),
}).transform(({ wait, then }) => ({ waitMs: wait, then }));

const retries = entry({
  after: count.min(1).describe('After how many cancels.'),
  within: duration.describe('Counted over this time.'),
  then: z
    .enum(['tell', 'letRun'])
    .default('tell')
    .describe('tell: cancel again and tell the operators too; letRun: stop cancelling it.'),
}).transform(({ after, within, then }) => ({ after, withinMs: within, then }));

const fields = entry({
  name: name.meta({
    description: 'The name of the rule, used once. Messages and events carry it.',
    samples: ['long-ad-hoc-queries'],
  }),
  description: text.optional().meta({
    description: 'Why the rule exists. Owners read it in their notice.',
    samples: ['Half an hour on real capacity is nearly always a mistake.'],
  }),
  match: jobMatch.default([]).describe('Which jobs the rule is about. Left out: every job.'),
  limit: limit.describe('How much is too much.'),
  warnAt: limit.optional().meta({
    description: 'A lower line at which the owner is told that the limit is near.',
    samples: [{ runTime: '20m' }],
  }),
  action: z.enum(actions).describe('What happens to a job over the limit: record it, warn its owner, or cancel it.'),
  mode: mode
    .default('observe')
    .describe('observe only says what would be done; a rule acts when it says enforce and nothing above it is softer.'),
  grace: grace.optional().meta({
    description: 'Time between telling the owner and the cancel. A cancel rule must name it, or say none.',
    samples: ['10m'],
  }),
  ifUndelivered: ifUndelivered.optional().meta({
    description: 'What becomes of a cancel with grace when nobody could be told. Left out: the job is let run.',
    samples: [{ wait: '30m', then: 'letRun' }],
  }),
  ifUnknown: z
    .enum(['ignore', 'warn'])
    .default('ignore')
    .describe('When none of the limits could be judged for 10 minutes: ignore it or warn.'),
  pastBreaker: z
    .boolean()
    .default(false)
    .describe('Whether the rule may act although the breaker is open, within budget.pastBreaker.'),
  retries: retries.optional().meta({
    description: 'What to do when the same principal starts the same query again after a cancel.',
    samples: [{ after: 3, within: '24h', then: 'tell' }],
  }),
  active: active.optional().meta({
    description: 'The hours in which the rule acts, judged by now. Left out: always.',
    samples: [{ days: 'mon-fri', hours: '08:00-18:00' }],
  }),
  overrides: z
    .array(name)
    .default([])
    .meta({ description: 'Rules that are set aside for the jobs this rule matches.', samples: [['huge-scans']] }),
});

const noGrace = fault(
  'no-grace',
  'A cancel rule must say how long the owner is given after being told.',
  'Add grace: 10m, or grace: none to cancel as soon as the limit has passed.',
);
const onlyCancel = (key: string) =>
  fault(
    'needs-cancel',
    `${key} only means something for a rule with action: cancel.`,
    `Remove ${key}, or say action: cancel.`,
  );
const nothingToWait = fault(
  'needs-grace',
  'ifUndelivered only means something with a grace: this rule cancels without telling first.',
  'Give the rule a grace such as 10m, or remove ifUndelivered.',
);

/** Only set keys of a rule that say how a cancel is done; `pastBreaker: false` says nothing. */
const cancelOnly = ['grace', 'ifUndelivered', 'retries', 'pastBreaker'] as const;

/** One rule: `match` (who) + `limit` (how much) + `action`. */
export const rule = fields
  .superRefine((written, context) => {
    const issue = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
    if (written.action === 'cancel') {
      if (written.grace === undefined) issue('action', noGrace);
      if (written.grace === 0 && written.ifUndelivered !== undefined) issue('ifUndelivered', nothingToWait);
      return;
    }
    if (written.action !== 'record' && written.action !== 'warn') return;
    for (const key of cancelOnly) if (written[key]) issue(key, onlyCancel(key));
    if (written.grace === 0) issue('grace', onlyCancel('grace'));
  }, always)
  .transform(({ grace, ...rest }) => ({ ...rest, ...(grace === undefined ? {} : { graceMs: grace }) }))
  .meta({
    id: 'Rule',
    description: 'Which jobs (match), how much is too much (limit), and what happens then (action).',
  });

/** One rule. `graceMs` is set when the action is cancel, and only then; 0 is no grace. */
export type Rule = Fixed<z.output<typeof rule>>;
