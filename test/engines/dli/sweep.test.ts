import { describe, expect, it, onTestFinished } from 'vitest';
import { sweep } from '../../../functions/watch/watch.ts';
import { startDli } from '../../../infra/local/dli/server.ts';
import { dli } from '../../../shared/engines/dli.ts';
import { aRule, hours, minutes } from '../../make.ts';
import { aWorld } from '../../watch/a-world.ts';
import { steppingClock } from '../stepping-clock.ts';

// Synthetic: no such key or project exists.
const key = { accessKey: 'AKSYNTHETIC', secretKey: 'synthetic-secret' };

/** A world that watches a project of the stand-in, signing with an access key. */
async function aWatchedProject() {
  const clock = steppingClock();
  const standIn = await startDli({ now: clock.now, auth: { accessKeys: { [key.accessKey]: key.secretKey } } });
  onTestFinished(() => standIn.close());
  const credentials = { huawei: JSON.stringify(key) };
  const { source, canceller } = dli({ endpoint: standIn.url, credentials, now: clock.now, random: () => 0 });
  const made = aWorld({
    policy: {
      targets: [{ engine: 'dli', cloud: 'huawei', region: 'cn-north-4', project: 'p' }],
      rules: [
        aRule({ name: 'long-queries', match: { engine: 'dli' }, limit: { runTime: '2h' } }),
        aRule({ name: 'long-batches', match: { engine: 'dli', jobType: 'spark-batch' }, limit: { runTime: '2h' } }),
      ],
      breaker: { maxCancels: 5, maxShare: '100%', minJobs: 1 },
    },
    engines: async () => ({ sources: { dli: source }, cancellers: { dli: canceller } }),
  });
  const state = (id: string): unknown => standIn.job('p', id)?.['status'] ?? standIn.job('p', id)?.['state'];
  return { ...made, standIn, state, look: () => sweep({ ...made.world, clock }, 'sweep-1') };
}

describe('a sweep over a project of Data Lake Insight', () => {
  it('cancels the runaway query and the runaway batch, proves it, and leaves the others alone', async () => {
    const { standIn, state, look, told, jobEvents } = await aWatchedProject();
    const sql = (id: string, ms: number, about = {}) =>
      standIn.addSqlJob({ project: 'p', id, startedAgoMs: ms, ...about });
    sql('runaway', hours(3), { owner: 'ada' });
    sql('young', minutes(5));
    sql('write', hours(3), { type: 'INSERT', statement: 'INSERT INTO t SELECT 1' });
    sql('scaling', hours(3), { type: 'SCALE_QUEUE' });
    sql('odd', hours(3), { state: 'SCALING' });
    standIn.addBatch({ project: 'p', id: 'endless', startedAgoMs: hours(3) });
    expect(await look()).toMatchObject({ status: 'ok' });
    expect([state('runaway'), state('endless')]).toEqual(['CANCELLED', 'dead']);
    expect([state('young'), state('write'), state('scaling'), state('odd')]).toEqual([
      'RUNNING',
      'RUNNING',
      'RUNNING',
      'SCALING',
    ]);
    expect(told().toSorted()).toEqual([
      'cancel.confirmed batches/endless',
      'cancel.confirmed runaway',
      'cancel.intended batches/endless',
      'cancel.intended runaway',
    ]);
    const confirmed = jobEvents('cancel.confirmed').map(({ data }) => data.job);
    expect(confirmed).toContainEqual(expect.objectContaining({ engine: 'dli', project: 'p', location: 'cn-north-4' }));
  });

  it('says so when the cancel is refused', async () => {
    const { standIn, state, look, told } = await aWatchedProject();
    standIn.addSqlJob({ project: 'p', id: 'runaway', startedAgoMs: hours(3), onCancel: 'denied' });
    await look();
    expect(state('runaway')).toBe('RUNNING');
    expect(told()).toEqual(['cancel.intended runaway', 'cancel.forbidden runaway']);
  });
});
