import type { LocalCloud } from '../../cloud.ts';
import type { EngineStandIns } from '../../engines.ts';
import type { EngineName } from '../../../../shared/jobs/job.ts';

/** A job in one of the stand-ins, and how to look at it there. */
export interface Playing {
  readonly engine: EngineName;
  /** The engine as people call it, and the job in the words of that engine. */
  readonly service: string;
  readonly called: string;
  /** As policies and events name them. */
  readonly target: string;
  readonly id: string;
  readonly ranMs: number;
  readonly isRunaway: boolean;
  /** Its state as of now, in the engine's own word. */
  readonly state: () => string;
  /** The word for a job that somebody had stopped. */
  readonly stopped: string;
}

const minutes = (count: number) => count * 60_000;

type Told = Pick<Playing, 'id' | 'called' | 'ranMs' | 'isRunaway'>;
type Add<Spec> = (told: Told, spec: Spec) => Playing;

function wordIn(resource: object | undefined): string {
  const word: unknown = resource === undefined ? undefined : Reflect.get(resource, 'status');
  return typeof word === 'string' ? word : 'UNKNOWN';
}

function inBigQuery({ bigquery }: LocalCloud): readonly Playing[] {
  const project = 'analytics-prod';
  const target = `bigquery:${project}`;
  const add: Add<{ readonly principal: string; readonly query: string }> = (told, spec) => {
    const life = { startedAgoMs: told.ranMs, runsForMs: told.ranMs + minutes(300) };
    bigquery.addJob({
      project,
      location: 'EU',
      id: told.id,
      ...life,
      onCancel: { how: 'stops', afterMs: 400 },
      ...spec,
    });
    const state = () => {
      const status = bigquery.job(project, told.id)?.status;
      return status?.errorResult === undefined ? (status?.state ?? 'UNKNOWN') : `DONE, ${status.errorResult.reason}`;
    };
    return { engine: 'bigquery', service: 'BigQuery', target, state, stopped: 'DONE, stopped', ...told };
  };
  const runaway = 'bquxjob_6c1f2d47_19a9d2b7c55';
  const model = '6d1f0c52-8b0e-4f5a-9a64-1f3c7f6f2b90';
  return [
    add(
      { id: runaway, called: `query job ${runaway} in the project ${project}`, ranMs: minutes(47), isRunaway: true },
      { principal: 'ana.diaz@example.com', query: 'SELECT * FROM events.page_views v CROSS JOIN events.sessions s' },
    ),
    add(
      { id: model, called: `query job ${model} in the project ${project}`, ranMs: minutes(41), isRunaway: false },
      {
        principal: `dbt-prod@${project}.iam.gserviceaccount.com`,
        query: 'CREATE OR REPLACE TABLE marts.fct_orders AS SELECT * FROM staging.stg_orders',
      },
    ),
  ];
}

function inDataFusion({ dataFusion }: EngineStandIns): readonly Playing[] {
  const [project, location, instance, pipeline] = ['ingest-prod', 'europe-west3', 'etl-prod', 'orders-hourly'];
  dataFusion.addInstance({ project, location, id: instance, labels: { team: 'ingest' } });
  const add = (run: string, ranMs: number, isRunaway: boolean): Playing => {
    const waitsMs = minutes(4);
    dataFusion.addRun({ id: run, instance, pipeline, agoMs: ranMs + waitsMs, waitsMs, stopsMs: 700 });
    return {
      engine: 'data-fusion',
      service: 'Data Fusion',
      called: `run ${run} of the pipeline ${pipeline} in the instance ${instance}`,
      target: `data-fusion:${project}/${location}`,
      id: `pipeline/${instance}/default/${pipeline}/${run}`,
      ranMs,
      isRunaway,
      state: () => dataFusion.statusOf(run) ?? 'UNKNOWN',
      stopped: 'KILLED',
    };
  };
  return [
    add('cad83d45-ecfb-4bf8-8cdb-4928a5601b0e', minutes(190), true),
    add('0ce13912-e980-41e4-a7d7-8cae4cfd0e64', minutes(9), false),
  ];
}

function inDataProc({ yandex }: EngineStandIns): readonly Playing[] {
  const folder = 'b1gshopdata';
  const [playground, nightly] = ['c9qplayground0', 'c9qnightly00000'];
  yandex.addCluster({ id: playground, folder, name: 'playground', labels: { team: 'data-science' } });
  yandex.addCluster({ id: nightly, folder, name: 'nightly', labels: { team: 'ingest' } });
  const add = (cluster: string, spec: { readonly id: string; readonly name: string }, told: Told): Playing => {
    yandex.addJob({
      cluster,
      ...spec,
      kind: 'pyspark',
      createdBy: 'ajepeople4f7qn',
      startedAgoMs: told.ranMs,
      cancelTakesMs: 600,
    });
    const state = () => wordIn(yandex.job(cluster, spec.id));
    const target = `yandex-data-proc:${folder}`;
    return { engine: 'yandex-data-proc', service: 'Data Proc', target, state, stopped: 'CANCELLED', ...told };
  };
  const forgotten = { id: 'c9qfeatures7k2', name: 'features-try-3' };
  const load = { id: 'c9qloadorders1', name: 'load-orders' };
  const told = (cluster: string, name: string, job: string): Pick<Told, 'id' | 'called'> => ({
    id: `${cluster}/${job}`,
    called: `pyspark job ${job} on the cluster ${name}`,
  });
  return [
    add(playground, forgotten, {
      ...told(playground, 'playground', forgotten.id),
      ranMs: minutes(383),
      isRunaway: true,
    }),
    add(nightly, load, { ...told(nightly, 'nightly', load.id), ranMs: minutes(295), isRunaway: false }),
  ];
}

function inDli({ dli }: EngineStandIns): readonly Playing[] {
  const project = '6f2a90c1';
  const add: Add<{
    readonly owner: string;
    readonly queue: string;
    readonly type: string;
    readonly statement: string;
  }> = (told, spec) => {
    dli.addSqlJob({ project, id: told.id, startedAgoMs: told.ranMs, cancelTakesMs: 500, inputSize: 9e12, ...spec });
    const state = () => wordIn(dli.job(project, told.id));
    return { engine: 'dli', service: 'DLI', target: `dli:otc/eu-de/${project}`, state, stopped: 'CANCELLED', ...told };
  };
  const [runaway, load] = ['208b08d4-0dc2-4dd7-8879-ddd4c020d7aa', '5a7d0c3e-3f8b-4f0e-9d55-0b1c7e6a2f10'];
  const select = 'SELECT * FROM sales.orders o JOIN sales.customers c ON o.region = c.region';
  return [
    add(
      { id: runaway, called: `SQL job ${runaway} in the queue shared`, ranMs: minutes(94), isRunaway: true },
      { owner: 'lena.vogt', queue: 'shared', type: 'QUERY', statement: select },
    ),
    add(
      { id: load, called: `SQL job ${load} in the queue nightly`, ranMs: minutes(170), isRunaway: false },
      {
        owner: 'loader',
        queue: 'nightly',
        type: 'INSERT',
        statement: 'INSERT INTO sales.daily SELECT * FROM sales.raw',
      },
    ),
  ];
}

/** Adds two jobs to each engine as of now: one that is over its limit, and one that has to be left alone. All are made up. */
export function playAll(cloud: LocalCloud, engines: EngineStandIns): readonly Playing[] {
  return [...inBigQuery(cloud), ...inDataFusion(engines), ...inDataProc(engines), ...inDli(engines)];
}

const cancels: Readonly<Record<EngineName, RegExp>> = {
  bigquery: /^POST .*\/cancel$/,
  'data-fusion': /^POST .*(?:\/stop|:cancel)$/,
  'yandex-data-proc': /^POST .*:cancel$/,
  dli: /^DELETE /,
};

/** The cancels that arrived at the stand-ins so far, as `POST /path`, by engine. */
export function cancelsAt(
  { bigquery }: LocalCloud,
  { dataFusion, yandex, dli }: EngineStandIns,
): Readonly<Record<EngineName, readonly string[]>> {
  const of = (engine: EngineName, requests: readonly string[]) => requests.filter((one) => cancels[engine].test(one));
  return {
    bigquery: of(
      'bigquery',
      bigquery.requests.map(({ method, path }) => `${method} ${path}`),
    ),
    'data-fusion': of('data-fusion', dataFusion.requests),
    'yandex-data-proc': of(
      'yandex-data-proc',
      yandex.requests.map(({ method, target }) => `${method} ${target}`),
    ),
    dli: of(
      'dli',
      dli.requests.map(({ method, target }) => `${method} ${target}`),
    ),
  };
}
