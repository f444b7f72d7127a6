import { parseArgs } from 'node:util';
import { checkModel } from './check.ts';

// `npm run model -- --runs N [--seed S] [--path P --replay R]`: the product against the plain model, N times over.

const options = {
  runs: { type: 'string', default: '2000' },
  seed: { type: 'string' },
  path: { type: 'string' },
  replay: { type: 'string' },
} as const;

/** Shows on a terminal how far it has come; says nothing elsewhere. */
function progress(wanted: number): () => void {
  let runs = 0;
  return () => {
    runs += 1;
    if (process.stdout.isTTY && runs % 10 === 0) process.stdout.write(`\r${runs} of ${wanted} runs `);
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options, strict: true });
  const runs = Number(values.runs);
  // Any seed is as good as another, and the one of a failure is printed.
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
  if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) {
    console.error('Say how often and where to begin in whole numbers: --runs 2000 --seed 7');
    return 2;
  }
  const startedAtMs = performance.now();
  const { path, replay } = values;
  const checked = await checkModel({ runs, seed, path, replay, onRun: progress(runs) });
  if (process.stdout.isTTY) process.stdout.write('\r');
  for (const line of checked.failure ?? []) console.log(line);
  if (checked.failure !== undefined) return 1;
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(`${checked.runs} runs in ${seconds} s (seed ${seed}): no promise was broken.`);
  return 0;
}

process.exitCode = await main();
