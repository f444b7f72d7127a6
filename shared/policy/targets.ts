import { z } from 'zod';
import { always, entry, type Fixed } from './entry.ts';
import { fault } from './fault.ts';
import { checkedText, text } from './scalars.ts';
import { mode } from './rule.ts';

const softer = mode.optional().describe('May be softer than the policy: observe. Left out: as strict as the policy.');

const project = checkedText((value) =>
  /^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(value)
    ? undefined
    : fault(
        'bad-project',
        `"${value}" is not the id of a project.`,
        'Name each project by its id; a pattern cannot be listed. folder: finds projects by itself.',
      ),
).meta({ samples: ['analytics-prod'] });

const number = z.string({
  error: ({ input }) =>
    typeof input === 'number'
      ? fault('wrong-type', `${input} is read as a number; the id is text.`, `Put it in quotes: "${input}".`)
      : undefined,
});
const resourceNumber = number.refine((value) => /^\d+$/.test(value), {
  error: ({ input }) =>
    fault(
      'bad-project',
      `"${String(input)}" is not the number of a folder or organization.`,
      'Write its digits in quotes, such as "123456789012".',
    ),
});

const whereToLook = fault(
  'target-place',
  'A BigQuery target needs exactly one of projects, folder and organization.',
  'Keep one of them; write a second target for the others.',
);
const onlyFound = (key: string) =>
  fault(
    'needs-discovery',
    `${key} only means something where projects are found by folder or organization.`,
    `Remove ${key}.`,
  );

const bigquery = entry({
  engine: z.literal('bigquery').describe('BigQuery.'),
  projects: z
    .array(project)
    .min(1, { error: fault('empty-list', 'No project is named.', 'Name at least one project.') })
    .optional()
    .meta({ description: 'The projects to look in, by id.', samples: [['analytics-prod']] }),
  folder: resourceNumber.optional().meta({
    description: 'The number of a Google Cloud folder; its projects are found anew each sweep.',
    samples: ['123456789012'],
  }),
  organization: resourceNumber.optional().meta({
    description: 'The number of a Google Cloud organization; its projects are found anew each sweep.',
    samples: ['123456789012'],
  }),
  exclude: z
    .array(project)
    .default([])
    .meta({
      description: 'Projects of the folder or organization that are left out.',
      samples: [['finance-close-prod']],
    }),
  newProjects: mode.optional().describe('The mode for a project first seen less than 7 days ago.'),
  mode: softer,
}).superRefine((target, context) => {
  const places = [target.projects, target.folder, target.organization].filter((place) => place !== undefined);
  if (places.length !== 1) context.addIssue({ code: 'custom', message: whereToLook });
  if (target.projects === undefined || places.length !== 1) return;
  if (target.exclude.length > 0) context.addIssue({ code: 'custom', path: ['exclude'], message: onlyFound('exclude') });
  if (target.newProjects !== undefined)
    context.addIssue({ code: 'custom', path: ['newProjects'], message: onlyFound('newProjects') });
}, always);

const whichVerbs = fault(
  'target-verbs',
  'kinds names operation, and verbs does not say which.',
  'Name them, such as verbs: [create]. To cancel one may leave an instance half-built.',
);
const onlyOperations = fault(
  'target-verbs',
  'verbs only means something for operations.',
  'Add operation to kinds, or remove verbs.',
);

const dataFusion = entry({
  engine: z.literal('data-fusion').describe('Google Cloud Data Fusion.'),
  project: project.describe('The project that holds the instances.'),
  locations: z
    .array(text)
    .min(1)
    .meta({ description: 'The regions of the instances.', samples: [['europe-west3']] }),
  kinds: z
    .array(z.enum(['pipeline', 'stream', 'replication', 'operation']))
    .min(1)
    .default(['pipeline'])
    .describe(
      'What to watch: pipeline (runs of batch pipelines), stream and replication (runs that are meant to go on for ever), or operation (operations on instances).',
    ),
  verbs: z
    .array(text)
    .default([])
    .meta({ description: 'Which operations, by their verb: only these are looked at.', samples: [['create']] }),
  mode: softer,
}).superRefine((target, context) => {
  const wants = target.kinds.includes('operation');
  if (wants && target.verbs.length === 0) context.addIssue({ code: 'custom', path: ['kinds'], message: whichVerbs });
  if (!wants && target.verbs.length > 0) context.addIssue({ code: 'custom', path: ['verbs'], message: onlyOperations });
}, always);

const yandexDataProc = entry({
  engine: z.literal('yandex-data-proc').describe('Yandex Data Proc.'),
  folder: text.meta({ description: 'The id of a Yandex Cloud folder.', samples: ['b1gexample'] }),
  mode: softer,
});

const dli = entry({
  engine: z.literal('dli').describe('Data Lake Insight.'),
  cloud: z.enum(['otc', 'huawei']).describe('otc (Open Telekom Cloud) or huawei (Huawei Cloud).'),
  region: text.meta({ description: 'The region of the service.', samples: ['eu-de'] }),
  project: text.meta({ description: 'The id of the project.', samples: ['0a1b2c3d'] }),
  mode: softer,
});

/** One place to look for jobs, by engine. */
export const target = z.discriminatedUnion('engine', [bigquery, dataFusion, yandexDataProc, dli]).meta({
  id: 'Target',
  samples: [{ engine: 'bigquery', projects: ['analytics-prod'] }],
  description: 'One place to look for jobs. Which keys it takes depends on its engine.',
});

/**
 * One place to look. A BigQuery target has exactly one of `projects`, `folder` and `organization`.
 * @public
 */
export type Target = Fixed<z.output<typeof target>>;
