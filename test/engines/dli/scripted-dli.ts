import { dli } from '../../../shared/engines/dli.ts';
import { createdAtMs, type EngineWorld, type Known } from '../../contracts/engine.ts';
import { json, serve, type Reply } from '../scripted-bigquery.ts';
import { script, troublesOf, type Script } from '../scripted-troubles.ts';

const errorOf = (status: number) => ({ error_code: 'DLI.0999', error_msg: `synthetic ${status}` });
const troubles = troublesOf(errorOf);
const noObject = json({ error_code: 'DLI.0002', error_msg: 'There is no such job' }, 400);

const words = { pending: 'LAUNCHING', running: 'RUNNING', done: 'FINISHED', stopping: 'RUNNING', odd: 'HIBERNATING' };

/** A synthetic record in the shape of the API. */
function recordOf(job: Known, status = job.word ?? words[job.state]) {
  return {
    job_id: job.id,
    job_type: 'QUERY',
    queue_name: 'default',
    owner: 'ada',
    start_time: createdAtMs,
    duration: 1000,
    status,
    input_size: 0,
    statement: 'select 1',
  };
}

/** The scripted pages are those of the first listing; the service has 100 jobs on each, and only tells of some. */
function pageAt({ listed: { pages, loop } }: Script, page: number): Reply {
  const index = page < pages.length ? page : 1;
  const jobs = (pages[index] ?? []).map((job) => recordOf(job));
  return json({ is_success: true, message: '', job_count: loop ? 10_000 : pages.length * 100, jobs });
}

function aboutJob({ jobs, stopped }: Script, name: string, cancels: boolean): Reply {
  const job = jobs.get(decodeURIComponent(name));
  if (job === undefined) return noObject;
  const record = recordOf(job, stopped.has(job.id) ? 'CANCELLED' : undefined);
  if (!cancels) return json({ is_success: true, message: '', ...record });
  if (record.status !== 'RUNNING' && record.status !== 'LAUNCHING') return json(errorOf(400), 400);
  stopped.add(job.id);
  return json({ is_success: true, message: '' });
}

/** DLI with a scripted service behind it: project `p` of Open Telekom Cloud. */
export async function dliWorld(): Promise<EngineWorld> {
  const told = script();
  let tokens = 0;
  let asides = 0;
  const server = await serve((asked, response) => {
    const { method, path, query } = asked;
    const send = (reply: Reply): void => reply(asked, response);
    if (path === '/v3/auth/tokens') {
      asides += 1;
      response.setHeader('x-subject-token', `MII${(tokens += 1)}`);
      return send(json({ token: { expires_at: '2099-01-01T00:00:00.000000Z' } }, 201));
    }
    const met = told.trouble();
    if (met !== undefined) return send(troubles[met]);
    const isFirst = path === '/v1.0/p/jobs' && query.get('job-status') === 'LAUNCHING';
    if (isFirst) return send(pageAt(told, Number(query.get('current-page')) - 1));
    const [, name, status] = /^\/v1\.0\/p\/jobs\/([^/]*)(\/status)?$/.exec(path) ?? [];
    if (name !== undefined) return send(aboutJob(told, name, method === 'DELETE' && status === undefined));
    // The listings of other states follow the scripted one. They are empty, and not what the contract counts.
    asides += 1;
    return send(json({ is_success: true, job_count: 0, jobs: [], total: 0, sessions: [] }));
  });
  const target = 'dli:otc/eu-de/p';
  const engine = dli({
    endpoint: server.url,
    credentials: { otc: JSON.stringify({ user: 'watch', password: 'synthetic', domain: 'd' }) },
    now: Date.now,
    random: () => 0,
    requestTimeoutMs: 200,
  });
  return {
    ...engine,
    target: { engine: 'dli', name: target, project: 'p' },
    shows: (pages, about = {}) => void (told.listed = { pages, ...about }),
    holds(job) {
      told.jobs.set(job.id, job);
      return { engine: 'dli', target, project: 'p', location: 'eu-de', id: job.id };
    },
    meets: told.meets,
    requests: () => server.asked.length - asides,
    cancelled: () => [...told.stopped],
    close: () => server.close(),
  };
}
