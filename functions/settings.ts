import type { Problem } from '../shared/jobs/problem.ts';
import type { Mode } from '../shared/jobs/verdict.ts';
import { settingsTable, type Setting, type SettingName } from './settings-table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What `watch` is told by its environment. */
export interface WatchSettings {
  readonly mode: Mode;
  readonly policyFile: string;
  readonly topic: string;
  readonly source: string;
  readonly ownPrincipal: string | undefined;
  /** Why every cancel is stopped, where it is set. */
  readonly stop: string | undefined;
  readonly bigqueryEndpoint: string | undefined;
  /** `gs://BUCKET`, `gs://BUCKET/PREFIX`, or the path of a directory. */
  readonly state: string;
  readonly storageEndpoint: string | undefined;
}

/** What `notify` is told by its environment. */
export interface NotifySettings {
  readonly slackToken: string;
  readonly slackUrl: string;
  /** As for `watch`. */
  readonly state: string;
  readonly storageEndpoint: string | undefined;
  readonly deadLetterTopic: string | undefined;
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
  const { schema, write } = (isCloud ? setting.inCloud : undefined) ?? setting;
  if (text === '') {
    const isRequired = setting.required || (isCloud && setting.inCloud !== undefined);
    if (!isRequired || (setting.for !== target && setting.for !== 'both')) return undefined;
    return problem(name, 'setting-missing', `${name} is not set.`, `Set it to ${write}. ${setting.means}`);
  }
  if (setting.localOnly === true && isCloud) {
    return problem(name, 'setting-local-only', `${name} is set in the cloud.`, 'Remove it: it is for stand-ins only.');
  }
  if (schema.safeParse(text).success) return undefined;
  const shown = name.includes('TOKEN') ? 'a value' : `"${text}"`;
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
  return [...found, ...unknownNames(env)];
}

function optional(env: Environment, name: SettingName): string | undefined {
  return env[name] === undefined || env[name] === '' ? undefined : env[name];
}

function text(env: Environment, name: SettingName): string {
  return optional(env, name) ?? settingsTable[name].otherwise;
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
    stop: optional(env, 'JOBWARDEN_STOP'),
    bigqueryEndpoint: optional(env, 'BIGQUERY_EMULATOR_HOST'),
    ...stateOf(env),
  };
}

/** Reads the settings of `notify` from the environment: all of them, or every problem at once. */
export function readNotifySettings(env: Environment): NotifySettings | readonly Problem[] {
  const problems = problemsOf(env, 'notify');
  if (problems.length > 0) return problems;
  return {
    slackToken: text(env, 'SLACK_BOT_TOKEN'),
    slackUrl: text(env, 'SLACK_API_URL'),
    deadLetterTopic: optional(env, 'JOBWARDEN_DEAD_LETTER_TOPIC'),
    ...stateOf(env),
  };
}
