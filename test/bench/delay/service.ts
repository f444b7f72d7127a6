import { sweepTimes } from '../../../functions/watch/clock.ts';
import type { Canceller, CallBudget, JobSource, Page } from '../../../shared/engines/engine.ts';
import { EngineError } from '../../../shared/engines/engine.ts';
import type { Job } from '../../../shared/jobs/job.ts';
import type { VirtualClock } from '../../watch/virtual-clock.ts';
import type { Random } from '../random.ts';
import { listingTook, stopsAfterMs, takes } from './assumptions.ts';
import { recordOf, type Runaway } from './crowd.ts';

/** What runs the jobs, in virtual time: each request takes its time, and is answered with what was so when it arrived. */
export interface Service {
  readonly source: JobSource;
  readonly canceller: Canceller;
  /** When the first cancel of a job was accepted, by its id. */
  readonly acceptedAtMs: ReadonlyMap<string, number>;
  /** Looks that a plain cron would not have asked for: those at jobs that are only near a limit. */
  extraLooks(): number;
  /** A sweep begins. */
  begins(): void;
}

const late = () => new EngineError('bigquery', 'the time is up', { failure: 'timeout', retryable: true });

/** Opens a service that runs these jobs. What they have used is told `lagMs` late. */
export function openService(
  crowd: readonly Runaway[],
  { clock, random, lagMs }: { clock: VirtualClock; random: Random; lagMs: number },
): Service {
  const byId = new Map(crowd.map((one) => [one.id, one]));
  const acceptedAtMs = new Map<string, number>();
  let extraLooks = 0;
  let beganAtMs = 0;
  const stoppedAtMs = (id: string) => {
    const acceptedMs = acceptedAtMs.get(id);
    return acceptedMs === undefined ? undefined : acceptedMs + stopsAfterMs;
  };
  const record = (one: Runaway): Job | undefined =>
    recordOf(one, clock.now(), { lagMs, stoppedAtMs: stoppedAtMs(one.id) });
  // As adapters do: nothing starts after its time, and what is under way goes on until it is called off.
  const takesMs = async (ms: number, budget: CallBudget): Promise<void> => {
    if (clock.now() >= budget.untilMs) throw late();
    await clock.wait(Math.round(ms), budget.signal);
    if (budget.signal.aborted) throw late();
  };
  async function* list(_: unknown, budget: CallBudget): AsyncGenerator<Page> {
    const took = listingTook(random);
    // Of all the pages some are asked for early and some late.
    const parts = 5;
    for (let part = 0; part < parts; part += 1) {
      const here = crowd.filter((_job, index) => index % parts === part);
      const jobs = here.flatMap((one) => record(one) ?? []).filter(({ state }) => state !== 'done');
      await takesMs(took / parts, budget);
      yield { jobs, unreachable: [], unreadable: [] };
    }
  }
  const get: JobSource['get'] = async ({ id }, budget) => {
    // Only a job that is near a limit is looked at until the last moment to cancel, and no later.
    if (budget.untilMs === beganAtMs + sweepTimes.cancelMs) extraLooks += 1;
    const one = byId.get(id);
    const ms = takes.get(random);
    await takesMs(ms / 2, budget);
    const found = one === undefined ? undefined : record(one);
    await clock.wait(Math.round(ms / 2), budget.signal);
    return found;
  };
  const cancel: Canceller['cancel'] = async (job, budget) => {
    await takesMs(takes.cancel(random), budget);
    if (!acceptedAtMs.has(job.id)) acceptedAtMs.set(job.id, clock.now());
    return { kind: 'accepted' };
  };
  return {
    source: { engine: 'bigquery', isPaced: true, list, get, activeChildren: async () => [] },
    canceller: { cancel },
    acceptedAtMs,
    extraLooks: () => extraLooks,
    begins: () => {
      beganAtMs = clock.now();
    },
  };
}
