import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { directoryObjects } from '../../shared/objects/directory.ts';
import { aFolder } from './stores.ts';

// All objects here are made up.
const script = fileURLToPath(new URL('racer.ts', import.meta.url));
const ended = z.object({ claims: z.number(), busy: z.number(), swaps: z.number() });
const processes = 4;
const timesEach = 10;

async function racer(path: string) {
  const child = spawn(process.execPath, [script, path, String(timesEach)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('ready');
  return async () => {
    const { value } = await lines.next();
    if (child.exitCode === null) await once(child, 'exit');
    return ended.parse(JSON.parse(value ?? 'null'));
  };
}

test(
  'of 40 claimers and 40 writers in four processes on one directory, one each wins',
  { timeout: 60_000 },
  async () => {
    const path = await aFolder();
    const racers = await Promise.all(Array.from({ length: processes }, () => racer(path)));
    const budget = { untilMs: Date.now() + 10_000, signal: new AbortController().signal };
    const objects = directoryObjects({ path, now: Date.now });
    await objects.put('go', { bytes: Buffer.from('go'), ifGeneration: undefined }, budget);
    const results = await Promise.all(racers.map((end) => end()));
    const sum = (of: (one: z.infer<typeof ended>) => number) => results.reduce((all, one) => all + of(one), 0);
    expect({ claims: sum((one) => one.claims), busy: sum((one) => one.busy), swaps: sum((one) => one.swaps) }).toEqual({
      claims: 1,
      busy: processes * timesEach - 1,
      swaps: 1,
    });
  },
);
