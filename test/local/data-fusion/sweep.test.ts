import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startDataFusion, type StandInDataFusion } from '../../../infra/local/data-fusion/server.ts';
import { engines } from '../../../shared/engines/index.ts';
import { hours, minutes, seconds, type WrittenPolicy } from '../../make.ts';
import { aWorld } from '../../watch/a-world.ts';
import { virtualClock } from '../../watch/virtual-clock.ts';

// Synthetic: no such project, instance or pipeline exists. A sweep over HTTP; only its time is made up.

const startMs = virtualClock().now();
let nowMs = () => startMs;
let service: StandInDataFusion;

beforeEach(async () => {
  nowMs = () => startMs;
  service = await startDataFusion({ now: () => nowMs() });
  service.addInstance({ project: 'ingest', location: 'europe-west3', id: 'etl', labels: { team: 'ingest' } });
});
afterEach(() => service.close());

const policy: WrittenPolicy = {
  targets: [
    {
      engine: 'data-fusion',
      project: 'ingest',
      locations: ['europe-west3'],
      kinds: ['pipeline', 'operation'],
      verbs: ['upgrade'],
    },
  ],
  rules: [
    {
      name: 'long-pipelines',
      match: { instance: 'etl', pipeline: 'orders-*', jobType: 'pipeline' },
      limit: { runTime: '2h' },
      action: 'cancel',
      grace: 'none',
      mode: 'enforce',
    },
    {
      name: 'stuck-operations',
      match: { jobType: ['create', 'upgrade', 'delete'] },
      limit: { runTime: '6h' },
      action: 'cancel',
      grace: 'none',
      mode: 'enforce',
    },
  ],
};

/** A world that opens engines as `watch` does, over HTTP, on its own time. */
function world(given: Partial<Parameters<typeof aWorld>[0]> = {}) {
  const made = aWorld({
    policy,
    ownPrincipal: 'watch@ops.example',
    engines: async () => {
      const engine = await engines['data-fusion']({ now: nowMs, dataFusion: { endpoint: service.url } });
      return { sources: { 'data-fusion': engine.source }, cancellers: { 'data-fusion': engine.canceller } };
    },
    ...given,
  });
  nowMs = () => made.clock.now();
  return made;
}

describe('a sweep over Data Fusion', () => {
  it('stops the run that is over its limit, by its run id, and proves it; the run beside it goes on', async () => {
    const { sweep, told, jobEvents } = world();
    const long = {
      instance: 'etl',
      pipeline: 'orders-daily',
      agoMs: hours(3),
      waitsMs: minutes(5),
      stopsMs: seconds(1),
    };
    const runaway = service.addRun({ ...long, id: 'runaway' });
    const beside = service.addRun({ ...long, id: 'beside', agoMs: minutes(20) });
    const other = service.addRun({ ...long, id: 'other', pipeline: 'customers' });
    const stream = service.addRun({ ...long, id: 'stream', kind: 'stream' });
    const { outcomes, troubles } = await sweep();
    expect(troubles).toEqual([]);
    expect(outcomes).toMatchObject({ cancelled: 1 });
    expect([runaway, beside, other, stream].map((run) => service.statusOf(run))).toEqual([
      'KILLED',
      'RUNNING',
      'RUNNING',
      'RUNNING',
    ]);
    expect(service.requests.filter((one) => !one.startsWith('GET '))).toEqual([
      'POST /inside/etl/api/v3/namespaces/default/apps/orders-daily/workflows/DataPipelineWorkflow/runs/runaway/stop',
    ]);
    expect(told()).toEqual([
      'cancel.intended pipeline/etl/default/orders-daily/runaway',
      'cancel.confirmed pipeline/etl/default/orders-daily/runaway',
    ]);
    expect(jobEvents('cancel.confirmed')[0]?.data.job).toMatchObject({
      engine: 'data-fusion',
      target: 'data-fusion:ingest/europe-west3',
    });
  });

  it('cancels an operation only of a verb that the target names, and looks until that shows', async () => {
    const { sweep } = world();
    const place = { project: 'ingest', location: 'europe-west3', instance: 'etl', agoMs: hours(8), looks: 2 };
    for (const verb of ['create', 'upgrade', 'delete']) service.addOperation({ ...place, id: `op-${verb}`, verb });
    const { outcomes } = await sweep();
    expect(outcomes).toMatchObject({ cancelled: 1 });
    expect(service.requests.filter((one) => one.startsWith('POST '))).toEqual([
      'POST /v1/projects/ingest/locations/europe-west3/operations/op-upgrade:cancel',
    ]);
  });

  it('says so when an operation cannot be cancelled, or finishes all the same', async () => {
    const { sweep, told } = world();
    const place = { project: 'ingest', location: 'europe-west3', instance: 'etl', agoMs: hours(8), verb: 'upgrade' };
    service.addOperation({ ...place, id: 'op-1', finishesAnyway: true });
    expect((await sweep()).outcomes).toMatchObject({ 'finished-first': 1 });
    expect(told()).toContain('cancel.finished-first operation/op-1');
  });

  it('names an error for an operation whose cancel is not supported', async () => {
    const { sweep } = world();
    const place = { project: 'ingest', location: 'europe-west3', instance: 'etl', agoMs: hours(8), verb: 'upgrade' };
    service.addOperation({ ...place, id: 'op-1' });
    service.faults.add({ method: 'operations.cancel', kind: '501' });
    expect((await sweep()).outcomes).toMatchObject({ error: 1 });
    expect(service.requests.filter((one) => one.startsWith('POST '))).toHaveLength(1);
  });

  it('leaves a run open as unconfirmed while it takes its time to stop, and closes the case later', async () => {
    const { sweep, sweepAgain, told } = world();
    service.addRun({ id: 'slow', instance: 'etl', pipeline: 'orders-daily', agoMs: hours(3), stopsMs: minutes(1.5) });
    expect((await sweep()).outcomes).toMatchObject({ unconfirmed: 1 });
    await sweepAgain();
    await sweepAgain();
    expect(told()).toContain('cancel.confirmed pipeline/etl/default/orders-daily/slow');
    expect(service.requests.filter((one) => one.startsWith('POST ')).length).toBeLessThanOrEqual(2);
  });

  it('judges what it saw when one instance cannot be looked in, and names that instance', async () => {
    const { sweep } = world();
    service.addInstance({ project: 'ingest', location: 'europe-west3', id: 'private' });
    service.faults.add({ method: 'namespaces', instance: 'private', kind: '403' });
    service.addRun({ id: 'runaway', instance: 'etl', pipeline: 'orders-daily', agoMs: hours(3) });
    const { outcomes, targets } = await sweep();
    expect(outcomes).toMatchObject({ cancelled: 1 });
    expect(targets).toMatchObject([
      {
        complete: false,
        failed: expect.stringContaining('the instance private could not be looked in: namespaces of'),
      },
    ]);
  });
});
