import { startDataFusion, type StandInDataFusion } from './data-fusion/server.ts';
import { startDli, type StandInDli } from './dli/server.ts';
import { startYandexDataProc, type StandInYandexDataProc } from './yandex-data-proc/server.ts';

/** The stand-ins for the engines beside BigQuery, and the settings by which `watch` reaches them. */
export interface EngineStandIns {
  readonly dataFusion: StandInDataFusion;
  readonly yandex: StandInYandexDataProc;
  readonly dli: StandInDli;
  readonly environment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

// Not secrets: the stand-ins take these, and nothing else does.
const iamToken = 't1.local-stand-in';
const key = { accessKey: 'AKLOCALSTANDIN', secretKey: 'local-stand-in' };

/** Starts all three on free ports; those that were started are ended if one is not. */
export async function startEngines(): Promise<EngineStandIns> {
  const parts: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const part of parts.splice(0).toReversed()) await part.close();
  };
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    parts.push(part);
    return part;
  };
  try {
    const dataFusion = keep(await startDataFusion());
    const yandex = keep(await startYandexDataProc({ auth: { tokens: [iamToken] } }));
    const dli = keep(await startDli({ auth: { accessKeys: { [key.accessKey]: key.secretKey } } }));
    const environment = {
      DATA_FUSION_EMULATOR_HOST: dataFusion.url,
      YANDEX_EMULATOR_HOST: yandex.url,
      YANDEX_IAM_TOKEN: iamToken,
      DLI_EMULATOR_HOST: dli.url,
      DLI_OTC_CREDENTIALS: JSON.stringify(key),
    };
    return { dataFusion, yandex, dli, environment, close };
  } catch (error) {
    await close();
    throw error;
  }
}
