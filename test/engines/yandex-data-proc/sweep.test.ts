import { describe, expect, it, onTestFinished } from 'vitest';
import { sweep } from '../../../functions/watch/watch.ts';
import type { JobSpec } from '../../../infra/local/yandex-data-proc/spec.ts';
import { startYandexDataProc } from '../../../infra/local/yandex-data-proc/server.ts';
import { yandexDataProc } from '../../../shared/engines/yandex-data-proc.ts';
import { aRule, hours, minutes } from '../../make.ts';
import { aWorld } from '../../watch/a-world.ts';
import { steppingClock } from '../stepping-clock.ts';

/** A world that watches a folder of the stand-in. */
async function aWatchedFolder() {
  const clock = steppingClock();
  const standIn = await startYandexDataProc({ now: clock.now, mostPerPage: 2 });
  onTestFinished(() => standIn.close());
  standIn.addCluster({ id: 'dev', folder: 'f', labels: { env: 'dev' } });
  standIn.addCluster({ id: 'prod', folder: 'f', labels: { env: 'prod' } });
  const { source, canceller } = yandexDataProc({ endpoint: standIn.url, now: clock.now, random: () => 0 });
  const rule = aRule({
    name: 'long-spark',
    match: { engine: 'yandex-data-proc', jobType: ['spark', 'pyspark'], labels: { env: '!prod' } },
    limit: { runTime: '2h' },
  });
  const made = aWorld({
    policy: {
      targets: [{ engine: 'yandex-data-proc', folder: 'f' }],
      rules: [rule],
      breaker: { maxCancels: 5, maxShare: '100%', minJobs: 1 },
    },
    engines: async () => ({ sources: { 'yandex-data-proc': source }, cancellers: { 'yandex-data-proc': canceller } }),
  });
  const runs = (id: string, ms: number, about: Partial<JobSpec> = {}) =>
    standIn.addJob({ cluster: 'dev', id, startedAgoMs: ms, ...about });
  const status = (cluster: string, id: string): unknown => Object(standIn.job(cluster, id)).status;
  return { ...made, clock, standIn, runs, status, look: (id: string) => sweep({ ...made.world, clock }, id) };
}

describe('a sweep over a folder of Yandex Data Proc', () => {
  it('cancels the runaway, proves it, and leaves the others alone', async () => {
    const { look, runs, status, jobEvents, told } = await aWatchedFolder();
    runs('runaway', hours(3));
    runs('young', minutes(5));
    runs('hive', hours(3), { kind: 'hive' });
    runs('important', hours(3), { cluster: 'prod' });
    runs('odd', hours(3), { status: 'HIBERNATING' });
    expect(await look('sweep-1')).toMatchObject({ status: 'ok' });
    expect(status('dev', 'runaway')).toBe('CANCELLED');
    expect([status('dev', 'young'), status('dev', 'hive'), status('prod', 'important')]).toEqual(
      Array.from({ length: 3 }, () => 'RUNNING'),
    );
    expect(told()).toEqual(['cancel.intended dev/runaway', 'cancel.confirmed dev/runaway']);
    const [confirmed] = jobEvents('cancel.confirmed');
    expect(confirmed?.data.job).toMatchObject({ engine: 'yandex-data-proc', project: 'f', id: 'dev/runaway' });
  });

  it('says so when the job finished before the cancel took effect', async () => {
    const { look, runs, told } = await aWatchedFolder();
    runs('runaway', hours(3), { onCancel: 'finishesFirst' });
    await look('sweep-1');
    expect(told()).toEqual(['cancel.intended dev/runaway', 'cancel.finished-first dev/runaway']);
  });

  it('keeps the case open while the job is still stopping, and closes it in a later sweep', async () => {
    const { look, clock, runs, told } = await aWatchedFolder();
    runs('slow', hours(3), { cancelTakesMs: minutes(2) });
    await look('sweep-1');
    expect(told()).not.toContain('cancel.confirmed dev/slow');
    clock.advance(minutes(2));
    await look('sweep-2');
    expect(told()).toContain('cancel.confirmed dev/slow');
  });

  it('cancels nothing when the service refuses the watcher', async () => {
    const { look, runs, status, standIn } = await aWatchedFolder();
    runs('runaway', hours(3));
    standIn.switches.add({ call: 'clusters', kind: '403' });
    expect(await look('sweep-1')).toMatchObject({ status: 'failed' });
    expect(status('dev', 'runaway')).toBe('RUNNING');
  });
});
