import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { startCloud, type LocalCloud } from '../../infra/local/cloud.ts';
import { hearEvents, type HeardEvent } from '../../infra/local/demo/engines/events.ts';
import { cancelsAt, playAll, type Playing } from '../../infra/local/demo/engines/jobs.ts';
import { brokenPromises, isProof, isStopped } from '../../infra/local/demo/engines/promises.ts';
import type { EngineStandIns } from '../../infra/local/engines.ts';
import { engineNames, type EngineName } from '../../shared/jobs/job.ts';
import { eventually } from './local-process.ts';

// Synthetic: no such project, folder, person or job exists. Both functions are processes of their own; policy and jobs are
// those of `npm run demo -- --engines all`.
const policyFile = relative(
  process.cwd(),
  fileURLToPath(new URL('../../infra/local/policies/four-engines.yaml', import.meta.url)),
);

const summary = z.object({
  status: z.string(),
  tookMs: z.number(),
  outcomes: z.record(z.string(), z.number()),
  targets: z.array(
    z.object({ target: z.string(), jobs: z.number(), complete: z.boolean(), failed: z.string().optional() }),
  ),
});

interface Scene {
  readonly cloud: LocalCloud;
  readonly engines: EngineStandIns;
  readonly jobs: readonly Playing[];
  readonly events: readonly HeardEvent[];
  sweep(): Promise<z.infer<typeof summary>>;
}

async function aScene(watchSettings: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const quiet = () => undefined;
  const given = { policyFile, pubsub: 'built-in', mode: 'enforce', engines: 'all', watchSettings } as const;
  const cloud = await startCloud({ ...given, onLog: quiet });
  onTestFinished(() => cloud.close());
  const { engines, environment } = cloud;
  if (engines === undefined) return expect.fail('there are no stand-ins for the engines');
  const ears = await hearEvents(cloud.pubsub, environment['JOBWARDEN_TOPIC'] ?? '');
  onTestFinished(() => ears.close());
  return {
    cloud,
    engines,
    jobs: playAll(cloud, engines),
    events: ears.heard,
    sweep: async () => summary.parse(await (await fetch(cloud.watch, { method: 'POST' })).json()),
  };
}

const kept = ({ cloud, jobs, events }: Scene) => brokenPromises({ jobs, events, inbox: cloud.slack.inbox() });

/** The kinds of jobs in the titles of messages, and their names in the messages. */
const told: Readonly<Record<EngineName, readonly [title: string, named: string]>> = {
  bigquery: ['Your BigQuery job was cancelled', 'bquxjob_6c1f2d47_19a9d2b7c55 (analytics-prod, EU)'],
  'data-fusion': [
    'A Data Fusion pipeline run of ingest was cancelled',
    'Run cad83d45-ecfb-4bf8-8cdb-4928a5601b0e of the pipeline orders-hourly in the instance etl-prod',
  ],
  'yandex-data-proc': [
    'A Data Proc job of data-science was cancelled',
    'Pyspark job c9qfeatures7k2 on the cluster playground (b1gshopdata',
  ],
  dli: [
    'A DLI SQL job of sales-analytics was cancelled',
    'SQL job 208b08d4-0dc2-4dd7-8879-ddd4c020d7aa in the queue shared (6f2a90c1',
  ],
};

describe('one sweep over four engines', () => {
  it('cancels and proves one job in each, tells of it in the words of its engine, and leaves the rest alone', async () => {
    const scene = await aScene();
    const { cloud, engines, jobs, events } = scene;
    expect(await scene.sweep()).toMatchObject({ status: 'ok', outcomes: { cancelled: 4 } });
    await eventually(
      async () => kept(scene),
      ({ length }) => length === 0,
    );
    const stopped = jobs.filter(isStopped);
    expect(stopped.map(({ engine }) => engine)).toEqual([...engineNames]);
    expect(stopped.every(({ isRunaway }) => isRunaway)).toBe(true);
    for (const sent of Object.values(cancelsAt(cloud, engines))) expect(sent).toHaveLength(1);
    for (const job of stopped) expect(events.filter((event) => isProof(event, job))).toHaveLength(1);

    const details = events
      .filter(({ name }) => name === 'cancel.confirmed')
      .map(({ data }) => Object(data['job']).details);
    expect(details).toEqual(
      expect.arrayContaining([
        { instance: 'etl-prod', namespace: 'default', pipeline: 'orders-hourly' },
        { cluster: 'playground' },
        { queue: 'shared' },
      ]),
    );
    const inbox = cloud.slack.inbox();
    expect(inbox).toHaveLength(4);
    for (const [title, named] of Object.values(told)) {
      const message = inbox.find(({ text }) => text.startsWith(title));
      expect(JSON.stringify(message?.blocks), title).toContain(named);
    }
    for (const { text, blocks } of inbox.filter((one) => !one.text.includes('BigQuery'))) {
      expect(JSON.stringify(blocks), text).not.toMatch(/BigQuery|\bbq\b/);
    }
  });
});

type Fault = (scene: Scene) => void;
const nothing: Fault = () => undefined;

/** Ways for an engine to be down, and how its target then reads in the summary. */
const down: readonly (readonly [
  how: string,
  engine: EngineName,
  settings: Readonly<Record<string, string>>,
  fault: Fault,
  says: RegExp,
])[] = [
  [
    'hangs',
    'yandex-data-proc',
    {},
    ({ engines }) => engines.yandex.switches.add({ call: 'clusters', kind: 'hang' }),
    /gave no answer, and the other engines were not kept waiting/,
  ],
  [
    'answers 500',
    'data-fusion',
    {},
    ({ engines }) => engines.dataFusion.faults.add({ method: 'instances.list', kind: '500' }),
    /^\[data-fusion\] .*HTTP 500/,
  ],
  [
    'answers 500',
    'dli',
    {},
    ({ engines }) => engines.dli.switches.add({ call: 'list', kind: '500' }),
    /^\[dli\] .*HTTP 500/,
  ],
  ['refuses the token', 'yandex-data-proc', { YANDEX_IAM_TOKEN: 't1.of-somebody-else' }, nothing, /HTTP 401/],
  [
    'has no credentials',
    'dli',
    { DLI_EMULATOR_HOST: '', DLI_OTC_CREDENTIALS: '' },
    nothing,
    /the credentials in DLI_OTC_CREDENTIALS cannot be used: there are none/,
  ],
];

describe('an engine that is down', () => {
  it.each(down)('(%s: %s) neither delays nor disturbs the others', async (_, engine, settings, fault, says) => {
    const scene = await aScene(settings);
    fault(scene);
    const { status, tookMs, outcomes, targets } = await scene.sweep();
    expect([status, outcomes]).toEqual(['degraded', { cancelled: 3 }]);
    // One request may take 10 s; the whole sweep has 59 s.
    expect(tookMs).toBeLessThan(30_000);
    const stopped = scene.jobs.filter(isStopped).map((job) => job.engine);
    expect(stopped).toEqual(engineNames.filter((name) => name !== engine));
    for (const target of targets) {
      const isDown = target.target.startsWith(`${engine}:`);
      expect(target, target.target).toMatchObject({ complete: !isDown, jobs: isDown ? 0 : 2 });
      if (isDown) expect(target.failed).toMatch(says);
    }
  });
});
