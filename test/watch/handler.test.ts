import { once } from 'node:events';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { engineSettings } from '../../functions/settings.ts';
import { engineOpener, watchHandler } from '../../functions/watch/handler.ts';
import type { LogEntry } from '../../functions/log.ts';
import { startWatch } from '../../functions/watch/start.ts';
import type { World } from '../../functions/watch/world.ts';
import { listAll } from '../../shared/engines/list.ts';
import type { PolicyState } from '../../shared/policy/source.ts';
import { aJob, hours } from '../make.ts';
import { logInto } from '../secrets/listen.ts';
import { aWorld } from './a-world.ts';
import { engineError } from './memory-engine.ts';

const runaway = aJob({ runTimeMs: hours(1) });
const open: (() => Promise<void>)[] = [];
let functions = 0;

afterEach(async () => {
  await Promise.all(open.splice(0).map((close) => close()));
});

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Serves `watch` as the Functions Framework does, on a free port. */
async function serve(world: World) {
  functions += 1;
  http(`watch-${functions}`, watchHandler(world));
  const server = getTestServer(`watch-${functions}`).listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.close();
    await once(server, 'close');
  });
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the server has no port');
  return async ({ method = 'POST', headers = {}, ...rest }: Asked = {}) => {
    const init = { method, headers: { connection: 'close', ...headers }, ...rest };
    const answer = await fetch(`http://127.0.0.1:${at.port}/`, init);
    const body: unknown = await answer.json();
    return { status: answer.status, headers: answer.headers, body };
  };
}

/** A world whose policy is read when the test says so. */
function aGate() {
  const { world } = aWorld({ jobs: [runaway] });
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let sweeps = 0;
  const policy = {
    current: async (): Promise<PolicyState> => {
      sweeps += 1;
      await gate;
      return world.policy.current();
    },
  };
  return { world: { ...world, policy }, release: () => release(), sweeps: () => sweeps };
}

describe('watch over HTTP', () => {
  test('answers a POST with the summary of a sweep', async () => {
    const { world } = aWorld({ jobs: [runaway] });
    const call = await serve(world);
    const { status, body } = await call();
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'ok', mode: 'enforce', jobsSeen: 1, outcomes: { cancelled: 1 } });
  });

  test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('refuses %s, and does nothing', async (method) => {
    const world = aWorld({ jobs: [runaway] });
    const call = await serve(world.world);
    const { status, headers, body } = await call({ method });
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    expect(body).toEqual({ error: 'A sweep is asked for with POST.' });
    expect(world.journal).toEqual([]);
  });

  test('answers 409 to a second call while a sweep is under way, which does nothing', async () => {
    const gate = aGate();
    const call = await serve(gate.world);
    const first = call();
    await expect.poll(gate.sweeps).toBe(1);
    const second = await call();
    expect(second).toMatchObject({ status: 409, body: { error: expect.stringMatching(/under way/) } });
    gate.release();
    expect(await first).toMatchObject({ status: 200, body: { outcomes: { cancelled: 1 } } });
    expect(gate.sweeps()).toBe(1);
    expect((await call()).status).toBe(200);
  });

  test('answers 500 with the summary when nothing could be judged, so that the scheduler sees a failure', async () => {
    const call = await serve(aWorld({ states: [{ standing: 'none', problems: [], changed: false }] }).world);
    expect(await call()).toMatchObject({ status: 500, body: { status: 'failed', troubles: [expect.any(String)] } });
  });

  test('answers 200 when only something went wrong', async () => {
    const world = aWorld();
    world.engine.target('bigquery:finance-prod', { fails: engineError('503') });
    const call = await serve(world.world);
    expect(await call()).toMatchObject({ status: 200, body: { status: 'degraded' } });
  });

  test('answers 500 and says nothing of the inside when a sweep breaks off, and the next call is served', async () => {
    const { world } = aWorld({ jobs: [runaway] });
    const log: LogEntry[] = [];
    let isBroken = true;
    const engines: World['engines'] = async (names) => {
      if (isBroken) throw new TypeError('inside out');
      return world.engines(names);
    };
    const call = await serve({ ...world, engines, log: logInto(log) });
    const { status, body } = await call();
    expect([status, body]).toEqual([500, { error: 'The sweep broke off; see the log.' }]);
    expect(log).toEqual([
      { severity: 'CRITICAL', message: 'The sweep broke off: TypeError: inside out', error: expect.any(TypeError) },
    ]);
    isBroken = false;
    expect((await call()).status).toBe(200);
  });

  test('names the sweep after the minute that the scheduler asked for', async () => {
    const call = await serve(aWorld().world);
    const at = '2026-03-11T10:01:00Z';
    const { body } = await call({ method: 'POST', headers: { 'x-cloudscheduler-scheduletime': at } });
    expect(body).toMatchObject({ sweepId: expect.stringMatching(new RegExp(`^${at}-[0-9a-f]{8}$`)) });
  });

  test.each(['', '<script>', 'x'.repeat(400)])('does not repeat what no scheduler says: %j', async (said) => {
    const call = await serve(aWorld().world);
    const { body } = await call({ method: 'POST', headers: { 'x-cloudscheduler-scheduletime': said } });
    expect(body).toMatchObject({ sweepId: expect.stringMatching(/^2026-03-11T10:00:00\.000Z-[0-9a-f]{8}$/) });
  });

  test('gives two sweeps of one minute two names', async () => {
    const call = await serve(aWorld().world);
    const headers = { 'x-cloudscheduler-scheduletime': '2026-03-11T10:01:00Z' };
    const names = [await call({ method: 'POST', headers }), await call({ method: 'POST', headers })].map(
      ({ body }) => Object(body).sweepId,
    );
    expect(new Set(names).size).toBe(2);
  });

  test('takes no heed of a body', async () => {
    const call = await serve(aWorld().world);
    const headers = { 'content-type': 'application/json' };
    expect((await call({ method: 'POST', headers, body: '{"mode":"enforce"}' })).status).toBe(200);
  });
});

const settings = {
  mode: 'observe',
  policyFile: '/nowhere/policy.yaml',
  topic: 'projects/none/topics/none',
  source: '//jobwarden/test',
  ownPrincipal: undefined,
  stop: undefined,
  state: '/nowhere/state',
  storageEndpoint: undefined,
  engines: engineSettings({
    BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:1',
    DATA_FUSION_EMULATOR_HOST: 'nowhere:// at all',
  }),
} as const;

describe('the engines of an instance', () => {
  test('are opened once each', async () => {
    const opener = engineOpener(settings, () => undefined);
    const [one, other] = [await opener(['bigquery']), await opener(['bigquery'])];
    expect(one.sources.bigquery).toBe(other.sources.bigquery);
    expect(Object.keys(one.cancellers)).toEqual(['bigquery']);
  });

  test('that cannot be opened fail with their sentence, are tried anew, and do not disturb the others', async () => {
    const log: LogEntry[] = [];
    const opener = engineOpener(settings, (entry) => void log.push(entry));
    const budget = { untilMs: Date.now() + 1000, signal: new AbortController().signal };
    const target = { engine: 'data-fusion', name: 'data-fusion:p/eu', project: 'p' } as const;
    const said = /^\[data-fusion\] the endpoint "nowhere:/;
    for (const times of [1, 2]) {
      const { sources, cancellers } = await opener(['data-fusion', 'bigquery']);
      expect(sources.bigquery?.engine).toBe('bigquery');
      const failed = [];
      for await (const news of listAll([target], sources, { budget, concurrency: 1 })) failed.push(news);
      expect(failed).toEqual([{ target, failed: expect.objectContaining({ message: expect.stringMatching(said) }) }]);
      const job = aJob({ engine: 'data-fusion' });
      await expect(cancellers['data-fusion']?.cancel(job, budget)).rejects.toThrow(said);
      const line = { severity: 'ERROR', message: expect.stringMatching(said), error: expect.any(Error) };
      expect(log).toEqual(Array.from({ length: times }, () => line));
    }
  });

  test('are not opened before the first request', () => {
    expect(startWatch(settings)).toBeTypeOf('function');
  });
});
