import { yandexDataProc } from '../../../shared/engines/yandex-data-proc.ts';
import { createdAtMs, startedAtMs, type EngineWorld, type Known } from '../../contracts/engine.ts';
import { json, serve, type Reply } from '../scripted-bigquery.ts';
import { script, troublesOf, type Script } from '../scripted-troubles.ts';

const codes: Readonly<Record<number, number>> = { 400: 9, 401: 16, 403: 7, 404: 5, 429: 8, 501: 12, 503: 14 };
const errorOf = (status: number) => ({ code: codes[status], message: `synthetic ${status}`, details: [] });
const troubles = troublesOf(errorOf);
const notFound = json(errorOf(404), 404);

const words = {
  pending: 'PENDING',
  running: 'RUNNING',
  done: 'DONE',
  stopping: 'CANCELLING',
  odd: 'HIBERNATING',
};

/** A synthetic record in the shape of the API. */
function recordOf(job: Known, status = job.word ?? words[job.state]) {
  return {
    id: job.id,
    clusterId: 'c',
    createdAt: `${new Date(createdAtMs).toISOString().slice(0, -1)}123456Z`,
    ...(status !== 'PENDING' && { startedAt: new Date(startedAtMs).toISOString() }),
    name: job.id,
    createdBy: 'aje0subject',
    status,
    sparkJob: {},
  };
}

function pageAt({ listed: { pages, loop } }: Script, token: string | null): Reply {
  const index = Number(token ?? 0);
  const next = index < pages.length - 1 ? String(index + 1) : loop ? '1' : '';
  return json({ jobs: pages[index]?.map((job) => recordOf(job)), nextPageToken: next });
}

function aboutJob({ jobs, stopped }: Script, name: string, cancels: boolean): Reply {
  const job = jobs.get(decodeURIComponent(name));
  if (job === undefined) return notFound;
  const record = recordOf(job, stopped.has(job.id) ? 'CANCELLED' : undefined);
  if (!cancels) return json(record);
  if (record.status !== 'RUNNING' && record.status !== 'PENDING') return json(errorOf(400), 400);
  stopped.add(job.id);
  return json({ id: 'op', done: false, metadata: { clusterId: 'c', jobId: job.id } });
}

/** Yandex Data Proc with a scripted service behind it: a folder `f` with one cluster `c`. */
export async function yandexWorld(): Promise<EngineWorld> {
  const told = script();
  let tokens = 0;
  let asides = 0;
  const cluster = { id: 'c', folderId: 'f', zoneId: 'ru-central1-a', status: 'RUNNING', labels: { env: 'prod' } };
  const server = await serve((asked, response) => {
    const { method, path, query } = asked;
    const send = (reply: Reply): void => reply(asked, response);
    if (path.startsWith('/computeMetadata/')) {
      asides += 1;
      return send(json({ access_token: `t1.${(tokens += 1)}`, expires_in: 43_200, token_type: 'Bearer' }));
    }
    const met = told.trouble();
    if (met !== undefined) return send(troubles[met]);
    if (path === '/dataproc/v1/clusters') return send(json({ clusters: [cluster] }));
    if (path === '/dataproc/v1/clusters/c') return send(json(cluster));
    const [, rest, name = ''] = /^\/dataproc\/v1\/clusters\/c(\/jobs)(?:\/([^/]*))?$/.exec(path) ?? [];
    if (rest === undefined) return send(notFound);
    if (name === '') return send(pageAt(told, query.get('pageToken')));
    const cancels = method === 'POST' && name.endsWith(':cancel');
    return send(aboutJob(told, cancels ? name.slice(0, -':cancel'.length) : name, cancels));
  });
  const engine = yandexDataProc({
    endpoint: server.url,
    credentials: 'metadata',
    now: Date.now,
    random: () => 0,
    requestTimeoutMs: 200,
  });
  return {
    ...engine,
    target: { engine: 'yandex-data-proc', name: 'yandex-data-proc:f', project: 'f' },
    idOf: (name) => `c/${name}`,
    shows: (pages, about = {}) => void (told.listed = { pages, ...about }),
    holds(job) {
      told.jobs.set(job.id, job);
      const target = 'yandex-data-proc:f';
      return { engine: 'yandex-data-proc', target, project: 'f', location: 'ru-central1-a', id: `c/${job.id}` };
    },
    meets: told.meets,
    requests: () => server.asked.length - asides,
    cancelled: () => [...told.stopped],
    close: () => server.close(),
  };
}
