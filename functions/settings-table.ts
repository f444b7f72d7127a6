import { z } from 'zod';
import { fleetSettings } from './settings-fleet.ts';
import { folder, inBucket, json, token, topic, url, type Setting } from './settings-shape.ts';
import { standInSettings } from './settings-stand-ins.ts';

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
    for: 'both',
    required: 'watch',
    otherwise: '',
    means:
      'The policy; it is read again in every sweep. From it notify learns which variables hold the secrets of channels.',
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
  JOBWARDEN_IF_REJECTED: {
    schema: z.enum(['observe', 'keep']),
    for: 'watch',
    required: false,
    otherwise: 'observe',
    means:
      'While the newest edit of the policy does not validate, the last good one only observes; keep leaves it in force.',
    write: 'observe or keep',
  },
  JOBWARDEN_PRINCIPAL: {
    schema: z.string().includes('@'),
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'The service account of watch itself: its own jobs are never cancelled unless a rule names it.',
    write: 'the address of the service account',
  },
  JOBWARDEN_HEARTBEAT_URL: {
    schema: url,
    for: 'watch',
    required: false,
    otherwise: '',
    means:
      "An external dead-man's switch that is called at the end of each sweep, with /fail and the reason where it failed.",
    write: 'a URL, such as https://hc-ping.com/UUID, from a secret; in the cloud it begins with https',
    // Whoever knows the address can keep the switch quiet.
    secret: true,
    inCloudIfSet: { schema: z.url({ protocol: /^https$/ }), write: 'a URL that begins with https' },
  },
  JOBWARDEN_REQUESTS_PER_SECOND: {
    schema: z.string().regex(/^[1-9]\d{0,2}$/),
    for: 'watch',
    required: false,
    otherwise: '95',
    means:
      'How many requests a second are sent to each method of BigQuery at most. Its quota is 100 for each identity and method: deployments with the same service account share it.',
    write: 'a number from 1 to 999',
  },
  JOBWARDEN_REQUESTS_IN_FLIGHT: {
    schema: z.string().regex(/^(?:[1-9]\d?|100)$/),
    for: 'watch',
    required: false,
    otherwise: '32',
    means: 'How many requests to each method of BigQuery are under way at most; its quota is 300 for all of them.',
    write: 'a number from 1 to 100',
  },
  ...fleetSettings,
  JOBWARDEN_CALLER: {
    schema: z.string().includes('@'),
    for: 'both',
    required: false,
    otherwise: '',
    means:
      'The only service account that may call this function: that of Cloud Scheduler for watch, that of the push subscription for notify.',
    write: 'the address of the service account',
    inCloud: { schema: z.string().includes('@'), write: 'the address of the service account' },
  },
  JOBWARDEN_AUDIENCE: {
    schema: z.url(),
    for: 'both',
    required: false,
    otherwise: '',
    means: 'What the tokens of the caller are made out to.',
    write: 'the URL that the schedule or the push subscription has as the audience of its token',
    inCloud: { schema: z.url(), write: 'the URL that the schedule or the push subscription has as the audience' },
  },
  GOOGLE_CLOUD_PROJECT: {
    schema: z.string().min(1).max(200),
    for: 'both',
    required: false,
    otherwise: '',
    means: 'The project that the functions run in; with it, log lines are shown beside the request they belong to.',
    write: 'the id of the project',
  },
  SLACK_BOT_TOKEN: {
    schema: token,
    for: 'notify',
    required: true,
    unless: 'JOBWARDEN_POLICY',
    otherwise: '',
    means:
      'The bot token of the Slack app (scopes chat:write, im:write, users:read, users:read.email). Where notify has JOBWARDEN_POLICY, the channels there say what is needed.',
    write: 'the xoxb- token, from a secret',
  },
  YANDEX_CREDENTIALS: {
    schema: z.string().regex(/^(?:metadata|\s*\{[\s\S]*\}\s*)$/),
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'Who watches Yandex Data Proc: a service account that may see and cancel its jobs (dataproc.editor).',
    write: 'the JSON of an authorized key, from a secret, or metadata inside of Yandex Cloud',
  },
  YANDEX_IAM_TOKEN: {
    schema: token,
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'An IAM token of Yandex Cloud, instead of YANDEX_CREDENTIALS; it ends within 12 hours.',
    write: 'the token, from a secret',
  },
  DLI_OTC_CREDENTIALS: {
    schema: json,
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'Who watches Data Lake Insight in Open Telekom Cloud: an access key, or a user with its domain.',
    write: 'JSON with accessKey and secretKey, or with user, password and domain, from a secret',
  },
  DLI_HUAWEI_CREDENTIALS: {
    schema: json,
    for: 'watch',
    required: false,
    otherwise: '',
    means: 'The same in Huawei Cloud.',
    write: 'JSON with accessKey and secretKey, or with user, password and domain, from a secret',
  },
  ...standInSettings,
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof settingsTable;
