import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { engines } from '../../shared/engines/index.ts';
import { engineNames } from '../../shared/jobs/job.ts';

/** Which packages, and which of our engines' files, a fresh process has loaded after running some code. */
async function loadedBy(
  code: string,
): Promise<{ readonly packages: readonly string[]; readonly ours: readonly string[] }> {
  const script = `
    import { createRequire, registerHooks } from 'node:module';
    const ours = [];
    const load = (url, context, next) => {
      const name = /shared\\/engines\\/([a-z-]+)\\.ts$/.exec(url)?.[1];
      if (name !== undefined && !['index', 'engine', 'list', 'course'].includes(name)) ours.push(name);
      return next(url, context);
    };
    registerHooks({ load });
    const { engines } = await import('./shared/engines/index.ts');
    ${code}
    const cached = Object.keys(createRequire(import.meta.url).cache);
    const packages = cached.map((file) => /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]);
    console.log(JSON.stringify({ packages, ours }));`;
  const options = { cwd: new URL('../..', import.meta.url) };
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, options);
  return JSON.parse(stdout);
}

describe('the registry of engines', () => {
  it('knows every engine that a policy may name', () => {
    expect(Object.keys(engines)).toEqual([...engineNames]);
  });

  it.each(engineNames)('opens %s', async (name) => {
    expect(await engines[name]({ now: Date.now })).toMatchObject({ source: { engine: name }, canceller: {} });
  });

  it('loads no client library before the first call', async () => {
    const opening = "await Promise.all(['bigquery', 'data-fusion'].map((name) => engines[name]({ now: Date.now })));";
    expect((await loadedBy(opening)).packages).toEqual([]);
  });

  it('loads the official client with the first call', async () => {
    const call = `
      const options = { now: Date.now, bigquery: { endpoint: 'http://127.0.0.1:1' } };
      const { source } = await engines.bigquery(options);
      const ref = { engine: 'bigquery', target: 't', project: 'p', location: 'EU', id: 'j' };
      const budget = { untilMs: Date.now() + 400, signal: new AbortController().signal };
      await source.get(ref, budget).catch(() => undefined);`;
    expect((await loadedBy(call)).packages).toContain('@google-cloud/bigquery');
  });

  it('loads no other engine in a watch whose policy names BigQuery targets only', async () => {
    const opening = (names: string) => `
      const { engineOpener } = await import('./functions/watch/handler.ts');
      await engineOpener({ engines: {} }, console.error)(${names});`;
    expect((await loadedBy(opening("['bigquery']"))).ours).toEqual(['bigquery']);
    expect((await loadedBy(opening("['bigquery', 'dli']"))).ours).toEqual(expect.arrayContaining(['bigquery', 'dli']));
  });
});
