import { execFile } from 'node:child_process';
import { cp, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `slow`: the tests did not end in time, which finds the fault as well. */
export type Outcome = 'killed' | 'slow' | 'survived';

/** The tests that must find the faults of some files: filters of vitest, and what they leave out. */
export interface Suite {
  readonly files: RegExp;
  readonly tests: readonly string[];
  readonly without: readonly string[];
}

/**
 * The first suite whose pattern matches a file is its suite. Left out of the largest one: what takes longer than all the
 * others together (random texts, and tests of what is built upon the language, which have suites of their own), and
 * generated files, which would find a fault only because they say the same once more.
 */
export const suites: readonly Suite[] = [
  { files: /^evaluate\//, tests: ['test/evaluate/'], without: [] },
  { files: /^policy\/difference\//, tests: ['test/policy/difference/'], without: [] },
  {
    files: /^policy\/(lint\/|closest)/,
    tests: ['test/policy/lint.test.ts', 'test/policy/closest.test.ts'],
    without: [],
  },
  {
    files: /^policy\//,
    tests: ['test/policy/'],
    without: ['fuzz.test.ts', 'memory.test.ts', 'generated.test.ts', 'lint*.test.ts', 'difference/**'],
  },
];

/** The tests that must find the faults of a file of shared; undefined where there are none. */
export function suiteOf(file: string): Suite | undefined {
  return suites.find(({ files }) => files.test(file));
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const testMs = 240_000;
const vitest = join('node_modules', 'vitest', 'vitest.mjs');
const copied = ['functions', 'infra', 'shared', 'test', 'package.json', 'tsconfig.json'];

/**
 * One worker and no isolation: the tests are pure, and each mutant costs one start-up less per file. A slow machine finds
 * no fault, so that a test has more time than it ever needs.
 */
const config = `export default {
  cacheDir: '.cache',
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 1,
    isolate: false,
    bail: 1,
    testTimeout: 60_000,
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

/** What becomes of a copy when the tests of a suite are run in it, and what they said. */
export async function tested(copy: string, suite: Suite): Promise<{ outcome: Outcome; said: string }> {
  const env = { ...process.env, NO_COLOR: '1' };
  const options = { cwd: copy, env, timeout: testMs, maxBuffer: 32 * 1024 * 1024 };
  const without = suite.without.map((path) => `--exclude=test/policy/${path}`);
  const args = [vitest, 'run', ...suite.tests, ...without, '--reporter=dot'];
  return await new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const outcome = error === null ? 'survived' : error.killed === true ? 'slow' : 'killed';
      resolve({ outcome, said: stdout + stderr });
    });
  });
}
