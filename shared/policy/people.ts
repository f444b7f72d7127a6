import { z } from 'zod';
import { always, entry, withoutPrototype, type Fixed } from './entry.ts';
import { fault } from './fault.ts';
import { patternFault } from './pattern.ts';
import { checkedText, name, text } from './scalars.ts';

const slackForm = /^(#[^\s#]{1,80}|[CGDUW][A-Z0-9]{6,})$/;
const mailForm = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>".]+$/;

/** A Slack channel by name or id. */
export const slackName = checkedText((value) =>
  slackForm.test(value)
    ? undefined
    : fault(
        'bad-contact',
        `"${value}" is not a Slack channel.`,
        `Write "#${value.replace(/\W+/g, '-')}", with the # and in quotes, or a channel id.`,
      ),
).meta({ id: 'SlackChannel', description: 'A Slack channel: "#name" in quotes, or its id.', samples: ['#data-cost'] });

/** An e-mail address. */
export const address = checkedText((value) =>
  mailForm.test(value)
    ? undefined
    : fault(
        'bad-contact',
        `"${value}" is not an e-mail address.`,
        'Write one address, such as data-oncall@example.com.',
      ),
).meta({ id: 'Address', description: 'An e-mail address.', samples: ['data-oncall@example.com'] });

const noContact = fault(
  'empty-contact',
  'There is no way to reach anybody here.',
  'Name slack: "#channel", email: address, or both.',
);

/** Ways to reach somebody, at least one. */
export const contact = entry({
  slack: slackName.optional().describe('Their channel in Slack.'),
  email: address.optional().describe('Their e-mail address.'),
})
  .superRefine(({ slack, email }, context) => {
    if (slack === undefined && email === undefined) context.addIssue({ code: 'custom', message: noContact });
  }, always)
  .meta({
    id: 'Contact',
    samples: [{ slack: '#data-cost' }],
    description: 'Ways to reach somebody; every one that is named is used.',
  });

const patternKey = checkedText((value) => {
  const wrong = value.startsWith('!')
    ? {
        code: 'negated-key' as const,
        says: 'A negated pattern would hand everybody else to one team.',
        try: 'Name who is meant, without the "!".',
      }
    : patternFault(value);
  return wrong === undefined ? undefined : fault(wrong.code, wrong.says, wrong.try);
});

/** Pattern → team, in the order of the file: the first pattern that holds wins. */
const teamsByPattern = z
  .record(patternKey, name)
  .transform((teams) => Object.entries(teams).map(([pattern, team]) => ({ pattern, team })));

const domain = checkedText((value) =>
  /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(value)
    ? undefined
    : fault('bad-domain', `"${value}" is not a domain.`, 'Write it plain and in small letters, such as example.com.'),
);

const fileName = checkedText((value) =>
  /^[A-Za-z0-9][\w.-]*\.csv$/.test(value)
    ? undefined
    : fault(
        'bad-file',
        `"${value}" is not a CSV file beside the policy.`,
        'Write its name only, such as looker-users.csv.',
      ),
);

/** `owners`: who answers for a job; the steps are tried in the order of these keys. */
export const owners = entry({
  labels: z
    .array(text)
    .default([])
    .meta({
      description: 'Labels that name the owner: an address, or a team of teams.',
      samples: [['owner', 'team']],
    }),
  lookups: z
    .record(text, fileName)
    .transform(withoutPrototype)
    .prefault({})
    .meta({
      description: 'Label → a CSV file beside the policy that says which address a value of it belongs to.',
      samples: [{ 'looker-context-user_id': 'looker-users.csv' }],
    }),
  principals: teamsByPattern.prefault({}).meta({
    description: 'Pattern of an identity → team. The first that holds wins.',
    samples: [{ '/dbt-.*@.*/': 'analytics-engineering' }],
  }),
  domains: z
    .array(domain)
    .default([])
    .meta({
      description: 'An identity of these domains is a person, told by direct message.',
      samples: [['example.com']],
    }),
  projects: teamsByPattern.prefault({}).meta({
    description: 'Pattern of a project → team. The first that holds wins.',
    samples: [{ 'finance-*': 'finance-systems' }],
  }),
  teams: z
    .record(name, contact)
    .transform(withoutPrototype)
    .prefault({})
    .meta({ description: 'Team → how to reach it.', samples: [{ 'data-platform': { slack: '#data-platform' } }] }),
  fallback: contact
    .optional()
    .meta({ description: 'Who is told when no step finds anybody.', samples: [{ slack: '#data-cost' }] }),
});

/**
 * The policy's steps to an owner.
 * @public
 */
export type Owners = Fixed<z.output<typeof owners>>;
