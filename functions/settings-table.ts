import { z } from 'zod';

const topic = z.string().regex(/^projects\/[^/]+\/topics\/[^/]+$/);
const token = z.string().regex(/^\S{8,}$/);
const url = z.url({ protocol: /^https?$/ });
const hostPort = z.string().regex(/^[\w.-]+:\d+$/);
const inBucket = z.string().regex(/^gs:\/\/[a-z\d][a-z\d._-]{1,220}[a-z\d](?:\/[^\s/][^\p{Cc}]*)?\/?$/u);
/** A path; what looks like an address and is none of a bucket is a mistake rather than the name of a folder. */
const folder = z.string().regex(/^(?![a-z][a-z\d+.-]+:)[^\p{Cc}]+$/iu);

/** One setting: how it is read, what it is for, and what to write. The README's table and the error texts come from here. */
export interface Setting {
  readonly schema: z.ZodType<string>;
  readonly for: 'watch' | 'notify' | 'both';
  readonly required: boolean;
  readonly otherwise: string;
  readonly means: string;
  readonly write: string;
  /** An endpoint of a stand-in: refused where the functions run in the cloud. */
  readonly localOnly?: boolean;
  /** Where the functions run in the cloud it has to be set, and to this. */
  readonly inCloud?: { readonly schema: z.ZodType<string>; readonly write: string };
}

/** Every environment variable that Jobwarden reads, in the order of the README's table. */
export const settingsTable = {
  JOBWARDEN_MODE: {
    schema: z.enum(['observe', 'enforce']),
    for: 'watch',
    required: false,
    otherwise: 'observe',
    means: 'The ceiling of this deployment: the softest of this, policy, target and rule counts.',
    write: 'observe or enforce',
  },
  JOBWARDEN_POLICY: {
    schema: z.string().min(1),
    for: 'watch',
    required: true,
    otherwise: '',
    means: 'The policy; it is read again in every sweep.',
    write: 'a path, such as policy.yaml, or gs://BUCKET/policy.yaml',
  },
  JOBWARDEN_TOPIC: {
    schema: topic,
    for: 'watch',
    required: true,
    otherwise: '',
    means: 'The Pub/Sub topic for audit events and notices.',
    write: 'projects/PROJECT/topics/TOPIC',
  },
  JOBWARDEN_STATE: {
    schema: z.union([inBucket, folder]),
    for: 'both',
    required: false,
    otherwise: '.jobwarden/state',
    means:
      'Where open cases, claims and receipts are kept, the same for both functions; in the cloud it has to be a bucket.',
    write: 'gs://BUCKET, gs://BUCKET/PREFIX, or the path of a directory',
    inCloud: { schema: inBucket, write: 'gs://BUCKET or gs://BUCKET/PREFIX' },
  },
  JOBWARDEN_DEAD_LETTER_TOPIC: {
    schema: topic,
    for: 'notify',
    required: false,
    otherwise: '',
    means:
      'The Pub/Sub topic for notices that can reach nobody, with the reason; without it the log has the only trace.',
    write: 'projects/PROJECT/topics/TOPIC',
  },
  JOBWARDEN_SOURCE: {
    schema: z.string().min(1).max(200),
    for: 'watch',
    required: false,
    otherwise: '//jobwarden/local',
    means: 'The name of this deployment, as the source of its CloudEvents.',
    write: 'a URI reference, such as //jobwarden/prod',
  },
  JOBWARDEN_STOP: {
    schema: z.string().min(1).max(500),
    for: 'watch',
    required: false,
    otherwise: '',
    means:
      'While it is set, nothing is cancelled; what it says is told as the reason. The quicker switch is jobwarden stop.',
    write: 'the reason',
  },
  JOBWARDEN_PRINCIPAL: {
    schema: z.string().includes('@'),
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'The service account of watch itself: its own jobs are never cancelled unless a rule names it.',
    write: 'the address of the service account',
  },
  SLACK_BOT_TOKEN: {
    schema: token,
    for: 'notify',
    required: true,
    otherwise: '',
    means: 'The bot token of the Slack app (scopes chat:write, im:write, users:read, users:read.email).',
    write: 'the xoxb- token, from a secret',
  },
  SLACK_API_URL: {
    schema: url,
    for: 'notify',
    required: false,
    otherwise: 'https://slack.com/api/',
    means: 'Where the Slack Web API is; for a stand-in.',
    write: 'a URL, such as http://127.0.0.1:8083/api/',
    localOnly: true,
  },
  BIGQUERY_EMULATOR_HOST: {
    schema: url,
    for: 'watch',
    required: false,
    otherwise: '',
    means: "The client's own setting for another BigQuery endpoint, with or without /bigquery/v2; for a stand-in.",
    write: 'a URL, such as http://127.0.0.1:8081',
    localOnly: true,
  },
  PUBSUB_EMULATOR_HOST: {
    schema: hostPort,
    for: 'both',
    required: false,
    otherwise: '',
    means: "The client's own setting for another Pub/Sub endpoint; for a stand-in or the official emulator.",
    write: 'host:port, such as 127.0.0.1:8085',
    localOnly: true,
  },
  STORAGE_EMULATOR_HOST: {
    schema: z.union([url, hostPort]),
    for: 'both',
    required: false,
    otherwise: '',
    means: "The client's own setting for another Cloud Storage endpoint; for a stand-in.",
    write: 'a URL, such as http://127.0.0.1:9023',
    localOnly: true,
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settingsTable;
