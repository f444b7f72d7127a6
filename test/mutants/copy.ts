import { execFile } from 'node:child_process';
import { cp, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `slow`: the tests did not end in time, which finds the fault as well. */
export type Outcome = 'killed' | 'slow' | 'survived';

/** The folders of shared whose faults are looked for, each by the tests of its own name. */
export const folders = ['evaluate', 'policy'] as const;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const testMs = 120_000;
const vitest = join('node_modules', 'vitest', 'vitest.mjs');
const copied = ['functions', 'infra', 'shared', 'test', 'package.json', 'tsconfig.json'];

/**
 * Left out: what takes longer than all the others together (random texts, and tests of what is built upon the language),
 * and generated files, which would find a fault only because they say the same once more.
 */
const leftOut = ['fuzz.test.ts', 'generated.test.ts', 'lint*.test.ts', 'difference/**'];

/** One worker and no isolation: the tests are pure, and each mutant costs one start-up less per file. */
const config = `export default {
  cacheDir: '.cache',
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ${JSON.stringify(leftOut.map((path) => `test/policy/${path}`))},
    maxWorkers: 1,
    isolate: false,
    bail: 1,
  },
};
`;

/** A copy of the project in a temporary folder: the working tree is never touched. */
export async function copyTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'jobwarden-mutants-'));
  for (const path of copied) {
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await writeFile(join(copy, 'vitest.config.ts'), config);
  return copy;
}

/** What becomes of a copy when the tests of a folder are run in it, and what they said. */
export async function tested(copy: string, folder: string): Promise<{ outcome: Outcome; said: string }> {
  const env = { ...process.env, NO_COLOR: '1' };
  const options = { cwd: copy, env, timeout: testMs, maxBuffer: 32 * 1024 * 1024 };
  const args = [vitest, 'run', `test/${folder}/`, '--reporter=dot'];
  return await new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const outcome = error === null ? 'survived' : error.killed === true ? 'slow' : 'killed';
      resolve({ outcome, said: stdout + stderr });
    });
  });
}
