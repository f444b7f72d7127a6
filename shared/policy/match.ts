import { z } from 'zod';
import { engineNames } from '../jobs/job.ts';
import { severityWords } from '../jobs/severity.ts';
import { entry, withoutPrototype, type Fixed } from './entry.ts';
import { fault } from './fault.ts';
import { casedValues, values, wordValues } from './patterns.ts';
import { text } from './scalars.ts';

const emptyMatch = fault(
  'empty-match',
  'An empty match could mean every job or none.',
  'Leave the key out to match every job, or say which jobs are meant.',
);

const labels = z
  .record(text, values)
  .refine((written) => Object.keys(written).length > 0, { error: emptyMatch })
  .transform(withoutPrototype)
  .meta({
    id: 'Labels',
    description:
      'Label key → its value: patterns, or the words present and absent. env: "!prod" also holds for a job that is known to have no env label; [present, "!prod"] asks for one.',
  });

const fields = {
  engine: wordValues(engineNames).optional().describe('The engine that runs the job.'),
  project: values.optional().meta({
    description: 'The project that runs the job and pays for it, not the one that holds the data.',
    samples: ['analytics-*'],
  }),
  location: values.optional().meta({ description: "Where it runs, in the engine's own words.", samples: ['EU'] }),
  principal: values
    .optional()
    .meta({ description: 'The identity that ran the job. Compared in lower case.', samples: ['*@example.com'] }),
  principalKind: wordValues(['person', 'serviceAccount', 'external'])
    .optional()
    .describe('What kind of identity ran it: a person, a serviceAccount, or an external (federated) identity.'),
  jobType: casedValues((word) => word.toLowerCase(), 'job types are written in small letters')
    .optional()
    .meta({
      description:
        "The kind of work: query, load, extract, copy, or an engine's own word. A cancel rule reaches other jobs than queries only when it names them here.",
      samples: ['load'],
    }),
  statementType: casedValues((word) => word.toUpperCase(), 'statement types are written in capitals')
    .optional()
    .meta({
      description:
        'The kind of statement as the engine names it. A cancel rule that does not name any reaches SELECT only.',
      samples: ['SELECT'],
    }),
  priority: wordValues(['interactive', 'batch']).optional().describe('The priority the job was submitted with.'),
  client: casedValues((word) => word.toLowerCase(), 'clients are written in small letters')
    .optional()
    .meta({
      description:
        'The tool that submitted it, as told by labels and job ids: looker, looker-studio, connected-sheets, dbt, airflow, dataform, scheduled-query, metabase, mcp …',
      samples: ['dbt'],
    }),
  jobId: values.optional().meta({ description: 'The id of the job.', samples: ['sheets_dataconnector*'] }),
  reservation: values
    .optional()
    .meta({ description: 'The reservation that pays for it.', samples: ['!*/reservations/bi-critical'] }),
  billing: wordValues(['on-demand', 'reserved'])
    .optional()
    .describe('Whether bytes are paid for (on-demand) or slots of a reservation (reserved).'),
  continuous: z
    .boolean()
    .optional()
    .describe(
      'Whether it is meant to run for days (a BigQuery continuous query). A cancel rule reaches such a query only with continuous: true.',
    ),
  instance: values.optional().meta({
    description: 'The instance of Data Fusion that runs the pipeline, or that the operation is about.',
    samples: ['etl-prod'],
  }),
  namespace: values
    .optional()
    .meta({ description: 'The namespace of the pipeline in its Data Fusion instance.', samples: ['default'] }),
  pipeline: values.optional().meta({
    description: "The name of the Data Fusion pipeline; its runs' arguments cannot be matched.",
    samples: ['orders-*'],
  }),
  cluster: values.optional().meta({ description: 'The name of the Yandex Data Proc cluster.', samples: ['etl-*'] }),
  queue: values.optional().meta({ description: 'The queue of Data Lake Insight.', samples: ['!nightly'] }),
  labels: labels.optional().meta({ description: "The job's own labels.", samples: [{ team: 'absent' }] }),
};

const isNotEmpty = (block: object) => Object.values(block).some((value) => value !== undefined);

/** One block or a list of blocks (one of which must hold), as a list; nothing written is an empty list. */
function blocks<Block extends z.ZodType>(block: Block) {
  return z.union([block.transform((one) => [one]), z.array(block).min(1, { error: emptyMatch }).max(200)]);
}

const fieldsBlock = entry(fields)
  .refine(isNotEmpty, { error: emptyMatch })
  .meta({ id: 'UnlessBlock', description: 'All keys must hold.' });

const jobBlock = entry({
  ...fields,
  unless: blocks(fieldsBlock)
    .default([])
    .describe('Not the jobs that match this: a block, or a list of which any may match.'),
})
  .refine(
    (block) =>
      block.unless.length > 0 || Object.entries(block).some(([key, value]) => key !== 'unless' && value !== undefined),
    { error: emptyMatch },
  )
  .meta({ id: 'MatchBlock', description: 'Which jobs: all keys must hold, and unless must not.' });

/** `match` of rules, freezes and exemptions. */
export const jobMatch = blocks(jobBlock).meta({
  id: 'Match',
  samples: [{ project: 'analytics-*' }],
  description: 'Which jobs are meant: one block of keys that must all hold, or a list of blocks of which any may hold.',
});

const noticeBlock = entry({
  event: values.optional().meta({ description: 'What happened, as the audit event names it.', samples: ['breaker.*'] }),
  action: wordValues(['record', 'warn', 'cancel']).optional().describe('The action of the verdict.'),
  rule: values.optional().meta({ description: 'The rule that the notice is about.', samples: ['stuck-in-the-queue'] }),
  engine: fields.engine,
  project: fields.project,
  location: fields.location,
  principal: fields.principal,
  owner: values.optional().meta({
    description: 'Who answers for the job: an address, or a team of teams.',
    samples: ['data-platform'],
  }),
  severity: wordValues(severityWords).optional().describe('How loud the audit event is.'),
  labels: fields.labels,
})
  .refine(isNotEmpty, { error: emptyMatch })
  .meta({ id: 'NoticeBlock', description: 'Which notices: all keys must hold.' });

/** `match` of routes and silences. */
export const noticeMatch = blocks(noticeBlock).meta({
  id: 'NoticeMatch',
  samples: [{ rule: 'stuck-in-the-queue' }],
  description:
    'Which notices are meant: one block of keys that must all hold, or a list of blocks of which any may hold.',
});

/** The keys of a match block that say something about the job, without `unless`. Absent keys put no condition. */
export type MatchFields = Fixed<z.output<typeof fieldsBlock>>;
/** One block of a rule's match: all keys hold and no block of `unless` does. */
export type MatchBlock = Fixed<z.output<typeof jobBlock>>;
/** One block of a route's or a silence's match. */
export type NoticeBlock = Fixed<z.output<typeof noticeBlock>>;
