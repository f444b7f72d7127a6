import { once } from 'node:events';
import { readArguments, usage, type Asked } from './arguments.ts';
import { startCloud, type LocalCloud } from './cloud.ts';
import { loadScenario, play, type Scenario } from './scenario.ts';
import { startScheduler } from './scheduler.ts';

const minuteMs = 60_000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function refuse(problems: readonly string[], exitCode: number): never {
  for (const problem of problems) say(problem);
  process.exit(exitCode);
}

async function scenarioOf({ scenario }: Asked): Promise<Scenario | undefined> {
  if (scenario === 'none') return undefined;
  const loaded = await loadScenario(scenario);
  if ('scenario' in loaded) return loaded.scenario;
  return refuse(
    loaded.problems.map(({ file, line, where, says }) => `${file}:${line ?? 1}: ${where}: ${says}`),
    1,
  );
}

function announce({ bigquery, pubsub, slack, watch, notify, storage, environment }: LocalCloud): void {
  const addresses = { bigquery: bigquery.url, pubsub, slack: slack.url, watch, notify, storage: storage?.url };
  const where = { ready: true, ...addresses, environment };
  process.stdout.write(`${JSON.stringify(where)}\n`);
}

async function interrupted(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

async function run(asked: Asked): Promise<void> {
  const scenario = await scenarioOf(asked);
  const { port, policy: policyFile, pubsub, state, mode, shards } = asked;
  const cloud = await startCloud({ port, policyFile, pubsub, state, mode, shards, onLog: say });
  const story = scenario === undefined ? undefined : play(scenario, cloud.bigquery);
  announce(cloud);
  const scheduler = asked['no-schedule'] ? undefined : startScheduler({ url: cloud.watch, everyMs: minuteMs });
  await interrupted();
  story?.stop();
  await scheduler?.stop();
  await cloud.close();
}

// The clients in this process would otherwise look for a metadata server that only exists in the cloud.
process.env['METADATA_SERVER_DETECTION'] = 'none';
const asked = readArguments(process.argv.slice(2));
if (asked === 'help') process.stdout.write(usage);
else if ('problems' in asked) refuse([...asked.problems, '', usage], 2);
else await run(asked);
