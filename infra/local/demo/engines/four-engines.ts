import { relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatDuration } from '../../../../shared/jobs/duration.ts';
import { startCloud, type LocalCloud } from '../../cloud.ts';
import type { EngineStandIns } from '../../engines.ts';
import { framed, readMessage } from '../messages.ts';
import type { Screen } from '../screen.ts';
import { teller } from '../story.ts';
import { hearEvents, type HeardEvent } from './events.ts';
import { cancelsAt, playAll, type Playing } from './jobs.ts';
import { brokenPromises, isProof, isStopped } from './promises.ts';

const longestMs = 25_000;
const lookEveryMs = 100;
const policy = relative(process.cwd(), fileURLToPath(new URL('../../policies/four-engines.yaml', import.meta.url)));

type Tell = ReturnType<typeof teller>;

/** What the story is told from. */
interface Stage {
  readonly cloud: LocalCloud;
  readonly engines: EngineStandIns;
  readonly jobs: readonly Playing[];
  readonly heard: readonly HeardEvent[];
  readonly screen: Screen;
}

function head(screen: Screen): void {
  screen.line(
    screen.paint('bold', 'Jobwarden in stand-ins for four engines on this machine: nothing here costs anything.'),
  );
  screen.line(`One policy, ${policy}, and one sweep. In each engine one job is over its limit.`);
  screen.line('');
}

function showJobs({ jobs, screen }: Stage): void {
  for (const job of jobs) {
    const word = job.isRunaway ? screen.paint('red', 'over its limit') : screen.paint('dim', 'left alone    ');
    const text = `${job.called}, for ${formatDuration(job.ranMs)}`;
    screen.line(`  ${job.service.padEnd(11)}  ${word}  ${text}`);
  }
  screen.line('');
}

/** A request with the last parts of its path, which say what is cancelled. */
function endOf(request: string): string {
  const [verb = '', path = ''] = request.split(' ');
  return `${verb} …/${decodeURIComponent(path).split('/').slice(-3).join('/')}`;
}

/** Tells, look by look, what has happened since the last look. */
function storyOf({ cloud, engines, jobs, heard, screen }: Stage, tell: Tell): () => void {
  const told = new Set<string>();
  const once = (key: string, say: () => void) => {
    if (!told.has(key)) say();
    told.add(key);
  };
  return () => {
    const cancels = cancelsAt(cloud, engines);
    for (const job of jobs) {
      for (const [number, sent] of cancels[job.engine].entries())
        once(`${job.engine} ${number}`, () => tell('CANCEL', 'red', `${job.service}: ${endOf(sent)}`));
      if (isStopped(job))
        once(job.id, () => tell('STOPPED', 'green', `${job.service} says ${job.state()}: ${job.called}`));
    }
    for (const event of heard) {
      const job = jobs.find((one) => isProof(event, one));
      if (job !== undefined)
        once(`event ${job.id}`, () => tell('PROVED', 'green', `${event.name} of ${job.target}: ${job.id}`));
    }
    for (const [number, message] of cloud.slack.inbox().entries())
      once(`message ${number}`, () => {
        tell('MESSAGE', 'bold', `for ${message.to}: ${readMessage(message)[0] ?? message.text}`);
        for (const line of framed(message, Math.min(screen.width - 2, 96))) screen.line(`  ${line}`);
      });
  };
}

async function sweepOnce(stage: Stage): Promise<void> {
  const { cloud, jobs, heard, screen } = stage;
  const startedAtMs = Date.now();
  const tell = teller(screen, startedAtMs, Date.now);
  const targets = new Set(jobs.map(({ target }) => target));
  tell('SWEEP', 'bold', `one call to watch, which lists ${targets.size} targets`);
  // How it went is seen in the stand-ins.
  const sweep = fetch(cloud.watch, { method: 'POST' }).catch(() => undefined);
  const look = storyOf(stage, tell);
  while (Date.now() - startedAtMs < longestMs) {
    look();
    if (brokenPromises({ jobs, events: heard, inbox: cloud.slack.inbox() }).length === 0) break;
    await sleep(lookEveryMs);
  }
  await sweep;
  look();
}

function close({ cloud, jobs, heard, screen }: Stage): number {
  const broken = brokenPromises({ jobs, events: heard, inbox: cloud.slack.inbox() });
  const stopped = jobs.filter(isStopped);
  const engines = new Set(stopped.map(({ service }) => service));
  screen.line('');
  screen.line(screen.paint('bold', 'Summary'));
  screen.line(`  ${jobs.length} jobs in ${new Set(jobs.map(({ service }) => service)).size} engines, one sweep`);
  screen.line(`  ${stopped.length} cancelled and proved, in ${[...engines].join(', ') || 'no engine'}`);
  screen.line(`  ${jobs.length - stopped.length} go on undisturbed`);
  for (const line of broken) screen.line(screen.paint('red', `  ${line}`));
  screen.line('');
  screen.line('Next: shared/engines/README.md says what each engine tells, and how to add one.');
  return broken.length === 0 ? 0 : 1;
}

/** Shows one sweep over all four engines; 0 when all that it promises was kept, else 1. */
export async function run(screen: Screen): Promise<number> {
  head(screen);
  screen.board([screen.paint('dim', 'Starting the stand-ins and both functions …')]);
  const log: string[] = [];
  const onLog = (line: string) => void log.push(line);
  const cloud = await startCloud({ policyFile: policy, pubsub: 'built-in', mode: 'enforce', engines: 'all', onLog });
  try {
    const { engines, environment } = cloud;
    if (engines === undefined) throw new Error('[demo] the stand-ins for the engines are missing');
    const ears = await hearEvents(cloud.pubsub, environment['JOBWARDEN_TOPIC'] ?? '');
    const stage = { cloud, engines, jobs: playAll(cloud, engines), heard: ears.heard, screen };
    showJobs(stage);
    try {
      await sweepOnce(stage);
    } finally {
      await ears.close();
    }
    const code = close(stage);
    if (code !== 0) for (const line of log) process.stderr.write(`${line}\n`);
    return code;
  } finally {
    await cloud.close();
  }
}
