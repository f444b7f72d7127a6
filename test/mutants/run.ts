import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { holding } from './holding.ts';
import { judging } from './judging.ts';
import { matching } from './matching.ts';
import type { Mutant } from './mutant.ts';

/** `slow`: the tests did not end in time, which finds the fault as well. `stale`: the list does not fit the source. */
type Fate = 'killed' | 'slow' | 'survived' | 'stale';

const mutants = [...matching, ...judging, ...holding];
const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const parallel = 2;
const testMs = 60_000;
const wholeMs = 15 * 60_000;
const copied = ['shared', 'test/make.ts', 'test/evaluate', 'package.json', 'tsconfig.json'];
const vitest = join('node_modules', 'vitest', 'vitest.mjs');

/** One worker and no isolation: the tests are pure, and each mutant costs one start-up less per file. */
const config = `export default {
  cacheDir: '.cache',
  test: { include: ['test/evaluate/**/*.test.ts'], maxWorkers: 1, isolate: false, bail: 1 },
};
`;

/** A copy of what the tests need, in a temporary folder: the working tree is never touched. */
async function copyTree(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'jobwarden-mutants-'));
  for (const path of copied) {
    await mkdir(dirname(join(copy, path)), { recursive: true });
    await cp(join(root, path), join(copy, path), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  await writeFile(join(copy, 'vitest.config.ts'), config);
  return copy;
}

/** What becomes of a mutant in a copy, and what the tests said. */
async function tested(copy: string): Promise<{ readonly fate: Exclude<Fate, 'stale'>; readonly said: string }> {
  const options = { cwd: copy, timeout: testMs, maxBuffer: 32 * 1024 * 1024 };
  return await new Promise((resolve) => {
    execFile(process.execPath, [vitest, 'run', '--reporter=dot'], options, (error, stdout, stderr) => {
      const fate = error === null ? 'survived' : error.killed === true ? 'slow' : 'killed';
      resolve({ fate, said: stdout + stderr });
    });
  });
}

async function fateOf({ file, find, replace }: Mutant, copy: string): Promise<Fate> {
  const path = join(copy, 'shared', 'evaluate', file);
  const source = await readFile(path, 'utf8');
  if (source.split(find).length !== 2) return 'stale';
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
  try {
    return (await tested(copy)).fate;
  } finally {
    await writeFile(path, source);
  }
}

async function work(queue: Mutant[], fates: Map<Mutant, Fate>, endMs: number): Promise<void> {
  const copy = await copyTree();
  try {
    for (let mutant = queue.shift(); mutant !== undefined && Date.now() < endMs; mutant = queue.shift()) {
      const fate = await fateOf(mutant, copy);
      fates.set(mutant, fate);
      if (fate === 'survived' || fate === 'stale') console.log(`${fate}: ${mutant.file}: ${mutant.why}${note(mutant)}`);
    }
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function note({ unsafe }: Mutant): string {
  return unsafe ? ' (turns "no cancel" into a cancel)' : '';
}

/** What the tests say where they fail without any mutant; undefined when all is well. */
async function ailment(): Promise<string | undefined> {
  const copy = await copyTree();
  try {
    const { fate, said } = await tested(copy);
    return fate === 'survived' ? undefined : said;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function report(fates: ReadonlyMap<Mutant, Fate>, all: readonly Mutant[]): boolean {
  const found = (list: readonly Mutant[]) =>
    list.filter((one) => ['killed', 'slow'].includes(fates.get(one) ?? '')).length;
  const unsafe = all.filter((one) => one.unsafe);
  const percent = Math.floor((found(all) / all.length) * 100);
  console.log(`${found(all)} of ${all.length} mutants killed, ${percent} %.`);
  console.log(`${found(unsafe)} of ${unsafe.length} of those that turn "no cancel" into a cancel.`);
  if (fates.size < all.length) console.log(`${all.length - fates.size} were not tried: the time was used up.`);
  return found(all) === all.length;
}

/** `node test/mutants/run.ts [WORD]`: with a word, only mutants whose file or description has it. */
async function main(word = ''): Promise<number> {
  const chosen = mutants.filter(({ file, why }) => `${file} ${why}`.includes(word));
  if (chosen.length === 0) {
    console.log(`There is no mutant about "${word}".`);
    return 2;
  }
  const said = await ailment();
  if (said !== undefined) {
    console.log(said);
    console.log('The tests of shared/evaluate fail without any mutant: mend them first.');
    return 2;
  }
  const fates = new Map<Mutant, Fate>();
  const queue = [...chosen];
  const endMs = Date.now() + wholeMs;
  await Promise.all(Array.from({ length: parallel }, async () => work(queue, fates, endMs)));
  return report(fates, chosen) ? 0 : 1;
}

process.exitCode = await main(process.argv[2]);
