import { http } from '@google-cloud/functions-framework';
import type { Problem } from '../shared/jobs/problem.ts';
import { onlyFrom } from './caller.ts';
import { traced } from './log-context.ts';
import { writeLog } from './log.ts';
import { readNotifySettings, readShardSettings, readWatchSettings } from './settings.ts';

/** Says everything that is wrong with the settings, and ends the process: a deployment with wrong settings must not come up. */
function refuse(problems: readonly Problem[]): never {
  const once = new Map(problems.map((problem) => [problem.where, problem]));
  for (const { says, try: cure } of once.values()) writeLog({ severity: 'CRITICAL', message: `${says} ${cure}` });
  process.exit(1);
}

async function registerWatch(): Promise<readonly Problem[]> {
  const settings = readWatchSettings(process.env);
  if (!('mode' in settings)) return settings;
  const { startWatch } = await import('./watch/start.ts');
  http('watch', traced('watch', settings.project, onlyFrom(settings.caller, writeLog, startWatch(settings))));
  return [];
}

async function registerShard(): Promise<readonly Problem[]> {
  const settings = readShardSettings(process.env);
  if (!('mode' in settings)) return settings;
  const { startShard } = await import('./watch/start.ts');
  http('shard', traced('shard', settings.project, onlyFrom(settings.caller, writeLog, startShard(settings))));
  return [];
}

async function registerNotify(): Promise<readonly Problem[]> {
  const settings = readNotifySettings(process.env);
  if (!('slackUrl' in settings)) return settings;
  const { startNotify } = await import('./notify/start.ts');
  http('notify', traced('notify', settings.project, onlyFrom(settings.caller, writeLog, startNotify(settings))));
  return [];
}

// Beside a stand-in there is no metadata server; the Google clients would look for one and warn that there is none.
if (process.env['PUBSUB_EMULATOR_HOST'] || process.env['BIGQUERY_EMULATOR_HOST']) {
  process.env['METADATA_SERVER_DETECTION'] ??= 'none';
}

// In the cloud the function's name is in FUNCTION_TARGET; the framework's own command line has it as --target.
const given = process.argv.find((argument) => argument.startsWith('--target='))?.slice('--target='.length);
const target = process.env['FUNCTION_TARGET'] ?? given;
const problems = [
  ...(target === 'notify' || target === 'shard' ? [] : await registerWatch()),
  ...(target === 'shard' ? await registerShard() : []),
  ...(target === 'watch' || target === 'shard' ? [] : await registerNotify()),
];
if (problems.length > 0) refuse(problems);
