import { once } from 'node:events';
import { createServer } from 'node:http';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LogEntry } from '../../functions/log.ts';
import { readWatchSettings } from '../../functions/settings.ts';
import { watchHandler } from '../../functions/watch/handler.ts';
import { heartbeatTo } from '../../functions/watch/heartbeat.ts';
import type { World } from '../../functions/watch/world.ts';
import { aJob, hours } from '../make.ts';
import { aWorld, type Given } from './a-world.ts';

const secret = '/ping/5f3a-not-a-real-one';

/** A dead-man's switch: answers with the status, or never with 0. */
async function aSwitch(status: number) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      heard.push(`${request.method} ${request.url} ${body}`.trim());
      if (status === 302) response.setHeader('location', '/elsewhere');
      if (status !== 0) response.writeHead(status).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the switch has no port');
  return { heard, host: `127.0.0.1:${address.port}`, url: `http://127.0.0.1:${address.port}${secret}` };
}

let served = 0;
async function sweepOnce(world: World) {
  served += 1;
  http(`heart-${served}`, watchHandler(world));
  const server = getTestServer(`heart-${served}`).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('the server has no port');
  const { status } = await fetch(`http://127.0.0.1:${at.port}/`, { method: 'POST', headers: { connection: 'close' } });
  server.close();
  return status;
}

async function sweepWith(given: Given, url: string, change: (world: World) => World = (world) => world) {
  const { world, log } = aWorld(given);
  const said: LogEntry[] = [];
  const heartbeat = heartbeatTo(url, (entry) => said.push(entry));
  const status = await sweepOnce(change({ ...world, heartbeat }));
  return { status, said, log };
}

describe('the heartbeat', () => {
  test('is sent at the end of a sweep, also of one that is only degraded', async () => {
    const outside = await aSwitch(200);
    const { status, said } = await sweepWith({ jobs: [aJob({ runTimeMs: hours(1) })] }, outside.url);
    expect([status, outside.heard, said]).toEqual([200, [`POST ${secret}`], []]);
  });

  test('says that a sweep failed, and of what only the name of the sweep', async () => {
    const outside = await aSwitch(200);
    const failing: Given['engines'] = async () => ({ sources: {}, cancellers: {} });
    const { status } = await sweepWith({ engines: failing }, outside.url);
    expect(status).toBe(500);
    expect(outside.heard).toEqual([expect.stringMatching(/^POST \S+\/fail The sweep \S+ could judge nothing; /)]);
  });

  test('says that a sweep broke off', async () => {
    const outside = await aSwitch(200);
    const broken = async () => Promise.reject(new Error('[ledger] secret words'));
    const { status } = await sweepWith({}, outside.url, (world) => ({
      ...world,
      ledger: { ...world.ledger, read: broken },
    }));
    expect(status).toBe(500);
    expect(outside.heard).toEqual([
      expect.stringMatching(/^POST \S+\/fail The sweep \S+ broke off; its log says why\.$/),
    ]);
  });

  test.each([
    ['is refused', 500, 'was refused by HOST: HTTP 500.'],
    ['would go elsewhere', 302, 'did not reach HOST: TypeError.'],
    ['is not heard', 0, 'did not reach HOST: no answer within 100 ms.'],
  ])('that %s is logged without its address, and the sweep is as good as before', async (_, answer, says) => {
    const outside = await aSwitch(answer);
    const { status, said } = await sweepWith({}, outside.url, (world) => ({
      ...world,
      heartbeat: (ended) => world.heartbeat?.({ ...ended, withinMs: 100 }) ?? Promise.resolve(),
    }));
    expect(status).toBe(200);
    expect(said.map(({ message }) => message.replace(outside.host, 'HOST'))).toEqual([`The heartbeat ${says}`]);
    expect(JSON.stringify(said)).not.toContain(secret);
  });

  test('never waits longer than three seconds, however much time is left', async () => {
    const outside = await aSwitch(0);
    const said: LogEntry[] = [];
    await heartbeatTo(outside.url, (entry) => said.push(entry))({ withinMs: 60_000 });
    expect(said.map(({ message }) => message)).toEqual([
      `The heartbeat did not reach ${outside.host}: no answer within 3000 ms.`,
    ]);
  }, 15_000);
});

describe('the setting', () => {
  const others = { JOBWARDEN_POLICY: 'p.yaml', JOBWARDEN_TOPIC: 'projects/p/topics/t' };
  const cloud = {
    ...others,
    JOBWARDEN_POLICY: 'gs://policies/p.yaml',
    JOBWARDEN_STATE: 'gs://state',
    JOBWARDEN_CALLER: 'a@example.com',
    JOBWARDEN_AUDIENCE: 'https://example.com/',
    K_SERVICE: 'watch',
  };

  test('may be left out, and on a laptop may be plain HTTP', () => {
    expect(readWatchSettings(others)).toMatchObject({ heartbeatUrl: undefined });
    const heartbeatUrl = 'http://127.0.0.1:8/x';
    expect(readWatchSettings({ ...others, JOBWARDEN_HEARTBEAT_URL: heartbeatUrl })).toMatchObject({ heartbeatUrl });
    expect(readWatchSettings(cloud)).toMatchObject({ heartbeatUrl: undefined });
  });

  test('is https in the cloud, and is never shown', () => {
    const found = readWatchSettings({ ...cloud, JOBWARDEN_HEARTBEAT_URL: `http://example.com${secret}` });
    expect(found).toEqual([expect.objectContaining({ code: 'setting-wrong', where: 'JOBWARDEN_HEARTBEAT_URL' })]);
    expect(JSON.stringify(found)).toMatch(/is a value, which cannot be used.*begins with https/);
    expect(JSON.stringify(found)).not.toContain(secret);
  });
});
