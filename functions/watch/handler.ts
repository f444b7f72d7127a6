import { randomUUID } from 'node:crypto';
import type { Request, Response } from '@google-cloud/functions-framework';
import { engines } from '../../shared/engines/index.ts';
import type { Engine } from '../../shared/engines/engine.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { meter } from '../../shared/engines/http/meter.ts';
import type { EngineName } from '../../shared/jobs/job.ts';
import type { Log } from '../log.ts';
import type { WatchSettings } from '../settings.ts';
import { sweepTimes } from './clock.ts';
import { coordinate, type Sharing } from './coordinate.ts';
import type { Summary } from './summary.ts';
import { sweep } from './watch.ts';
import type { World } from './world.ts';

/** Opens engines as policies name them, each once per instance. One that cannot be opened fails with its sentence, and is tried anew. */
export function engineOpener(settings: Pick<WatchSettings, 'engines'>, log: Log): World['engines'] {
  const made = new Map<EngineName, Promise<Engine>>();
  const counted = meter();
  const open = async (name: EngineName): Promise<readonly [EngineName, Engine]> => {
    const opening = made.get(name) ?? engines[name]({ ...settings.engines, now: Date.now, meter: counted });
    made.set(name, opening);
    try {
      return [name, await opening];
    } catch (cause) {
      made.delete(name);
      const error = cause instanceof EngineError ? cause : couldNotOpen(name, cause);
      log({ severity: 'ERROR', message: error.message, error });
      return [name, failing(name, error)];
    }
  };
  return async (names) => {
    const opened = await Promise.all(names.map(open));
    return {
      sources: Object.fromEntries(opened.map(([name, { source }]) => [name, source])),
      cancellers: Object.fromEntries(opened.map(([name, { canceller }]) => [name, canceller])),
      traffic: () => counted.traffic(),
    };
  };
}

function couldNotOpen(name: EngineName, cause: unknown): EngineError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new EngineError(name, `the engine could not be opened: ${why}`, {
    failure: 'rejected',
    retryable: false,
    cause,
  });
}

/** Stands for an engine that could not be opened: its targets fail with the reason, and the others go on. */
function failing(engine: EngineName, error: EngineError): Engine {
  const fails = (): Promise<never> => Promise.reject(error);
  const list = () => ({ [Symbol.asyncIterator]: () => ({ next: fails }) });
  return { source: { engine, list, get: fails, activeChildren: fails }, canceller: { cancel: fails } };
}

/** The name of a sweep: the minute that the scheduler asked for, where it says so, and something that is never the same. */
function sweepIdOf(request: Request, nowMs: number): string {
  const scheduled = request.get('x-cloudscheduler-scheduletime');
  const minute =
    scheduled !== undefined && /^[\w:.+-]{10,40}$/.test(scheduled) ? scheduled : new Date(nowMs).toISOString();
  return `${minute}-${randomUUID().slice(0, 8)}`;
}

/** Before the answer: after it the function has no processor any more. What is told outside names nothing but the sweep. */
async function heartbeatOf({ heartbeat }: World, { status, sweepId, tookMs }: Summary): Promise<void> {
  const withinMs = Math.max(500, sweepTimes.recordMs + 500 - tookMs);
  const failed = status === 'failed' ? { failed: `The sweep ${sweepId} could judge nothing; its log says why.` } : {};
  await heartbeat?.({ ...failed, withinMs });
}

async function sweepOf(world: World, sharingOf: () => Promise<Sharing | undefined>, sweepId: string): Promise<Summary> {
  const sharing = await sharingOf();
  return sharing === undefined ? sweep(world, sweepId) : coordinate(world, sharing, sweepId);
}

/**
 * Answers a POST of the scheduler with one sweep and its summary: 200, or 500 when nothing could be judged. A call while
 * a sweep is under way in this instance is answered with 409 and does nothing. With what `sharingOf` gives, large sweeps are shared out.
 */
export function watchHandler(world: World, sharingOf: () => Promise<Sharing | undefined> = async () => undefined) {
  let underWay: Promise<Summary> | undefined;
  return async (request: Request, response: Response): Promise<void> => {
    if (request.method !== 'POST') {
      response.set('Allow', 'POST').status(405).json({ error: 'A sweep is asked for with POST.' });
      return;
    }
    if (underWay !== undefined) {
      response.status(409).json({ error: 'A sweep is under way in this instance; the next one looks again.' });
      return;
    }
    const sweepId = sweepIdOf(request, world.clock.now());
    try {
      underWay = sweepOf(world, sharingOf, sweepId);
      const summary = await underWay;
      underWay = undefined;
      await heartbeatOf(world, summary);
      response.status(summary.status === 'failed' ? 500 : 200).json(summary);
    } catch (error) {
      underWay = undefined;
      world.log({ severity: 'CRITICAL', message: `The sweep broke off: ${String(error)}`, error });
      await world.heartbeat?.({ failed: `The sweep ${sweepId} broke off; its log says why.` });
      response.status(500).json({ error: 'The sweep broke off; see the log.' });
    }
  };
}
