import { z } from 'zod';
import { date } from './calendar.ts';
import { entry, type Fixed } from './entry.ts';
import { fault } from './fault.ts';
import { limit } from './limits.ts';
import { jobMatch, noticeMatch } from './match.ts';
import { values } from './patterns.ts';
import { count, name, text } from './scalars.ts';

/** `exemptions`: kept from being cancelled until a day. */
export const exemption = entry({
  match: jobMatch.describe('Which jobs are not cancelled.'),
  rules: z
    .array(name)
    .optional()
    .meta({ description: 'From which rules. Left out: from all.', samples: [['huge-scans']] }),
  reason: text.meta({ description: 'Why.', samples: ['year-end close'] }),
  approvedBy: text.meta({
    description: 'Who decided it. This is a claim: protect the file with code owners.',
    samples: ['cfo@example.com'],
  }),
  expires: date.describe('The last day it holds. Approver and operators hear of it 14, 7 and 1 days before.'),
  afterExpiry: z
    .enum(['warn', 'cancel'])
    .default('warn')
    .describe('For 7 days after that: warn makes a cancel a warning, cancel does not.'),
}).meta({ id: 'Exemption', description: 'Jobs that are kept from being cancelled, never from the record.' });

/** `protect`: identities whose jobs are not cancelled, up to a ceiling. */
export const protect = entry({
  principals: values.default([]).meta({
    description: 'Identities whose jobs are never cancelled.',
    samples: [['dwh-core@prod.iam.gserviceaccount.com']],
  }),
  upTo: limit
    .optional()
    .meta({ description: 'A ceiling: a job over it is no longer protected.', samples: [{ costSoFar: '2000 USD' }] }),
});

const optOutLabel = z
  .string()
  .transform((written, context) => {
    const [, key, value] = /^([^=\s]+)=([^=\s]+)$/.exec(written) ?? [];
    if (key !== undefined && value !== undefined) return { key, value };
    const message = fault(
      'bad-label',
      `"${written}" is not a label with its value.`,
      'Write key=value, such as "jobwarden=keep".',
    );
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ pattern: '^[^=\\s]+=[^=\\s]+$' });

/** `optOut`: an owner's own label keeps a job, up to a ceiling. */
export const optOut = entry({
  label: optOutLabel.meta({
    description: 'The label that an owner puts on a job to keep it.',
    samples: ['jobwarden=keep'],
  }),
  allowedFor: values.meta({ description: 'Whose jobs may be kept that way.', samples: [['*@example.com']] }),
  upTo: limit.meta({
    description: 'A ceiling: the label of a job over it no longer counts.',
    samples: [{ runTime: '4h', costSoFar: '100 USD' }],
  }),
  perOwnerPerDay: count.optional().meta({
    description:
      'How many jobs a principal may keep within 24 hours; the label of a further one does not count. Left out: any number.',
    samples: [2],
  }),
});

/** `silences`: mute messages, never the record. */
export const silence = entry({
  match: noticeMatch.describe(
    'Which notices are muted. The warning that the grace of a cancel waits for is never muted: without it the cancel would not come, or come unannounced.',
  ),
  reason: text.meta({ description: 'Why.', samples: ['known backlog'] }),
  author: text.meta({ description: 'Who muted them.', samples: ['sam@example.com'] }),
  until: date.describe('The last day it holds, 30 days ahead at most.'),
}).meta({
  id: 'Silence',
  description: 'Notices that are not sent for a while; what happens is recorded all the same.',
});

export type Exemption = Fixed<z.output<typeof exemption>>;
