import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/** What `npm run local` can be told. */
export const usage = `npm run local -- [options]

Runs Jobwarden in a stand-in cloud on this machine until it is interrupted.

  --port N           the first of six ports: BigQuery, Pub/Sub, Slack, watch, notify, Cloud Storage (default: any free ones)
  --policy FILE      the policy (default: infra/local/policies/demo.yaml)
  --scenario FILE    the jobs to play, or none (default: infra/local/scenarios/demo.yaml)
  --no-schedule      sweep only when somebody sends a POST to watch
  --pubsub KIND      built-in (default), or official: the emulator of google-cloud-cli
  --state KIND       directory (default), or bucket: policy and state in a stand-in for Cloud Storage, where the policy is
                     changed with jobwarden push
  --mode MODE        enforce (default) or observe
  --shards N         hand the work out to so many instances of shard, 1 to 8 (default: 1, watch sweeps alone)
`;

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const file = z.string().refine(existsSync, { error: ({ input }) => `there is no file ${String(input)}` });

const schema = z.object({
  port: z.coerce.number({ error: 'it is no number' }).int().min(1).max(65_530).optional(),
  policy: file.default(here('policies/demo.yaml')),
  scenario: z.union([z.literal('none'), file]).default(here('scenarios/demo.yaml')),
  'no-schedule': z.boolean().default(false),
  pubsub: z.enum(['built-in', 'official']).default('built-in'),
  state: z.enum(['directory', 'bucket']).default('directory'),
  mode: z.enum(['enforce', 'observe']).default('enforce'),
  shards: z.coerce.number({ error: 'it is no number' }).int().min(1).max(8).default(1),
});

/** What was asked for; `scenario` is a file, or the word none. */
export type Asked = z.output<typeof schema>;

const options = {
  port: { type: 'string' },
  policy: { type: 'string' },
  scenario: { type: 'string' },
  'no-schedule': { type: 'boolean' },
  pubsub: { type: 'string' },
  state: { type: 'string' },
  mode: { type: 'string' },
  shards: { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Reads the command line: what was asked for, the word help, or everything that is wrong with it. */
export function readArguments(given: readonly string[]): Asked | 'help' | { readonly problems: readonly string[] } {
  try {
    const { help, ...values } = parseArgs({ args: [...given], options, strict: true }).values;
    if (help === true) return 'help';
    const read = schema.safeParse(values);
    if (read.success) return read.data;
    return { problems: read.error.issues.map((issue) => `--${issue.path.join('.')}: ${issue.message}`) };
  } catch (error) {
    return { problems: [error instanceof Error ? error.message : String(error)] };
  }
}
