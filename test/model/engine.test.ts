import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../../shared/jobs/job.ts';
import { createdAtMs, describeEngine, type EngineWorld, type Known, type Trouble } from '../contracts/engine.ts';
import { aJob } from '../make.ts';
import { stopsAfter } from '../watch/memory-engine.ts';
import { simEngine, type SimPage, type Way } from './engine.ts';
import { simService } from './service.ts';

// The engine of the model and of the soak keeps the promises that the real adapters keep.

const place = { target: 'bigquery:p', project: 'p', location: 'EU' };
const states = { pending: 'pending', running: 'running', stopping: 'running', done: 'done', odd: 'unknown' } as const;

function jobOf({ id, state, parentId }: Known): Job {
  const end = state === 'done' ? { end: { how: 'succeeded' as const } } : {};
  const times = { createdAtMs, startedAtMs: createdAtMs + 1000 };
  return aJob({
    ...place,
    ...times,
    id,
    state: states[state],
    ...(parentId === undefined ? {} : { parentId }),
    ...end,
  });
}

async function simWorld(): Promise<EngineWorld> {
  const service = simService(Date.now);
  let shown: { pages: readonly (readonly Known[])[]; unreachable?: readonly string[]; loop?: boolean } = {
    pages: [[]],
  };
  let ahead: { troubles: readonly Trouble[]; always: boolean } = { troubles: [], always: false };
  let requests = 0;
  const cancelled = new Set<string>();

  const pages = (_: unknown, token: string | undefined): SimPage => {
    const index = token === undefined ? 0 : Number(token);
    const isLast = index >= shown.pages.length - 1;
    const next = isLast ? (shown.loop === true ? '1' : undefined) : String(index + 1);
    return { jobs: (shown.pages[index] ?? []).map(jobOf), unreachable: shown.unreachable ?? [], next };
  };
  const way: Way = {
    clock: {
      now: Date.now,
      after: (ms) => AbortSignal.timeout(ms),
      wait: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => undefined),
    },
    meets: () => {
      const [next, ...rest] = ahead.troubles;
      if (rest.length > 0 || !ahead.always) ahead = { ...ahead, troubles: rest };
      return next;
    },
    before: async () => undefined,
    arrived: () => void (requests += 1),
    requestTimeoutMs: 200,
    random: () => 0,
    skewMs: () => 0,
    pages,
  };
  const engine = simEngine(service, way);
  return {
    source: engine.source,
    canceller: {
      cancel: async (job, budget) => {
        const answer = await engine.canceller.cancel(job, budget);
        if (answer.kind === 'accepted') cancelled.add(job.id);
        return answer;
      },
    },
    target: { engine: 'bigquery', name: place.target, project: place.project },
    shows: (given, about = {}) => void (shown = { pages: given, ...about }),
    holds: (known) => {
      service.put({ job: jobOf(known), onCancel: [stopsAfter(0)] });
      return { engine: 'bigquery', ...place, id: known.id };
    },
    meets: (troubles, always = false) => void (ahead = { troubles, always }),
    requests: () => requests,
    cancelled: () => [...cancelled],
    close: async () => undefined,
  };
}

describeEngine('the simulated engine', simWorld, { unreachable: true, children: true });
