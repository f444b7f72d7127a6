import { expect, it, onTestFinished } from 'vitest';
import { engineSettings } from '../../functions/settings.ts';
import { systemClock } from '../../functions/watch/clock.ts';
import { engineOpener } from '../../functions/watch/handler.ts';
import { sweep } from '../../functions/watch/watch.ts';
import { startDli } from '../../infra/local/dli/server.ts';
import { startYandexDataProc } from '../../infra/local/yandex-data-proc/server.ts';
import { aRule, hours } from '../make.ts';
import { aWorld } from '../watch/a-world.ts';

// Synthetic: no such token, key or project exists.
const key = { accessKey: 'AKSYNTHETIC', secretKey: 'synthetic-secret' };

it('sweeps both clouds that a policy names, reached by the settings of watch', async () => {
  const yandex = await startYandexDataProc({ auth: { tokens: ['t1.synthetic'] } });
  onTestFinished(() => yandex.close());
  const dli = await startDli({ auth: { accessKeys: { [key.accessKey]: key.secretKey } } });
  onTestFinished(() => dli.close());
  yandex.addCluster({ id: 'c', folder: 'f' });
  yandex.addJob({ cluster: 'c', id: 'runaway', startedAgoMs: hours(3), cancelTakesMs: 100 });
  dli.addSqlJob({ project: 'p', id: 'runaway', startedAgoMs: hours(3), cancelTakesMs: 100 });
  const engines = engineSettings({
    YANDEX_EMULATOR_HOST: yandex.url,
    YANDEX_IAM_TOKEN: 't1.synthetic',
    DLI_EMULATOR_HOST: dli.url,
    DLI_OTC_CREDENTIALS: JSON.stringify(key),
  });
  const limit = { runTime: '2h' };
  const { world, told } = aWorld({
    policy: {
      targets: [
        { engine: 'yandex-data-proc', folder: 'f' },
        { engine: 'dli', cloud: 'otc', region: 'eu-de', project: 'p' },
      ],
      rules: [aRule({ limit }), aRule({ name: 'long-spark', match: { jobType: ['pyspark'] }, limit })],
      breaker: { maxCancels: 5, maxShare: '100%', minJobs: 1 },
    },
    engines: engineOpener({ engines }, ({ message }) => expect.fail(message)),
  });
  await sweep({ ...world, clock: systemClock }, 'sweep-1');
  expect(told().toSorted()).toEqual([
    'cancel.confirmed c/runaway',
    'cancel.confirmed runaway',
    'cancel.intended c/runaway',
    'cancel.intended runaway',
  ]);
});
