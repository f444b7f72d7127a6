import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../shared/engines/engine.ts';
import type { JobRef } from '../../shared/jobs/job.ts';
import { engineNames } from '../../shared/jobs/job.ts';
import {
  createdAtMs,
  describeEngine,
  startedAtMs,
  type EngineWorld,
  type Known,
  type Trouble,
} from '../contracts/engine.ts';
import { json, serve, text, type Reply, type Server } from './scripted-bigquery.ts';

// Synthetic: the engine of shared/engines/README.md, which is added here exactly as it is written there.

const root = resolve(import.meta.dirname, '../..');
const readme = readFileSync(join(root, 'shared/engines/README.md'), 'utf8');
const blocks = [...readme.matchAll(/^ {3}```ts\n(.*?)^ {3}```$/gms)].map(([, code = '']) =>
  code.replaceAll(/^ {3}/gm, ''),
);
const [names = '', adapter = '', registry = ''] = blocks;
const folder = mkdtempSync(join(tmpdir(), 'jobwarden-example-engine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Puts the lines of a block where their comments say: at the beginning of that list. */
function enter(block: string): void {
  for (const [, list = '', file = '', line = ''] of block.matchAll(/^\/\/ (\w+) in (\S+)\n(.+)$/gm)) {
    const path = join(folder, 'shared', file);
    const before = readFileSync(path, 'utf8');
    const opening = new RegExp(String.raw`(?:const|interface) ${list}\b[^;{[]*[{[]`);
    const after = before.replace(opening, (found) => `${found}\n  ${line}`);
    expect(after, `${list} in ${file}`).not.toBe(before);
    writeFileSync(path, after);
  }
}

const words = {
  pending: 'QUEUED',
  running: 'RUNNING',
  stopping: 'RUNNING',
  done: 'ENDED',
  odd: 'HIBERNATING',
} as const;

const recordOf = ({ id, state, word }: Known, isStopped: boolean) => ({
  id,
  state: isStopped ? 'STOPPED' : (word ?? words[state]),
  created: new Date(createdAtMs).toISOString(),
  started: new Date(startedAtMs).toISOString(),
  owner: 'Ada@example.com',
});

const error = (code: number): Reply => json({ message: 'synthetic' }, code);
const inTrouble: Readonly<Record<Trouble, Reply>> = {
  unauthenticated: error(401),
  forbidden: error(403),
  unsupported: error(501),
  refused: error(400),
  throttled: error(429),
  'throttled for an hour': text('', 429, { 'retry-after': '3600' }),
  broken: error(503),
  reset: (_, response) => void response.socket?.resetAndDestroy(),
  hang: () => undefined,
  stall: (_, response) => void response.writeHead(200).write('{"jobs": ['),
  nonsense: text('<html>not an API</html>'),
};

async function makeExample(endpoint: string): Promise<Engine> {
  const engines = pathToFileURL(join(root, 'shared/engines')).href;
  const file = join(folder, 'example.ts');
  writeFileSync(
    file,
    adapter.replaceAll("from './", `from '${engines}/`).replaceAll("from '../", `from '${engines}/../`),
  );
  const module: unknown = await import(file);
  const make: unknown = Reflect.get(Object(module), 'example');
  if (typeof make !== 'function') throw new Error('the README exports no engine of that name');
  return Reflect.apply(make, undefined, [{ endpoint, now: Date.now, random: () => 0, requestTimeoutMs: 200 }]);
}

interface Jobs {
  readonly known: Map<string, Known>;
  readonly stopped: Set<string>;
  pages: readonly (readonly Known[])[];
  loop: boolean;
}

function answer(jobs: Jobs, { method, path, query }: Server['asked'][number]): Reply {
  if (path === '/jobs') {
    const index = Number(query.get('pageToken') ?? 0);
    const next = index + 1 < jobs.pages.length ? String(index + 1) : jobs.loop ? '1' : '';
    return json({ jobs: jobs.pages[index]?.map((one) => recordOf(one, false)), nextPageToken: next });
  }
  const [, id = '', cancel] = /^\/jobs\/([^/]*)(\/cancel)?$/.exec(path) ?? [];
  const job = jobs.known.get(decodeURIComponent(id));
  if (job === undefined) return error(404);
  if (cancel === undefined) return json(recordOf(job, jobs.stopped.has(job.id)));
  if (method !== 'POST' || job.state === 'done') return error(409);
  jobs.stopped.add(job.id);
  return json({});
}

async function exampleWorld(): Promise<EngineWorld> {
  const jobs: Jobs = { known: new Map(), stopped: new Set(), pages: [[]], loop: false };
  let ahead: { troubles: readonly Trouble[]; always: boolean } = { troubles: [], always: false };
  const server = await serve((asked, response) => {
    const [met, ...rest] = ahead.troubles;
    if (rest.length > 0 || !ahead.always) ahead = { ...ahead, troubles: rest };
    (met === undefined ? answer(jobs, asked) : inTrouble[met])(asked, response);
  });
  const refTo = (id: string): JobRef => Object({ engine: 'example', target: 'example:p', project: 'p', id });
  return {
    ...(await makeExample(server.url)),
    target: Object({ engine: 'example', name: 'example:p', project: 'p' }),
    shows: (pages, { loop = false } = {}) => void Object.assign(jobs, { pages, loop }),
    holds(job) {
      jobs.known.set(job.id, job);
      return refTo(job.id);
    },
    meets: (troubles, always = false) => void (ahead = { troubles, always }),
    requests: () => server.asked.length,
    cancelled: () => [...jobs.stopped],
    close: () => server.close(),
  };
}

describeEngine('the example of the README', exampleWorld, { unreachable: false, children: false });

describe('the README of the engines', () => {
  it('names every engine', () => {
    expect([...readme.matchAll(/\]\((\S+?)\.ts\)/g)].map(([, name]) => name)).toEqual(
      expect.arrayContaining([...engineNames]),
    );
  });

  it('adds an engine that compiles, in the lines that it says', { timeout: 60_000 }, async () => {
    for (const part of ['shared', 'tsconfig.json', 'package.json']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    enter(names);
    enter(registry);
    writeFileSync(join(folder, 'shared/engines/example.ts'), adapter);
    const config = { extends: './tsconfig.json', include: [], files: ['shared/engines/index.ts'] };
    writeFileSync(join(folder, 'tsconfig.example.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const run = promisify(execFile)(process.execPath, [tsc, '--noEmit', '-p', 'tsconfig.example.json'], {
      cwd: folder,
    });
    const said = await run.then(
      ({ stdout }) => stdout,
      (error: unknown) => String(Reflect.get(Object(error), 'stdout')),
    );
    expect(said).toBe('');
  });
});
