import { z } from 'zod';
import { entry } from '../../shared/policy/entry.ts';
import { tidy } from '../../shared/policy/json-schema.ts';
import { text } from '../../shared/policy/scalars.ts';
import { shortJob } from './short-job.ts';

const sentenceForm =
  '^(nothing|(would )?(cancel|warn)( by [^ ,]+)?(,? held back by [a-z-]+)?|record( by [^ ,]+)?|held back by [a-z-]+)$';

const sentence = z
  .string()
  .min(1)
  .meta({
    id: 'Expectation',
    description:
      'nothing; cancel by RULE; warn by RULE; record by RULE; would cancel by RULE and would warn by RULE, when it is only observed; held back by protection (exemption, freeze, opt-out, grace, breaker, budget); or cancel by RULE, held back by protection.',
    pattern: sentenceForm,
    samples: ['cancel by long-ad-hoc-queries', 'nothing', 'held back by protection'],
  });

const verdicts = z
  .union([sentence, z.array(sentence).min(1).max(2)])
  .describe('What becomes of the job. Two where a rule in force and a rule on trial both have a say.');

const detailed = entry({
  verdict: verdicts,
  because: text.optional().describe('A part of the reason, such as over the limit of 30 min.'),
  owner: text.optional().describe('Who answers for the job: an address, a team, fallback, operators or nobody.'),
  told: z
    .union([z.literal('nobody'), z.array(text)])
    .optional()
    .meta({
      description: 'Who would be told, the first way of each: "#channel" or an address.',
      samples: [['#data-platform']],
    }),
}).meta({ id: 'DetailedExpectation', description: 'What becomes of the job, and more about it.' });

/** What is expected of one job. */
export const expected = z.union([sentence, z.array(sentence).min(1).max(2), detailed]).meta({ id: 'Expected' });

/** What is expected of several jobs, by their ids. */
export const expectedByJob = z
  .record(text, expected)
  .describe('Id of a job → what is expected of it. Of a job that is not named, nothing is expected.');

const setting = z.enum(['observe', 'enforce']);
const at = z.string().meta({
  description: "The moment at which jobs are judged; without a zone it is in the policy's.",
  samples: ['2026-11-30 14:00', '2026-11-30T14:00:00Z'],
});

function testSchema<Expect extends z.ZodType>(expect: Expect) {
  return entry({
    title: text.meta({
      description: 'What the test promises, as a sentence.',
      samples: ['A query of half an hour is cancelled.'],
    }),
    at: at.optional(),
    setting: setting.optional().describe("The deployment's setting. Left out: that of the file."),
    job: shortJob.optional().describe('One job; expect then says what becomes of it.'),
    jobs: z.array(shortJob).min(1).optional().describe('Several jobs; expect then goes by their ids.'),
    recorded: z
      .union([text, z.array(text).min(1)])
      .optional()
      .meta({
        description:
          'A file beside this one, or several, with recorded answers of the BigQuery API; expect goes by ids.',
        samples: ['jobs.json'],
      }),
    otherJobs: z
      .int()
      .min(0)
      .max(1_000_000)
      .optional()
      .describe('How many more jobs the sweep sees that break no rule; the share of the breaker is of all of them.'),
    expect,
  }).meta({ id: 'Test', description: 'Jobs and what becomes of them.' });
}

function fileSchema<Expect extends z.ZodType>(expect: Expect) {
  return entry({
    policy: text.optional().meta({
      description: 'The policy, beside this file. Left out: NAME.yaml for NAME.test.yaml.',
      samples: ['./careful-starter.yaml'],
    }),
    setting: setting.default('enforce').describe("The deployment's setting. Left out: enforce."),
    at: at.optional(),
    watchdog: text.optional().describe('The identity that Jobwarden itself runs as.'),
    everyJob: shortJob.optional().describe('What every job of this file has unless it says otherwise.'),
    tests: z.array(testSchema(expect)).min(1).max(2000).describe('The tests.'),
  });
}

/** The file as it is read first: what is expected is looked into later, when it is known of how many jobs. */
export const testFile = fileSchema(z.unknown());

/** A test file, as far as `testFile` reads it. */
export type TestFile = Readonly<z.output<typeof testFile>>;
/** One test of it. */
export type WrittenTest = TestFile['tests'][number];
/** What is expected of one job, as written. */
export type WrittenExpected = Readonly<z.output<typeof expected>>;

/** The JSON Schema (draft 7) of a test file, for editors. */
export function testFileJsonSchema(): unknown {
  const whole = fileSchema(
    z.union([expected, expectedByJob]).describe('What becomes of the job, or of each by its id.'),
  );
  const { $schema, ...schema } = z.toJSONSchema(whole, { io: 'input', target: 'draft-07' });
  return { $schema, title: 'Tests of a Jobwarden policy', ...Object(tidy(schema)) };
}
