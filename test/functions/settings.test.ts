import { describe, expect, test } from 'vitest';
import type { Problem } from '../../shared/jobs/problem.ts';
import { readNotifySettings, readShardSettings, readWatchSettings } from '../../functions/settings.ts';
import { settingsTable } from '../../functions/settings-table.ts';

// Synthetic: no such project, account or token exists.
const watch = { JOBWARDEN_POLICY: 'policy.yaml', JOBWARDEN_TOPIC: 'projects/ops/topics/jobwarden' };
const notify = { SLACK_BOT_TOKEN: 'xoxb-not-a-real-token' };
/** What the cloud sets, and what has to be set there. */
const cloud = {
  K_SERVICE: 'jobwarden',
  JOBWARDEN_STATE: 'gs://ops-state/prod',
  JOBWARDEN_CALLER: 'scheduler@ops.iam.gserviceaccount.com',
  JOBWARDEN_AUDIENCE: 'https://watch.example.com',
};

type Env = Readonly<Record<string, string | undefined>>;
const isProblems = (value: object): value is readonly Problem[] => Array.isArray(value);

function problemsOf(read: (env: Env) => object, env: Env): readonly string[] {
  const settings = read(env);
  return isProblems(settings) ? settings.map(({ code, where }) => `${code} ${where}`) : [];
}

describe('who may call', () => {
  const { JOBWARDEN_CALLER, JOBWARDEN_AUDIENCE } = cloud;
  test.each([
    [{}, []],
    [{ JOBWARDEN_CALLER, JOBWARDEN_AUDIENCE }, []],
    [{ JOBWARDEN_CALLER }, ['setting-missing JOBWARDEN_AUDIENCE']],
    [{ JOBWARDEN_AUDIENCE }, ['setting-missing JOBWARDEN_CALLER']],
    [{ ...cloud, JOBWARDEN_CALLER: undefined }, ['setting-missing JOBWARDEN_CALLER']],
    [
      { ...cloud, JOBWARDEN_CERTIFICATES_URL: 'http://127.0.0.1:1/' },
      ['setting-local-only JOBWARDEN_CERTIFICATES_URL'],
    ],
  ])('is said by two settings or none, and always in the cloud: %o', (env, problems) => {
    for (const [read, needed] of [[readWatchSettings, watch] as const, [readNotifySettings, notify] as const])
      expect([...new Set(problemsOf(read, { ...needed, ...env }))]).toEqual(problems);
  });
});

describe('the settings of watch', () => {
  test('need a policy and a topic; the rest has its defaults, and the default is to observe', () => {
    expect(readWatchSettings(watch)).toEqual({
      mode: 'observe',
      policyFile: 'policy.yaml',
      topic: 'projects/ops/topics/jobwarden',
      source: '//jobwarden/local',
      ownPrincipal: undefined,
      stop: undefined,
      engines: { bigquery: {}, dataFusion: {}, yandex: {}, dli: { credentials: {} } },
      state: '.jobwarden/state',
      storageEndpoint: undefined,
    });
  });

  test('are all taken as they are written', () => {
    const env = {
      ...watch,
      JOBWARDEN_MODE: 'enforce',
      JOBWARDEN_SOURCE: '//jobwarden/prod',
      JOBWARDEN_PRINCIPAL: 'Watch@ops.iam.gserviceaccount.com',
      BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:8081/bigquery/v2',
      JOBWARDEN_REQUESTS_PER_SECOND: '40',
      JOBWARDEN_REQUESTS_IN_FLIGHT: '8',
      PUBSUB_EMULATOR_HOST: '127.0.0.1:8085',
      JOBWARDEN_STATE: 'gs://ops-state/prod',
      STORAGE_EMULATOR_HOST: 'http://127.0.0.1:9023',
    };
    expect(readWatchSettings(env)).toMatchObject({
      state: 'gs://ops-state/prod',
      storageEndpoint: 'http://127.0.0.1:9023',
      mode: 'enforce',
      source: '//jobwarden/prod',
      ownPrincipal: 'watch@ops.iam.gserviceaccount.com',
      engines: {
        bigquery: { endpoint: 'http://127.0.0.1:8081/bigquery/v2', requestsPerSecond: 40, requestsInFlight: 8 },
      },
    });
  });

  test('that are empty count as not set', () => {
    const empty = Object.fromEntries(Object.keys(settingsTable).map((name) => [name, '']));
    expect(problemsOf(readWatchSettings, empty)).toEqual([
      'setting-missing JOBWARDEN_POLICY',
      'setting-missing JOBWARDEN_TOPIC',
    ]);
    expect(readWatchSettings({ ...empty, ...watch })).toMatchObject({ mode: 'observe', ownPrincipal: undefined });
  });

  test('are wrong all at once, each named with what to write instead', () => {
    const problems = readWatchSettings({
      JOBWARDEN_MODE: 'Enforce',
      JOBWARDEN_TOPIC: 'jobwarden',
      JOBWARDEN_PRINCIPAL: 'me',
      JOBWARDEN_MODUS: 'observe',
      BIGQUERY_EMULATOR_HOST: '127.0.0.1:8081',
      PUBSUB_EMULATOR_HOST: 'http://127.0.0.1:8085',
    });
    expect(problems).toMatchObject([
      {
        code: 'setting-wrong',
        severity: 'error',
        where: 'JOBWARDEN_MODE',
        says: 'JOBWARDEN_MODE is "Enforce", which cannot be used.',
        try: 'Set it to observe or enforce.',
      },
      { code: 'setting-missing', where: 'JOBWARDEN_POLICY', says: 'JOBWARDEN_POLICY is not set.' },
      { code: 'setting-wrong', where: 'JOBWARDEN_TOPIC', try: 'Set it to projects/PROJECT/topics/TOPIC.' },
      { code: 'setting-wrong', where: 'JOBWARDEN_PRINCIPAL' },
      { code: 'setting-wrong', where: 'BIGQUERY_EMULATOR_HOST' },
      { code: 'setting-wrong', where: 'PUBSUB_EMULATOR_HOST' },
      { code: 'setting-unknown', where: 'JOBWARDEN_MODUS', says: 'JOBWARDEN_MODUS is no setting.' },
    ]);
  });

  test.each(['observe ', 'ENFORCE', 'true', 'dry-run', 'enforce,observe'])('never enforce by mistake: %j', (mode) => {
    expect(problemsOf(readWatchSettings, { ...watch, JOBWARDEN_MODE: mode })).toEqual(['setting-wrong JOBWARDEN_MODE']);
  });

  test.each(['BIGQUERY_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST', 'SLACK_API_URL'])(
    'refuse %s in the cloud',
    (name) => {
      const value = name === 'PUBSUB_EMULATOR_HOST' ? '127.0.0.1:1' : 'http://127.0.0.1:1';
      const env = { ...watch, [name]: value };
      expect(problemsOf(readWatchSettings, env)).toEqual([]);
      expect(problemsOf(readWatchSettings, { ...env, ...cloud })).toEqual([`setting-local-only ${name}`]);
    },
  );

  test('are fine in the cloud without stand-ins', () => {
    expect(problemsOf(readWatchSettings, { ...watch, ...cloud })).toEqual([]);
  });

  test('do not ask for the token of notify', () => {
    expect(problemsOf(readWatchSettings, watch)).toEqual([]);
  });

  test('leave the variables of others alone', () => {
    expect(
      problemsOf(readWatchSettings, { ...watch, HOME: '/root', GOOGLE_CLOUD_PROJECT: 'x', SLACK_OTHER: 'y' }),
    ).toEqual([]);
  });

  test.each(['JOBWARDEN_', 'JOBWARDEN_MODE2', 'JOBWARDEN_toString', 'JOBWARDEN_TOKEN'])(
    'know no %s, and say which ones there are',
    (name) => {
      const problems = readWatchSettings({ ...watch, [name]: 'x' });
      expect(problems).toMatchObject([
        { code: 'setting-unknown', where: name, try: expect.stringContaining('JOBWARDEN_POLICY') },
      ]);
      expect(JSON.stringify(problems)).not.toContain('SLACK');
    },
  );
});

describe('the settings of a fleet', () => {
  const sharded = { ...watch, JOBWARDEN_SHARDS: '4', JOBWARDEN_SHARD_TOPIC: 'projects/ops/topics/shards' };

  test('are taken as they are written', () => {
    const identities = 'a@ops.iam.gserviceaccount.com, b@ops.iam.gserviceaccount.com';
    const env = { ...sharded, JOBWARDEN_TARGETS_PER_SWEEP: '120', JOBWARDEN_SHARD_IDENTITIES: identities };
    expect(readWatchSettings(env)).toMatchObject({
      fleet: {
        shards: 4,
        topic: 'projects/ops/topics/shards',
        targetsPerSweep: 120,
        identities: ['a@ops.iam.gserviceaccount.com', 'b@ops.iam.gserviceaccount.com'],
      },
    });
    expect(readShardSettings(env)).toEqual(readWatchSettings(env));
  });

  test.each<[string, Env, readonly string[]]>([
    ['shards and no topic', { ...watch, JOBWARDEN_SHARDS: '4' }, ['setting-missing JOBWARDEN_SHARD_TOPIC']],
    ['one shard and no topic', { ...watch, JOBWARDEN_SHARDS: '1' }, []],
    ['no shards at all', { ...sharded, JOBWARDEN_SHARDS: '0' }, ['setting-wrong JOBWARDEN_SHARDS']],
    ['more shards than there may be', { ...sharded, JOBWARDEN_SHARDS: '65' }, ['setting-wrong JOBWARDEN_SHARDS']],
    ['no addresses', { ...sharded, JOBWARDEN_SHARD_IDENTITIES: 'a@b c' }, ['setting-wrong JOBWARDEN_SHARD_IDENTITIES']],
    ['0 targets', { ...sharded, JOBWARDEN_TARGETS_PER_SWEEP: '0' }, ['setting-wrong JOBWARDEN_TARGETS_PER_SWEEP']],
  ])('are held against each other: %s', (_says, env, problems) => {
    expect(problemsOf(readWatchSettings, env)).toEqual(problems);
  });

  test('are needed by a shard', () => {
    expect(problemsOf(readShardSettings, watch)).toEqual(['setting-missing JOBWARDEN_SHARD_TOPIC']);
    expect(problemsOf(readShardSettings, { ...sharded, JOBWARDEN_SHARDS: '' })).toEqual([
      'setting-missing JOBWARDEN_SHARDS',
    ]);
    expect(problemsOf(readShardSettings, {})).toEqual([
      'setting-missing JOBWARDEN_POLICY',
      'setting-missing JOBWARDEN_TOPIC',
    ]);
  });
});

describe.each([
  ['watch', readWatchSettings, watch],
  ['notify', readNotifySettings, notify],
] as const)('the state of %s', (_function, read, env) => {
  const problems = (more: Env) => problemsOf(read, { ...env, ...more });

  test.each(['gs://ops-state', 'gs://ops-state/prod', 'gs://ops.example.com/a/b/', '.jobwarden/state', '/var/lib/x'])(
    'may be kept in %s on a machine',
    (state) => {
      expect(read({ ...env, JOBWARDEN_STATE: state })).toMatchObject({ state });
    },
  );

  test.each([
    'gs://',
    'gs://a',
    'gs:ops',
    'gs:/ops/x',
    'gs://Ops',
    'GS://ops',
    'gs://ops//x',
    's3://ops',
    'https://x.y/',
  ])('is not kept in %s', (state) => {
    expect(problems({ JOBWARDEN_STATE: state })).toEqual(['setting-wrong JOBWARDEN_STATE']);
    expect(problems({ ...cloud, JOBWARDEN_STATE: state })).toEqual(['setting-wrong JOBWARDEN_STATE']);
  });

  test.each(['.jobwarden/state', '/tmp/state', 'state'])('is not kept in %s in the cloud', (state) => {
    expect(read({ ...env, ...cloud, JOBWARDEN_STATE: state })).toMatchObject([
      { code: 'setting-wrong', where: 'JOBWARDEN_STATE', try: 'Set it to gs://BUCKET or gs://BUCKET/PREFIX.' },
    ]);
  });

  test('has to be said in the cloud', () => {
    expect(read({ ...env, ...cloud, JOBWARDEN_STATE: undefined })).toMatchObject([
      { code: 'setting-missing', try: expect.stringMatching(/^Set it to gs:\/\/BUCKET or gs:\/\/BUCKET\/PREFIX\. /) },
    ]);
  });

  test.each(['http://127.0.0.1:9023', '127.0.0.1:9023'])('is in a stand-in at %s', (endpoint) => {
    expect(read({ ...env, STORAGE_EMULATOR_HOST: endpoint })).toMatchObject({ storageEndpoint: endpoint });
    expect(problems({ STORAGE_EMULATOR_HOST: 'no address' })).toEqual(['setting-wrong STORAGE_EMULATOR_HOST']);
  });
});

describe('the settings of notify', () => {
  test('need a token only', () => {
    expect(readNotifySettings(notify)).toEqual({
      policyFile: undefined,
      slackUrl: 'https://slack.com/api/',
      pagerDutyUrl: 'https://events.pagerduty.com/v2/enqueue',
      loopback: false,
      state: '.jobwarden/state',
      storageEndpoint: undefined,
      deadLetterTopic: undefined,
    });
    expect(problemsOf(readNotifySettings, {})).toEqual(['setting-missing SLACK_BOT_TOKEN']);
  });

  test('need no token where a policy says which channels there are', () => {
    const env = { JOBWARDEN_POLICY: 'gs://ops-policy/policy.yaml' };
    expect(readNotifySettings(env)).toMatchObject({ policyFile: 'gs://ops-policy/policy.yaml' });
  });

  test('may let channels call this machine, never in the cloud', () => {
    const env = { ...notify, JOBWARDEN_LOOPBACK: 'allow' };
    expect(readNotifySettings(env)).toMatchObject({ loopback: true });
    expect(problemsOf(readNotifySettings, { ...env, ...cloud })).toEqual(['setting-local-only JOBWARDEN_LOOPBACK']);
    expect(problemsOf(readNotifySettings, { ...notify, JOBWARDEN_LOOPBACK: 'yes' })).toEqual([
      'setting-wrong JOBWARDEN_LOOPBACK',
    ]);
  });

  test('never repeat a token that is wrong', () => {
    const problems = readNotifySettings({ SLACK_BOT_TOKEN: 'xoxb with blanks' });
    expect(problems).toMatchObject([
      { code: 'setting-wrong', says: 'SLACK_BOT_TOKEN is a value, which cannot be used.' },
    ]);
    expect(JSON.stringify(problems)).not.toContain('xoxb with blanks');
  });

  test('take another Slack where it is a stand-in, and refuse it in the cloud', () => {
    const env = { ...notify, SLACK_API_URL: 'http://127.0.0.1:8083/api/' };
    expect(readNotifySettings(env)).toMatchObject({ slackUrl: 'http://127.0.0.1:8083/api/' });
    expect(problemsOf(readNotifySettings, { ...env, ...cloud })).toEqual(['setting-local-only SLACK_API_URL']);
  });

  test('may name a topic for dead letters', () => {
    const deadLetterTopic = 'projects/ops/topics/dead';
    const env = { ...notify, JOBWARDEN_DEAD_LETTER_TOPIC: deadLetterTopic };
    expect(readNotifySettings(env)).toMatchObject({ deadLetterTopic });
    expect(problemsOf(readNotifySettings, { ...notify, JOBWARDEN_DEAD_LETTER_TOPIC: 'dead' })).toEqual([
      'setting-wrong JOBWARDEN_DEAD_LETTER_TOPIC',
    ]);
  });

  test.each(['ftp://slack.com/', 'slack.com', 'file:///etc/passwd'])('refuse %s for Slack', (url) => {
    expect(problemsOf(readNotifySettings, { ...notify, SLACK_API_URL: url })).toEqual(['setting-wrong SLACK_API_URL']);
  });
});
