import { parseArgs } from 'node:util';
import { brokenBy, tableOf } from './judged.ts';
import { soak } from './soak.ts';

// `npm run soak -- [--days N] [--seed S]`: the product through its ports, a sweep a minute, with whatever goes wrong.

const options = { days: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } as const;
const slackBytes = 4 * 1024 * 1024;
const everySo = 100;

/** Shows on a terminal how far it has come; says nothing elsewhere. */
function progress(done: number, wanted: number): void {
  if (!process.stdout.isTTY || (done % everySo !== 0 && done !== wanted)) return;
  process.stdout.write(`\r\u001B[2K${done} of ${wanted} sweeps${done === wanted ? '\n' : ''}`);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options, strict: true });
  const [days, seed] = [Number(values.days), Number(values.seed)];
  if (!Number.isInteger(days) || days < 1 || !Number.isInteger(seed)) {
    console.error('Say how long and where to begin in whole numbers: --days 30 --seed 1');
    return 2;
  }
  const startedAtMs = performance.now();
  const soaked = await soak({ days, seed, onSweep: progress });
  for (const line of tableOf(soaked, performance.now() - startedAtMs)) console.log(line);
  const broken = brokenBy(soaked, slackBytes);
  if (broken.length === 0) {
    console.log(`\nNo promise was broken in ${days} days (seed ${seed}).`);
    return 0;
  }
  console.log(`\nBroken promises (seed ${seed}):`);
  for (const line of broken) console.log(`  ${line}`);
  return 1;
}

process.exitCode = await main();
