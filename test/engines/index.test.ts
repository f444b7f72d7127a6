import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { engines } from '../../shared/engines/index.ts';
import { EngineError } from '../../shared/engines/engine.ts';
import { engineNames } from '../../shared/jobs/job.ts';

/** What a fresh process has loaded of the outside world after running some code. */
async function loadedBy(code: string): Promise<string[]> {
  const script = `
    import { createRequire } from 'node:module';
    import { engines } from './shared/engines/index.ts';
    ${code}
    const cached = Object.keys(createRequire(import.meta.url).cache);
    console.log(JSON.stringify(cached.map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1])));`;
  const options = { cwd: new URL('../..', import.meta.url) };
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout);
}

describe('the registry of engines', () => {
  it('knows every engine that a policy may name', () => {
    expect(Object.keys(engines)).toEqual([...engineNames]);
  });

  it('opens BigQuery', async () => {
    const make = await engines.bigquery();
    expect(make({ now: Date.now })).toMatchObject({ source: { engine: 'bigquery' }, canceller: {} });
  });

  it.each(['data-fusion', 'yandex-data-proc', 'dli'] as const)('says that %s is not in this version', async (name) => {
    await expect(engines[name]()).rejects.toThrow(EngineError);
    await expect(engines[name]()).rejects.toThrow(`[${name}] this engine is not in this version`);
  });

  it('loads no client library before the first call', async () => {
    expect(await loadedBy('(await engines.bigquery())({ now: Date.now });')).toEqual([]);
  });

  it('loads the official client with the first call', async () => {
    const call = `
      const { source } = (await engines.bigquery())({ now: Date.now, endpoint: 'http://127.0.0.1:1' });
      const ref = { engine: 'bigquery', target: 't', project: 'p', location: 'EU', id: 'j' };
      const budget = { untilMs: Date.now() + 400, signal: new AbortController().signal };
      await source.get(ref, budget).catch(() => undefined);`;
    expect(await loadedBy(call)).toContain('@google-cloud/bigquery');
  });
});
