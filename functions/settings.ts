import type { Problem } from '../shared/jobs/problem.ts';
import type { Mode } from '../shared/jobs/verdict.ts';
import type { Setting } from './settings-shape.ts';
import { settingsTable, type SettingName } from './settings-table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Who may call a function, by the token that comes with the call. */
export interface CallerSettings {
  readonly caller: string;
  readonly audience: string;
  readonly certificatesUrl: string | undefined;
}

/** How a sweep is spread over many instances. */
export interface FleetSettings {
  readonly shards: number;
  readonly topic: string;
  readonly targetsPerSweep: number;
  /** Service accounts that the shards call BigQuery as, in turn; empty: their own. */
  readonly identities: readonly string[];
}

/** What `watch` is told by its environment. */
export interface WatchSettings {
  readonly mode: Mode;
  readonly policyFile: string;
  readonly topic: string;
  readonly source: string;
  readonly ownPrincipal: string | undefined;
  /** While the newest edit of the policy does not validate, the last good one only observes, or is kept in force. */
  readonly ifRejected?: 'keep' | undefined;
  /** Why every cancel is stopped, where it is set. */
  readonly stop: string | undefined;
  /** What is called at the end of each sweep, where it is set. */
  readonly heartbeatUrl?: string | undefined;
  /** Undefined: one instance sweeps alone. */
  readonly fleet?: FleetSettings | undefined;
  /** How the engines are reached. */
  readonly engines: EngineSettings;
  /** `gs://BUCKET`, `gs://BUCKET/PREFIX`, or the path of a directory. */
  readonly state: string;
  readonly storageEndpoint: string | undefined;
  readonly caller?: CallerSettings | undefined;
  /** The project whose traces its log lines name. */
  readonly project?: string | undefined;
}

/** What `notify` is told by its environment. */
export interface NotifySettings {
  /** Where the policy is that names the channels; without it they go by their usual names. */
  readonly policyFile: string | undefined;
  readonly slackUrl: string;
  readonly pagerDutyUrl: string;
  /** Whether channels may call this machine itself. */
  readonly loopback: boolean;
  /** As for `watch`. */
  readonly state: string;
  readonly storageEndpoint: string | undefined;
  readonly deadLetterTopic: string | undefined;
  readonly caller?: CallerSettings | undefined;
  /** The project whose traces its log lines name. */
  readonly project?: string | undefined;
}

function isNameOf(name: string): name is SettingName {
  return Object.hasOwn(settingsTable, name);
}

function problem(where: string, code: string, says: string, cure: string): Problem {
  return { code, severity: 'error', where, says, try: cure };
}

function problemOf(name: SettingName, env: Environment, target: 'watch' | 'notify'): Problem | undefined {
  const setting: Setting = settingsTable[name];
  const text = env[name] ?? '';
  const isCloud = env['K_SERVICE'] !== undefined;
  const { schema, write } = (isCloud ? (setting.inCloud ?? setting.inCloudIfSet) : undefined) ?? setting;
  if (text === '') {
    const isWaived = setting.unless !== undefined && (env[setting.unless] ?? '') !== '';
    const isNeeded = (setting.required === true && !isWaived) || setting.required === target;
    const isRequired = isNeeded || (isCloud && setting.inCloud !== undefined);
    if (!isRequired || (setting.for !== target && setting.for !== 'both')) return undefined;
    return problem(name, 'setting-missing', `${name} is not set.`, `Set it to ${write}. ${setting.means}`);
  }
  if (setting.localOnly === true && isCloud) {
    return problem(name, 'setting-local-only', `${name} is set in the cloud.`, 'Remove it: it is for stand-ins only.');
  }
  if (schema.safeParse(text).success) return undefined;
  const shown = setting.secret === true || /TOKEN|CREDENTIALS/.test(name) ? 'a value' : `"${text}"`;
  return problem(name, 'setting-wrong', `${name} is ${shown}, which cannot be used.`, `Set it to ${write}.`);
}

function unknownNames(env: Environment): readonly Problem[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('JOBWARDEN_') && !isNameOf(name))
    .map((name) => {
      const known = Object.keys(settingsTable).filter((one) => one.startsWith('JOBWARDEN_'));
      return problem(
        name,
        'setting-unknown',
        `${name} is no setting.`,
        `Remove it, or use one of ${known.join(', ')}.`,
      );
    });
}

function problemsOf(env: Environment, target: 'watch' | 'notify'): readonly Problem[] {
  const names = Object.keys(settingsTable).filter(isNameOf);
  const found = names.map((name) => problemOf(name, env, target)).filter((one) => one !== undefined);
  const more = target === 'watch' ? fleetProblems(env) : [];
  return [...found, ...callerProblems(env), ...more, ...unknownNames(env)];
}

function optional(env: Environment, name: SettingName): string | undefined {
  return env[name] === undefined || env[name] === '' ? undefined : env[name];
}

function text(env: Environment, name: SettingName): string {
  return optional(env, name) ?? settingsTable[name].otherwise;
}

/** The number that a setting holds; undefined where it holds none. */
function optionalNumber(env: Environment, name: SettingName): number | undefined {
  const { data } = settingsTable[name].schema.safeParse(env[name]);
  return data === undefined ? undefined : Number(data);
}

/** How each engine is reached, as `shared/engines` takes it. */
export function engineSettings(env: Environment) {
  return {
    bigquery: {
      endpoint: optional(env, 'BIGQUERY_EMULATOR_HOST'),
      managerEndpoint: optional(env, 'GOOGLE_APIS_EMULATOR_HOST'),
      requestsPerSecond: optionalNumber(env, 'JOBWARDEN_REQUESTS_PER_SECOND'),
      requestsInFlight: optionalNumber(env, 'JOBWARDEN_REQUESTS_IN_FLIGHT'),
    },
    dataFusion: { endpoint: optional(env, 'DATA_FUSION_EMULATOR_HOST') },
    yandex: {
      endpoint: optional(env, 'YANDEX_EMULATOR_HOST'),
      credentials: optional(env, 'YANDEX_CREDENTIALS'),
      iamToken: optional(env, 'YANDEX_IAM_TOKEN'),
    },
    dli: {
      endpoint: optional(env, 'DLI_EMULATOR_HOST'),
      credentials: { otc: optional(env, 'DLI_OTC_CREDENTIALS'), huawei: optional(env, 'DLI_HUAWEI_CREDENTIALS') },
    },
  };
}

type EngineSettings = ReturnType<typeof engineSettings>;

function callerOf(env: Environment): CallerSettings | undefined {
  const [caller, audience] = [optional(env, 'JOBWARDEN_CALLER'), optional(env, 'JOBWARDEN_AUDIENCE')];
  if (caller === undefined || audience === undefined) return undefined;
  return { caller, audience, certificatesUrl: optional(env, 'JOBWARDEN_CERTIFICATES_URL') };
}

/** One of the two alone would let everybody in who has read no further than its name. */
function callerProblems(env: Environment): readonly Problem[] {
  const names = ['JOBWARDEN_CALLER', 'JOBWARDEN_AUDIENCE'] as const;
  const missing = names.filter((name) => optional(env, name) === undefined);
  if (missing.length !== 1) return [];
  return missing.map((name) =>
    problem(name, 'setting-missing', `${name} is not set.`, `Set it to ${settingsTable[name].write}, or neither.`),
  );
}

function fleetOf(env: Environment): FleetSettings | undefined {
  const shardTopic = optional(env, 'JOBWARDEN_SHARD_TOPIC');
  if (shardTopic === undefined) return undefined;
  return {
    shards: Number(text(env, 'JOBWARDEN_SHARDS')),
    topic: shardTopic,
    targetsPerSweep: Number(text(env, 'JOBWARDEN_TARGETS_PER_SWEEP')),
    identities: optional(env, 'JOBWARDEN_SHARD_IDENTITIES')?.split(/\s*,\s*/) ?? [],
  };
}

/** Shards that nobody can be told of would leave most of the targets unseen. */
function fleetProblems(env: Environment): readonly Problem[] {
  const isAlone = (optional(env, 'JOBWARDEN_SHARDS') ?? '1') === '1';
  if (isAlone || optional(env, 'JOBWARDEN_SHARD_TOPIC') !== undefined) return [];
  const name = 'JOBWARDEN_SHARD_TOPIC';
  const cure = `Set it to ${settingsTable[name].write}, or JOBWARDEN_SHARDS to 1.`;
  return [problem(name, 'setting-missing', `${name} is not set, and there is more than one shard.`, cure)];
}

function stateOf(env: Environment) {
  return { state: text(env, 'JOBWARDEN_STATE'), storageEndpoint: optional(env, 'STORAGE_EMULATOR_HOST') };
}

/** Reads the settings of `watch` from the environment: all of them, or every problem at once. */
export function readWatchSettings(env: Environment): WatchSettings | readonly Problem[] {
  const problems = problemsOf(env, 'watch');
  if (problems.length > 0) return problems;
  return {
    mode: text(env, 'JOBWARDEN_MODE') === 'enforce' ? 'enforce' : 'observe',
    policyFile: text(env, 'JOBWARDEN_POLICY'),
    topic: text(env, 'JOBWARDEN_TOPIC'),
    source: text(env, 'JOBWARDEN_SOURCE'),
    ownPrincipal: optional(env, 'JOBWARDEN_PRINCIPAL')?.toLowerCase(),
    ifRejected: text(env, 'JOBWARDEN_IF_REJECTED') === 'keep' ? 'keep' : undefined,
    stop: optional(env, 'JOBWARDEN_STOP'),
    heartbeatUrl: optional(env, 'JOBWARDEN_HEARTBEAT_URL'),
    fleet: fleetOf(env),
    engines: engineSettings(env),
    ...stateOf(env),
    caller: callerOf(env),
    project: optional(env, 'GOOGLE_CLOUD_PROJECT'),
  };
}

/** Reads the settings of `shard`, which are those of `watch`; it takes part in a fleet of more than one. */
export function readShardSettings(
  env: Environment,
): (WatchSettings & { readonly fleet: FleetSettings }) | readonly Problem[] {
  const settings = readWatchSettings(env);
  if (!('mode' in settings)) return settings;
  const { fleet } = settings;
  if (fleet !== undefined && fleet.shards > 1) return { ...settings, fleet };
  const name = fleet === undefined ? 'JOBWARDEN_SHARD_TOPIC' : 'JOBWARDEN_SHARDS';
  const cure = `Set it to ${settingsTable[name].write}.`;
  return [problem(name, 'setting-missing', `${name} is not set, and without it there are no shards.`, cure)];
}

/** Reads the settings of `notify` from the environment: all of them, or every problem at once. */
export function readNotifySettings(env: Environment): NotifySettings | readonly Problem[] {
  const problems = problemsOf(env, 'notify');
  if (problems.length > 0) return problems;
  return {
    policyFile: optional(env, 'JOBWARDEN_POLICY'),
    slackUrl: text(env, 'SLACK_API_URL'),
    pagerDutyUrl: text(env, 'PAGERDUTY_EVENTS_URL'),
    loopback: optional(env, 'JOBWARDEN_LOOPBACK') === 'allow',
    deadLetterTopic: optional(env, 'JOBWARDEN_DEAD_LETTER_TOPIC'),
    ...stateOf(env),
    caller: callerOf(env),
    project: optional(env, 'GOOGLE_CLOUD_PROJECT'),
  };
}
