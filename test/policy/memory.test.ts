import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';

// Every text is made up, and as large as a policy may be.

const large = (unit: string) => unit.repeat(Math.floor((250 * 1024) / unit.length));
const many = (count: number, item: (index: number) => string) => Array.from({ length: count }, (_, at) => item(at));
const head =
  'version: 1\ntargets: [{ engine: bigquery, projects: [a] }]\nrules:\n  - { name: a, action: record, limit: { runTime: 1h }';

const texts: readonly (readonly [string, string])[] = [
  ['brackets', large('[')],
  ['flow maps', large('{a: ')],
  ['nested keys', large('a: ')],
  ['aliases', `x: [${large('*a ,')}]`],
  ['anchors and tags', `x: [${large('&a !b c,')}]`],
  ['a thousand times a thousand of an alias', `a: &a [${large('x,')}]\nb: [${many(1000, () => '*a').join(',')}]\n`],
  ['the same key', large('a: 1\n')],
  ['different keys', many(20_000, (at) => `k${at}: 1\n`).join('')],
  ['second documents', large('---\n')],
  ['expressions', `${head}, match: { project: [${many(12_000, (at) => `"/(a{${at % 999}}|b)*/"`).join(',')}] } }`],
  ['unknown rules', `${head}, overrides: [${many(30_000, (at) => `x${at}`).join(',')}] }`],
  ['a pattern without end', `${head}, match: { project: "${large('*a')}" } }`],
  ['exemptions', `${head} }\nexemptions:\n${large('- { match: { project: a }, reason: b, expires: 2027-01-01 }\n')}`],
  ['rules', `${head} }\n${large('  - { name: a, action: record, limit: { runTime: 1h } }\n')}`],
];

const heapMb = 128;
const longestMs = 20_000;

/** The program of a thread: loads the text with nothing but its share of memory, and says how many problems there are. */
const program = `
  const { parentPort, workerData } = await import('node:worker_threads');
  const { loadPolicy } = await import(workerData.loader);
  const { policy, problems } = loadPolicy(workerData.text, { file: 'policy.yaml', now: 0 });
  parentPort.postMessage(policy === undefined ? problems.length : -1);
`;

/** How many problems a text has, found in a thread of little memory; what became of the thread where it did not end. */
async function problemsWithin(text: string): Promise<number | string> {
  const workerData = { text, loader: new URL('../../shared/policy/load.ts', import.meta.url).href };
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: heapMb, maxYoungGenerationSizeMb: 16 },
  });
  const late = setTimeout(() => void worker.terminate(), longestMs);
  try {
    return await new Promise((resolve) => {
      worker.once('message', (count: number) => resolve(count));
      worker.once('error', (error: unknown) => resolve(String(error)));
      worker.once('exit', () => resolve(`no answer within ${longestMs} ms`));
    });
  } finally {
    clearTimeout(late);
    await worker.terminate();
  }
}

describe(`the loader needs no more than ${heapMb} MB`, () => {
  it.each(texts)(
    'for 250 KiB of %s',
    async (_what, text) => {
      expect(await problemsWithin(text)).toEqual(expect.any(Number));
    },
    60_000,
  );

  it('which a thread that takes more does not get', async () => {
    const greedy = `const all = []; for (;;) all.push(new Array(1e6).fill({}));`;
    const worker = new Worker(greedy, { eval: true, resourceLimits: { maxOldGenerationSizeMb: heapMb } });
    const said = await new Promise((resolve) => worker.once('error', (error: unknown) => resolve(String(error))));
    expect(said).toContain('memory limit');
  });
});
