import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

// `npm run properties -- [--rounds N]`: every file with a property, again and again, each time with other random runs. What
// fails prints its seed; JOBWARDEN_SEED=<seed> npx vitest run <file> shows it again.
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '10' } } });
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error('Say how often in a whole number: --rounds 10');
  process.exit(2);
}
const asserts = /\bfc\.(?:assert|check)\(/;
const files = globSync('test/**/*.test.ts').filter((file) => asserts.test(readFileSync(file, 'utf8')));

let failed = 0;
for (let round = 1; round <= rounds; round += 1) {
  console.log(`Round ${round} of ${rounds}: ${files.length} files`);
  const env = { ...process.env, JOBWARDEN_SEED: 'random' };
  const { status } = spawnSync('npx', ['vitest', 'run', '--reporter=dot', ...files], { stdio: 'inherit', env });
  if (status !== 0) failed += 1;
}
console.log(failed === 0 ? `All ${rounds} rounds held.` : `${failed} of ${rounds} rounds failed: see above.`);
process.exit(failed === 0 ? 0 : 1);
