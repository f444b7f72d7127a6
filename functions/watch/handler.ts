import { randomUUID } from 'node:crypto';
import type { Request, Response } from '@google-cloud/functions-framework';
import { engines, type Engine } from '../../shared/engines/index.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import type { EngineName } from '../../shared/jobs/job.ts';
import type { Log } from '../log.ts';
import type { WatchSettings } from '../settings.ts';
import type { Summary } from './summary.ts';
import { sweep } from './watch.ts';
import type { World } from './world.ts';

/** Opens engines as policies name them, each once per instance. One that cannot be opened is left out and logged. */
export function engineOpener(settings: WatchSettings, log: Log): World['engines'] {
  const made = new Map<EngineName, Promise<Engine>>();
  const make = async (name: EngineName) =>
    (await engines[name]())({ endpoint: settings.bigqueryEndpoint, now: Date.now });
  const open = async (name: EngineName): Promise<readonly [EngineName, Engine][]> => {
    const engine = made.get(name) ?? make(name);
    made.set(name, engine);
    try {
      return [[name, await engine]];
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      log({ severity: 'ERROR', message: error.message, error });
      return [];
    }
  };
  return async (names) => {
    const opened = (await Promise.all(names.map(open))).flat();
    return {
      sources: Object.fromEntries(opened.map(([name, { source }]) => [name, source])),
      cancellers: Object.fromEntries(opened.map(([name, { canceller }]) => [name, canceller])),
    };
  };
}

/** The name of a sweep: the minute that the scheduler asked for, where it says so, and something that is never the same. */
function sweepIdOf(request: Request, nowMs: number): string {
  const scheduled = request.get('x-cloudscheduler-scheduletime');
  const minute =
    scheduled !== undefined && /^[\w:.+-]{10,40}$/.test(scheduled) ? scheduled : new Date(nowMs).toISOString();
  return `${minute}-${randomUUID().slice(0, 8)}`;
}

/**
 * Answers a POST of the scheduler with one sweep and its summary: 200, or 500 when nothing could be judged. A call while
 * a sweep is under way in this instance is answered with 409 and does nothing.
 */
export function watchHandler(world: World) {
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
    try {
      underWay = sweep(world, sweepIdOf(request, world.clock.now()));
      const summary = await underWay;
      response.status(summary.status === 'failed' ? 500 : 200).json(summary);
    } catch (error) {
      world.log({ severity: 'CRITICAL', message: `The sweep broke off: ${String(error)}`, error });
      response.status(500).json({ error: 'The sweep broke off; see the log.' });
    } finally {
      underWay = undefined;
    }
  };
}
