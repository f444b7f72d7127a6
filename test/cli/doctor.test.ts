import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { outsideOf } from '../../functions/cli/outside.ts';
import { run } from '../../functions/cli/run.ts';
import { startBigQuery } from '../../infra/local/bigquery/server.ts';
import { startGoogleApis, type GoogleApisOptions } from '../../infra/local/google-apis/server.ts';
import { recordedPermissions, type Grant, type Permissions } from '../../infra/local/permissions.ts';
import { startSlack } from '../../infra/local/slack/slack.ts';
import { startStorage } from '../../infra/local/storage/server.ts';
import { withToken } from '../infra/with-token.ts';

// Synthetic: no such project, person, bucket or topic exists.
const topic = 'projects/ops/topics/jobwarden';
const policy = `version: 1
mode: enforce
operators: { slack: "#data-cost" }
targets: [{ engine: bigquery, projects: [shop] }]
rules:
  - { name: short, match: { principal: "*@example.com" }, limit: { runTime: 3h }, grace: none, action: cancel, mode: enforce }
owners: { domains: [example.com], fallback: { slack: "#data-cost" } }
channels: { slack: { tokenFrom: SLACK_BOT_TOKEN } }
`;
const everything: readonly Grant[] = [
  {
    role: 'jobs',
    permissions: ['list', 'listAll', 'get', 'update'].map((one) => `bigquery.jobs.${one}`),
    on: ['projects/shop'],
  },
  { role: 'policy', permissions: ['storage.objects.get', 'storage.objects.list'], on: ['buckets/our-policies'] },
  {
    role: 'state',
    permissions: ['get', 'list', 'create', 'delete'].map((one) => `storage.objects.${one}`),
    on: ['buckets/our-state'],
  },
  { role: 'topic', permissions: ['pubsub.topics.publish'], on: [topic] },
];
const without = (permission: string, role = '') =>
  everything.map((one) => ({
    ...one,
    permissions: one.role.includes(role) ? one.permissions.filter((name) => name !== permission) : one.permissions,
  }));

interface Given extends Pick<GoogleApisOptions, 'quotas' | 'rows'> {
  readonly grants?: readonly Grant[];
  readonly scopes?: readonly string[];
  readonly policyText?: string;
  readonly env?: Readonly<Record<string, string>>;
}

interface Caller {
  readonly email: string;
  readonly permissions: Permissions;
}

/** All stand-ins, and a caller who may do what is granted. */
async function scene({ grants = everything, scopes, policyText = policy, env = {}, ...options }: Given = {}) {
  const permissions = recordedPermissions(grants);
  const callers = new Map<string, Caller>([['t', { email: 'ana@example.com', permissions }]]);
  const keep = <T extends { close(): Promise<void> }>(one: T): T => {
    onTestFinished(() => one.close());
    return one;
  };
  const bigquery = keep(await startBigQuery({ callers }));
  const storage = keep(await startStorage({ callers: new Map([...callers, ['admin', admin]]), writeLimit: false }));
  const apis = keep(await startGoogleApis({ permissions, ...options }));
  const slack = keep(await startSlack(scopes === undefined ? {} : { scopes }));
  for (const bucket of ['our-policies', 'our-state']) storage.createBucket(bucket);
  await fetch(`${storage.url}/upload/storage/v1/b/our-policies/o?uploadType=media&name=policy.yaml`, {
    method: 'POST',
    headers: { authorization: 'Bearer admin', 'content-type': 'application/yaml' },
    body: policyText,
  });
  bigquery.addJob({ project: 'shop', id: 'j', principal: 'bo@example.com', location: 'EU' });
  const environment: Readonly<Record<string, string>> = {
    BIGQUERY_EMULATOR_HOST: keep(await withToken(bigquery.url, 't')).url,
    STORAGE_EMULATOR_HOST: keep(await withToken(storage.url, 't')).url,
    GOOGLE_APIS_EMULATOR_HOST: apis.url,
    SLACK_API_URL: `${slack.url}/api/`,
    SLACK_BOT_TOKEN: 'xoxb-local-stand-in',
    ...env,
  };
  const doctor = (...words: readonly string[]) => {
    const outside = outsideOf(environment, { input: Readable.from([]), status: undefined });
    return run(['doctor', ...words], outside, { outColors: false, errColors: false });
  };
  return { doctor, bigquery, storage, apis, slack };
}

const admin: Caller = { email: 'admin@example.com', permissions: { has: () => true } };
const places = ['--policy', 'gs://our-policies/policy.yaml', '--state', 'gs://our-state', '--topic', topic];
const shape = z.object({
  status: z.string(),
  problems: z.array(z.object({ code: z.string(), where: z.string(), says: z.string(), try: z.string() })),
});

async function found(
  given: Given,
  words: readonly string[] = places,
  change?: (world: Awaited<ReturnType<typeof scene>>) => void,
) {
  const world = await scene(given);
  change?.(world);
  const { out, code } = await world.doctor(...words, '--member', 'user:ana@example.com', '--format', 'json');
  return { code, problems: shape.parse(JSON.parse(out)).problems, world };
}

describe('jobwarden doctor', () => {
  it('says of each thing that it is as it has to be, and cancels, publishes and keeps nothing', async () => {
    const { doctor, bigquery, storage, apis, slack } = await scene();
    const { out, code } = await doctor(...places);
    expect(out).toBe(
      [
        'ok   read gs://our-policies/policy.yaml: It validates.',
        'ok   list bigquery:shop: 1 running or waiting job on the first page.',
        'ok   see jobs in shop: bigquery.jobs.list, bigquery.jobs.listAll, bigquery.jobs.get are granted.',
        'ok   cancel jobs in shop: bigquery.jobs.update is granted; nothing was cancelled to find out.',
        'ok   keep state in gs://our-state: An object was written, listed, read and deleted.',
        `ok   publish to ${topic}: pubsub.topics.publish is granted; nothing was published.`,
        'ok   reach Slack: It is jobwarden of Local, with the scopes chat:write, im:write, users:read, users:read.email.',
        '',
        'Nothing is missing.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    expect(bigquery.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(apis.requests.every(({ target }) => target.endsWith(':testIamPermissions'))).toBe(true);
    expect(storage.requests.filter(({ method }) => method === 'DELETE').map(({ status }) => status)).toEqual([204]);
    expect(slack.inbox()).toEqual([]);
  });

  const seeing =
    'gcloud projects add-iam-policy-binding shop --member=user:ana@example.com --role=roles/bigquery.resourceViewer';
  const permissionFaults: readonly (readonly [string, readonly Grant[], string, RegExp, string])[] = [
    ['jobs come redacted', without('bigquery.jobs.listAll'), 'jobs-redacted', /1 of 1 jobs came redacted/, seeing],
    [
      'jobs cannot be fetched',
      without('bigquery.jobs.get'),
      'permission-missing',
      /^bigquery\.jobs\.get is missing/,
      seeing,
    ],
    [
      'jobs cannot be cancelled',
      without('bigquery.jobs.update'),
      'permission-missing',
      /^bigquery\.jobs\.update is missing/,
      'gcloud iam roles create jobwardenMayCancel --project=shop --permissions=bigquery.jobs.update && gcloud projects add-iam-policy-binding shop --member=user:ana@example.com --role=projects/shop/roles/jobwardenMayCancel',
    ],
    [
      'the policy cannot be read',
      without('storage.objects.get', 'policy'),
      'permission-missing',
      /storage\.objects\.get/,
      'gcloud storage buckets add-iam-policy-binding gs://our-policies --member=user:ana@example.com --role=roles/storage.objectViewer',
    ],
    ...['create', 'get', 'list', 'delete'].map(
      (one) =>
        [
          `state cannot be kept (${one})`,
          without(`storage.objects.${one}`, 'state'),
          'permission-missing',
          new RegExp(`storage\\.objects\\.${one}`),
          'gcloud storage buckets add-iam-policy-binding gs://our-state --member=user:ana@example.com --role=roles/storage.objectUser',
        ] as const,
    ),
    [
      'nothing can be published',
      without('pubsub.topics.publish'),
      'permission-missing',
      /^pubsub\.topics\.publish is missing/,
      'gcloud pubsub topics add-iam-policy-binding jobwarden --project=ops --member=user:ana@example.com --role=roles/pubsub.publisher',
    ],
  ];
  it.each(permissionFaults)(
    'where %s, says which permission is missing and the command that grants it',
    async (_, grants, code, says, command) => {
      const { problems, code: exit } = await found({ grants });
      expect(exit).toBe(1);
      expect(problems).toContainEqual({
        code,
        where: expect.any(String),
        says: expect.stringMatching(says),
        try: `Run: ${command}`,
      });
    },
  );

  it('does not ask for the right to cancel where nothing is enforced', async () => {
    const given = { grants: without('bigquery.jobs.update') };
    expect((await found({ ...given, env: { JOBWARDEN_MODE: 'observe' } })).code).toBe(0);
    expect((await found({ ...given, policyText: policy.replace('mode: enforce', 'mode: observe') })).code).toBe(0);
  });

  const otherFaults: readonly (readonly [string, Parameters<typeof found>, string, RegExp])[] = [
    ['the policy is wrong', [{ policyText: 'version: 1\n' }], 'missing-key', /./],
    [
      'there is no policy',
      [{}, ['--policy', 'gs://our-policies/other.yaml']],
      'not-there',
      /jobwarden push policy\.yaml gs:\/\/our-policies\/other\.yaml$/,
    ],
    [
      'there is no such bucket',
      [
        {
          grants: [
            ...everything,
            {
              role: 'else',
              permissions: ['storage.objects.create', 'storage.objects.delete', 'storage.objects.list'],
              on: ['buckets/nowhere'],
            },
          ],
        },
        [...places, '--state', 'gs://nowhere'],
      ],
      'not-there',
      /Create the bucket/,
    ],
    ['the token of Slack is refused', [{ env: { SLACK_BOT_TOKEN: 'xoxp-of-a-person' } }], 'token-refused', /bot token/],
    [
      'Slack lacks a scope',
      [{ scopes: ['chat:write', 'im:write'] }],
      'scope-missing',
      /^Add users:read, users:read\.email /,
    ],
    [
      'Slack is down',
      [{}, places, ({ slack }) => slack.faults.add({ fault: 'server-error', method: 'auth.test' })],
      'not-reached',
      /status\.slack\.com/,
    ],
    [
      'Resource Manager is switched off',
      [{}, places, ({ apis }) => apis.faults.add({ kind: '403 disabled', call: 'project permissions' })],
      'api-disabled',
      /^Run: gcloud services enable cloudresourcemanager\.googleapis\.com --project=shop$/,
    ],
    [
      'there is no such topic',
      [{}, places, ({ apis }) => apis.faults.add({ kind: '404', call: 'topic permissions' })],
      'not-there',
      /^Run: gcloud pubsub topics create jobwarden --project=ops$/,
    ],
    [
      'an API fails',
      [{}, places, ({ apis }) => apis.faults.add({ kind: '500', call: 'topic permissions' })],
      'not-reached',
      /Try again/,
    ],
    [
      'jobs cannot be listed',
      [{}, places, ({ bigquery }) => bigquery.faults.add({ method: 'list', kind: '403 accessDenied' })],
      'target-failed',
      /^Run: gcloud projects add-iam-policy-binding shop .*resourceViewer$/,
    ],
  ];
  it.each(otherFaults)('where %s, says so and what helps', async (_, how, code, cure) => {
    const { problems, code: exit } = await found(...how);
    expect(exit).toBe(1);
    expect(problems).toContainEqual(expect.objectContaining({ code, try: expect.stringMatching(cure) }));
  });

  it('never shows the token of Slack, and takes one that is not there for no fault', async () => {
    const secret = 'xoxp-1234-of-a-person';
    const refused = await scene({ env: { SLACK_BOT_TOKEN: secret } });
    expect((await refused.doctor(...places)).out).not.toContain(secret);
    const { code, problems } = await found({ env: { SLACK_BOT_TOKEN: '' } });
    expect([code, problems]).toMatchObject([
      0,
      [
        {
          code: 'setting-missing',
          says: /SLACK_BOT_TOKEN/.test(problems[0]?.says ?? '') ? problems[0]?.says : 'its name',
        },
      ],
    ]);
  });

  it('asks about the topic of the shards as well, where there are shards', async () => {
    const shards = 'projects/ops/topics/shards';
    const { doctor } = await scene({ env: { JOBWARDEN_SHARD_TOPIC: shards } });
    const { code, out } = await doctor(...places);
    expect(code).toBe(1);
    expect(out).toContain(`no   publish to ${shards}: pubsub.topics.publish is missing`);
  });

  it('leaves the member open in its commands where nobody is named', async () => {
    const { doctor } = await scene({ grants: without('pubsub.topics.publish') });
    const { out } = await doctor(...places);
    expect(out).toContain('--member=MEMBER --role=roles/pubsub.publisher');
    expect(out).toContain('MEMBER is user:YOU@… or serviceAccount:…; --member fills it in.');
  });

  it('reads a policy file, and tries a directory of state', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jobwarden-doctor-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'policy.yaml'), policy);
    const { doctor } = await scene();
    const { out, code } = await doctor('--policy', join(folder, 'policy.yaml'), '--state', join(folder, 'state'));
    expect(out).toContain(`ok   keep state in ${folder}/state: An object was written, listed, read and deleted.`);
    expect(code).toBe(0);
  });

  it.each([
    [['extra'], 'unexpected-file'],
    [['--topic', 'jobwarden', '--policy', 'p.yaml'], 'bad-topic'],
    [['--location', 'EU', '--policy', 'p.yaml'], 'unexpected-value'],
    [[], 'no-policy'],
    [['--policy', 'missing.yaml'], 'failed'],
  ])('cannot run with %j', async (words, code) => {
    const { doctor } = await scene();
    const ran = await doctor(...words, '--format', 'json');
    expect(ran.code).toBe(2);
    expect(shape.parse(JSON.parse(ran.out)).problems.map((one) => one.code)).toContain(code);
  });
});

describe('jobwarden doctor --guards', () => {
  const guards = ['--guards', '--policy', 'gs://our-policies/policy.yaml'];
  const set: Given = {
    quotas: { shop: { '1/d/{project}': '1048576', '1/d/{project}/{user}': '1024' } },
    rows: ({ sql }) => (sql.includes('region-eu') ? [['default_query_job_timeout_ms', '3600000']] : []),
  };

  it('finds nothing where all limits are set', async () => {
    const { doctor } = await scene(set);
    const { out, code } = await doctor(...guards);
    expect(out).toBe(
      [
        'ok   default_query_job_timeout_ms of shop in EU: 3600000 ms.',
        'ok   QueryUsagePerDay of shop: 1048576 MiBy.',
        'ok   QueryUsagePerUserPerDay of shop: 1024 MiBy.',
        '',
        'Nothing is missing.',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  it('lists what is not set with the command that sets it, in each region that is named', async () => {
    const { problems, code } = await found({ rows: () => [] }, [...guards, '--location', 'EU', '--location', 'us']);
    expect(code).toBe(1);
    expect(problems.map(({ where, try: cure }) => [where, cure])).toEqual([
      [
        'default_query_job_timeout_ms of shop in EU',
        String.raw`Run: bq query --project_id=shop --location=EU --use_legacy_sql=false "ALTER PROJECT \`shop\` SET OPTIONS (\`region-eu.default_query_job_timeout_ms\` = 21600000)"`,
      ],
      ['default_query_job_timeout_ms of shop in us', expect.stringContaining('region-us.default_query_job_timeout_ms')],
      [
        'QueryUsagePerDay of shop',
        "Choose a value in MiB, and run: gcloud alpha services quota update --consumer=projects/shop --service=bigquery.googleapis.com --metric=bigquery.googleapis.com/quota/query/usage --unit='1/d/{project}' --value=10485760 --force",
      ],
      ['QueryUsagePerUserPerDay of shop', expect.stringContaining("--unit='1/d/{project}/{user}' --value=1048576")],
    ]);
  });

  it.each([
    ['quotas', '403 disabled', 'Run: gcloud services enable serviceusage.googleapis.com --project=shop'],
    ['quotas', '403', 'Try again; if it stays, look at the status of the service.'],
    ['query', 'not done', 'Try again; if it stays, look at the status of the service.'],
    ['query', 'not json', 'Try again; if it stays, look at the status of the service.'],
  ] as const)('says that %s could not be asked (%s)', async (call, kind, cure) => {
    const { problems, code } = await found(set, guards, ({ apis }) => apis.faults.add({ call, kind }));
    expect([code, problems.map((one) => one.try)]).toEqual([1, [cure]]);
  });
});
