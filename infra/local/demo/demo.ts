import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startCloud, type LocalCloud } from '../cloud.ts';
import { loadScenario, play } from '../scenario.ts';
import { startScheduler } from '../scheduler.ts';
import { readDecision, type Decision } from './decisions.ts';
import { screenOn, type Screen } from './screen.ts';
import { storyOn } from './story.ts';
import { brokenPromises, isComplete, summaryOf, type Seen } from './verdict.ts';
import { boardOf, watchJobs, type Watched } from './watched.ts';

const limitMs = 30 * 60_000;
const sweepEveryMs = 2000;
const longestMs = 50_000;
const lookEveryMs = 200;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Finds out, look by look, what has happened since the last look. */
function observer(cloud: LocalCloud, all: (nowMs: number) => readonly Watched[]) {
  const known = new Map<string, string>();
  let requests = 0;
  let messages = 0;
  return (nowMs: number) => {
    const jobs = all(nowMs);
    const appeared = jobs.filter((job) => !known.has(job.id));
    const ended = jobs.filter(
      (job) => job.state === 'DONE' && known.get(job.id) !== undefined && known.get(job.id) !== 'DONE',
    );
    for (const job of jobs) known.set(job.id, job.state);
    const sent = cloud.bigquery.requests
      .slice(requests)
      .filter(({ method, path }) => method === 'POST' && path.endsWith('/cancel'));
    requests = cloud.bigquery.requests.length;
    const inbox = cloud.slack.inbox();
    const arrived = inbox.slice(messages);
    messages = inbox.length;
    return {
      jobs,
      appeared,
      ended,
      sent: sent.map(({ path }) => decodeURIComponent(path.split('/').at(-2) ?? '')),
      inbox,
      arrived,
    };
  };
}

async function tell(
  cloud: LocalCloud,
  screen: Screen,
  fresh: () => readonly Decision[],
  jobs: ReturnType<typeof watchJobs>,
): Promise<Seen> {
  const startedAtMs = Date.now();
  const story = storyOn(screen, startedAtMs, Date.now);
  const look = observer(cloud, jobs.all);
  const decisions: Decision[] = [];
  for (;;) {
    const now = look(Date.now());
    const byId = (id: string) => now.jobs.find((job) => job.id === id);
    for (const job of now.appeared) story.jobAppeared(job);
    for (const id of now.sent) story.cancelSent(byId(id), id);
    for (const job of now.ended) story.jobEnded(job);
    for (const decision of fresh()) {
      decisions.push(decision);
      story.decided(decision, byId(decision.job.id));
    }
    for (const message of now.arrived) story.messageArrived(message);
    const seen = { jobs: now.jobs, decisions, inbox: now.inbox };
    if (isComplete(seen) || Date.now() - startedAtMs > longestMs) return seen;
    screen.board(boardOf(screen, now.jobs, limitMs));
    await sleep(lookEveryMs);
  }
}

function head(screen: Screen): void {
  screen.line(screen.paint('bold', 'Jobwarden in a stand-in cloud on this machine: nothing here costs anything.'));
  screen.line("Its policy says that a person's query may run for 30 min. Two of these jobs are about to run away.");
  screen.line('');
}

function close(screen: Screen, seen: Seen): number {
  const broken = brokenPromises(seen);
  screen.line('');
  screen.line(screen.paint('bold', 'Summary'));
  for (const line of summaryOf(seen)) screen.line(`  ${line}`);
  for (const line of broken) screen.line(screen.paint('red', `  ${line}`));
  screen.line('');
  screen.line('Next: npm run local keeps this running for you to try; README.md says how.');
  return broken.length === 0 ? 0 : 1;
}

async function run(): Promise<number> {
  const loaded = await loadScenario(here('../scenarios/demo.yaml'));
  if ('problems' in loaded) throw new Error(`[demo] ${loaded.problems.map(({ says }) => says).join(' ')}`);
  const screen = screenOn(process.stdout);
  head(screen);
  screen.board([screen.paint('dim', 'Starting the stand-in cloud and both functions …')]);
  const waiting: Decision[] = [];
  const onLog = (line: string) => {
    const decision = readDecision(line);
    if (decision !== undefined) waiting.push(decision);
  };
  const cloud = await startCloud({
    policyFile: relative(process.cwd(), here('../policies/demo.yaml')),
    pubsub: 'built-in',
    mode: 'enforce',
    onLog,
  });
  const jobs = watchJobs(cloud.bigquery);
  const playing = play(loaded.scenario, cloud.bigquery, jobs.onNews);
  const scheduler = startScheduler({ url: cloud.watch, everyMs: sweepEveryMs });
  try {
    return close(screen, await tell(cloud, screen, () => waiting.splice(0), jobs));
  } finally {
    playing.stop();
    await scheduler.stop();
    await cloud.close();
  }
}

const usage = `npm run demo -- [--engines bigquery|all]

  --engines all   one sweep over BigQuery, Data Fusion, Yandex Data Proc and Data Lake Insight (default: bigquery, a morning
                  of several sweeps)
`;

/** The engines that are asked for; undefined where that cannot be understood. */
function enginesAsked(): string | undefined {
  try {
    const { engines } = parseArgs({ options: { engines: { type: 'string', default: 'bigquery' } } }).values;
    return ['bigquery', 'all'].includes(engines) ? engines : undefined;
  } catch {
    return undefined;
  }
}

async function main(): Promise<number> {
  const asked = enginesAsked();
  if (asked === 'bigquery') return run();
  if (asked === 'all') return (await import('./engines/four-engines.ts')).run(screenOn(process.stdout));
  process.stderr.write(usage);
  return 2;
}

process.env['METADATA_SERVER_DETECTION'] = 'none';
process.exitCode = await main();
